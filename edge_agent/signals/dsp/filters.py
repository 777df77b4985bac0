"""Filters of finite length and transforms of a whole signal, as `scipy.signal` has them.

These few are written here since that package loads all of `scipy.stats`, which takes 25 MB in each agent.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.signals.dsp.tones import hann, rotation


def low_pass_taps(count: int, cutoff: float, beta: float) -> NDArray[np.float64]:
    """Return the taps of a low pass, (count,): a sinc under a Kaiser window, of gain one at zero.

    Args:
        count: taps, an odd number.
        cutoff: where the gain is a half, per unit of the Nyquist frequency.
        beta: shape of the Kaiser window.
    """
    taps = np.sinc(cutoff * (np.arange(count) - (count - 1) / 2)) * np.kaiser(count, beta)
    return np.asarray(taps / taps.sum())


def kaiser_design(stopped_by_db: float, width: float) -> tuple[int, float]:
    """Return how many taps, an odd number, and which beta stop by more than 50 dB past a transition.

    Kaiser's formulas; `width` is that of the transition per unit of the Nyquist frequency.
    """
    count = math.ceil((stopped_by_db - 7.95) / (2.285 * np.pi * width) + 1)
    return count | 1, 0.1102 * (stopped_by_db - 8.7)


def convolve_inside(samples: NDArray[np.complex128], taps: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Filter a signal (n,); return the outputs that rest on samples alone, (n - taps + 1,)."""
    padded = fft.next_fast_len(samples.size)
    spectrum = fft.fft(samples, padded) * fft.fft(taps, padded)
    return np.asarray(fft.ifft(spectrum, overwrite_x=True)[taps.size - 1 : samples.size])


def analytic(samples: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return a real signal (n,) without its negative frequencies, its Hilbert transform as imaginary part."""
    count = samples.size
    gain = np.zeros(count)
    gain[0] = gain[count // 2] = 1.0
    gain[1 : (count + 1) // 2] = 2.0
    return np.asarray(fft.ifft(fft.fft(samples) * gain))


def zoom(
    samples: NDArray[np.complex128], lowest: float, highest: float, steps: int
) -> NDArray[np.complex128]:
    """Return the spectrum of signals (..., n) at `steps` frequencies between two bounds, (..., steps).

    Frequencies are in turns per sample, both bounds included. Chirp-z transform: with
    kj = (k² + j² - (k - j)²) / 2 the sum becomes a convolution (Bluestein 1970).
    """
    count = samples.shape[-1]
    step = (highest - lowest) / max(1, steps - 1)
    places = np.arange(max(count, steps))
    chirp = np.exp(-1j * np.pi * step * np.square(places))
    first = rotation(lowest, count) * chirp[:count]
    padded = fft.next_fast_len(count + steps - 1)
    back = 1 / np.concatenate([chirp[count - 1 : 0 : -1], chirp[:steps]])
    spectrum = fft.fft(samples * first, padded) * fft.fft(back, padded)
    return np.asarray(fft.ifft(spectrum)[..., count - 1 : count + steps - 1] * chirp[:steps])


def smoothed(phase: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    """Return a moving average (n,) over `span` samples; the overall slope passes unchanged up to the ends."""
    if span < 3 or phase.size < 3 * span:
        return phase
    slope = np.linspace(phase[0], phase[-1], phase.size)
    padded = np.pad(phase - slope, span // 2, mode="edge")
    taper = hann(span // 2 * 2 + 1)
    return np.asarray(np.convolve(padded, taper / taper.sum(), mode="valid") + slope)
