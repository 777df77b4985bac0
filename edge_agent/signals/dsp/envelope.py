"""How strongly a band of a signal swells and fades, and in which rhythm: squared envelopes and their spectra.

A pit in a race strikes at a fixed rhythm, and each blow rings in bands far above it. There, the rhythm shows
in the envelope. Each line of the band is first given the same amplitude (cepstrum prewhitening: Borghesani et
al. 2013), so that steady lines of gears and slots, which beat with each other, weigh no more than the noise
between them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from edge_agent.signals.dsp.tones import hann, middle

_FLOOR_HZ = 15.0
"""Width of the stretch on either side of a line whose median is its floor, Hz: wide against a line, narrow
against the slope of an envelope's spectrum. Judgement."""
_PART_S = 2.0
"""Length of the parts whose spectra are averaged, s. Judgement: rolling elements slide, a rhythm of 100 Hz
loses its count by a blow within ten seconds, and bins of half a hertz tell it from lines of the shaft."""
_OVERLAP_CORRELATION = 1 / 36
"""Correlation of the powers of two parts tapered by Hann that overlap by half (Welch 1967)."""
_LOWEST_BIN = 3
"""First bin that is no part of the envelope's mean: the main lobe of the taper ends before it."""
_KURTOSIS_OF_SQUARES = 1.5
"""Kurtosis of a signal over mean(z^4) / mean(z^2)^2 of its complex envelope's magnitude z: a real sine has
mean(sin^4) = 3/8 and mean(sin^2) = 1/2."""


@dataclass(frozen=True, slots=True)
class EnvelopeLine:
    """A line of an envelope's spectrum."""

    frequency_hz: float
    """Where it lies."""
    depth: float
    """Its amplitude over the mean of the squared envelope: 0 for a steady band, 1 for one that comes and goes
    as a sine, up to 2 for short blows."""
    over_floor_db: float
    """Its level over the median beside it."""
    chance: float
    """Chance that a bin of noise is as high."""


NO_LINE = EnvelopeLine(0.0, 0.0, 0.0, 1.0)
"""What is found where the spectrum does not reach."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The squared envelope of one band."""

    lowest_hz: float
    """Lower end of the band."""
    highest_hz: float
    """Upper end of the band."""
    mean_square: float
    """Of the signal in the band, squared units."""
    kurtosis: float
    """Of the signal in the band: 3 for noise, more for single blows."""
    depth: NDArray[np.float64]
    """(n,): modulation depth at each frequency from zero on, of the whitened band."""
    depth_as_it_is: NDArray[np.float64]
    """(n,): the same of the band as it is, in which blows show that come at exactly the same distance: they
    are steady lines, which whitening takes away."""
    bin_hz: float
    """Width of its bins."""
    averages: float
    """Independent spectra that were averaged."""

    def line(self, frequency_hz: float, tolerance: float) -> EnvelopeLine:
        """Return the strongest line within a relative tolerance of a frequency; NO_LINE out of reach."""
        half_hz = tolerance * frequency_hz
        first = max(_LOWEST_BIN, math.floor((frequency_hz - half_hz) / self.bin_hz))
        last = math.ceil((frequency_hz + half_hz) / self.bin_hz) + 1
        if last >= self.depth.size:
            return NO_LINE
        at = first + int(np.argmax(self.depth[first:last]))
        depth, floor = float(self.depth[at]), self._floor(first, last)
        return EnvelopeLine(at * self.bin_hz, depth, _decibels(depth, floor), self._chance(depth, floor))

    def _chance(self, depth: float, floor: float) -> float:
        """Return the chance that a bin of noise exceeds its median by as much.

        Its power, averaged over spectra, follows a gamma distribution of as many.
        """
        middle_of_noise = special.gammainccinv(self.averages, 0.5)
        exceeded = float(middle_of_noise * (depth / max(floor, 1e-12)) ** 2)
        return float(special.gammaincc(self.averages, exceeded))

    def depth_near(self, frequency_hz: float, tolerance: float) -> float:
        """Return how deep the band, not whitened, is modulated within a relative tolerance of a frequency."""
        half_hz = tolerance * frequency_hz
        first = max(_LOWEST_BIN, math.floor((frequency_hz - half_hz) / self.bin_hz))
        last = math.ceil((frequency_hz + half_hz) / self.bin_hz) + 1
        return float(self.depth_as_it_is[first:last].max(initial=0.0))

    def _floor(self, first: int, last: int) -> float:
        """Return the median of the bins beside a stretch of them."""
        width = max(4, round(_FLOOR_HZ / self.bin_hz))
        beside = (self.depth[max(_LOWEST_BIN, first - width) : first], self.depth[last : last + width])
        return middle(np.concatenate(beside))


def _decibels(value: float, floor: float) -> float:
    return 20.0 * math.log10(max(value, 1e-12) / max(floor, 1e-12))


def octaves(rate_hz: float, lowest_hz: float, highest_share: float) -> tuple[tuple[float, float], ...]:
    """Return octaves from `highest_share` of the rate downwards, at most three, none below `lowest_hz`.

    The last one is shorter if it would reach below; it is left out if it were less than half an octave.
    """
    found: list[tuple[float, float]] = []
    top_hz = highest_share * rate_hz
    while len(found) < 3 and top_hz >= math.sqrt(2.0) * lowest_hz:
        found.append((max(top_hz / 2, lowest_hz), top_hz))
        top_hz /= 2
    return tuple(found)


def envelope(
    spectrum: NDArray[np.complex128], samples: int, rate_hz: float, band: tuple[float, float], reach_hz: float
) -> Envelope:
    """Return the squared envelope of a band of a real signal.

    Args:
        spectrum: (samples // 2 + 1,), `rfft` of the whole signal, without a taper.
        samples: of the signal.
        rate_hz: of the signal.
        band: its lower and upper end, Hz.
        reach_hz: highest frequency of the envelope that is asked for; at most the width of the band counts.

    Raises:
        ValueError: the band has fewer than 16 bins: the signal is too short for it.
    """
    bin_hz = rate_hz / samples
    first, last = round(band[0] / bin_hz), round(band[1] / bin_hz)
    lines = spectrum[first:last]
    if lines.size < 16:
        raise ValueError(
            f"a band of {band[0]:g} to {band[1]:g} Hz has {lines.size} bins of {bin_hz:g} Hz, expected 16 or "
            "more; take more samples or a wider band"
        )
    magnitudes = np.abs(lines)
    squares = np.square(np.abs(fft.ifft(lines, fft.next_fast_len(lines.size))))
    even = lines / np.maximum(magnitudes, 1e-30)
    # Twice as many samples as bins: squaring makes frequencies of up to twice the band.
    even_squares = np.square(np.abs(fft.ifft(even, fft.next_fast_len(2 * lines.size))))
    length_s = samples / rate_hz
    parts = max(1, int(2 * length_s / _PART_S + 0.1) - 1)
    part_s = 2 * length_s / (parts + 1)
    reach = min(math.ceil(reach_hz * part_s), int(lines.size * part_s / length_s) // 2) + 1
    return Envelope(
        lowest_hz=band[0],
        highest_hz=band[1],
        mean_square=float(2.0 * np.square(magnitudes).sum() / samples**2),
        kurtosis=_KURTOSIS_OF_SQUARES * float(np.square(squares).mean() / max(squares.mean() ** 2, 1e-300)),
        depth=_depths(even_squares, parts)[:reach],
        depth_as_it_is=_depths(squares, parts)[:reach],
        bin_hz=1 / part_s,
        averages=parts / (1 + 2 * (parts - 1) / parts * _OVERLAP_CORRELATION),
    )


def _depths(squares: NDArray[np.float64], parts: int) -> NDArray[np.float64]:
    """Return how deep a squared envelope (n,) is modulated at each frequency, averaged over its parts.

    Parts overlap by half, so that each is 2 / (parts + 1) of the whole.
    """
    step = squares.size // (parts + 1)
    swelling = squares / max(float(squares.mean()), 1e-300) - 1.0
    taper = hann(2 * step)
    power = np.zeros(step + 1)
    for start in range(0, parts * step, step):
        power += np.square(np.abs(fft.rfft(swelling[start : start + 2 * step] * taper)))
    return np.asarray(2.0 * np.sqrt(power / parts) / taper.sum())
