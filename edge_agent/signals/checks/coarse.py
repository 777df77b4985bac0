"""Phase currents averaged over short blocks: small enough to look at them from every side."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.signals.dsp.tones import closed_hann, rotation
from edge_agent.windows.sliding import StreamWindow

_BLOCKS_PER_PERIOD = 40
"""Averages per period of the line: the 5th and 7th harmonic pass, and the checks cost little. Judgement."""
_LOWEST_LINE_HZ = 2.0
"""No drive turns a motor for long at a lower frequency, Hz; below lie offset and drift of the sensors.
Judgement."""
_SEGMENTS = 8
"""Consecutive parts of a window whose phasors are compared. Judgement: trends show, noise averages out."""
_MIN_PERIODS = 10
"""Periods of the line in a part, so that its phasor has no leakage to speak of. Judgement."""


@dataclass(frozen=True, eq=False)
class CoarseCurrents:
    """Currents of a window at about forty values per period of the line."""

    samples: NDArray[np.float32]
    """(phases, n), A, without their means; zero where scans were lost."""
    valid: NDArray[np.bool_]
    """(n,), False where a scan of the block was lost."""
    rate_hz: float
    """Blocks per second."""
    frequency_hz: float
    """Strongest line of the strongest phase."""

    @property
    def amplitudes_a(self) -> NDArray[np.float64]:
        """Peak value of a sine with the rms of each phase, (phases,), A."""
        return np.asarray(np.sqrt(2.0 * np.mean(np.square(self.samples), axis=1).astype(np.float64)))

    @cached_property
    def phasors(self) -> NDArray[np.complex128]:
        """Fundamental of each phase in consecutive parts of the window, (phases, parts), A.

        There are eight parts, or as many as have ten periods each.
        """
        count = self.samples.shape[1]
        parts = max(1, min(_SEGMENTS, int(count * self.frequency_hz / self.rate_hz / _MIN_PERIODS)))
        length = count // parts
        carrier = rotation(self.frequency_hz / self.rate_hz, parts * length).reshape(parts, length)
        carrier *= closed_hann(length)
        cut = self.samples[:, : parts * length].reshape(len(self.samples), parts, length)
        return np.asarray(np.einsum("psn,sn->ps", cut, carrier) * (2.0 / closed_hann(length).sum()))


@lru_cache(maxsize=1)
def coarse_currents(window: StreamWindow, line_frequency_hz: float) -> CoarseCurrents:
    """Average the currents of a window, which must have some, over blocks; the line is near what is given.

    Checks and conditions ask for the same ones of the newest window.
    """
    factor = block_scans(window, line_frequency_hz)
    samples, valid = block_averages(window, tuple(window.stream.phases.values()), factor)
    rate_hz = window.stream.rate_hz / factor
    strongest = samples[int(np.argmax(np.abs(samples).max(axis=1)))]
    return CoarseCurrents(samples, valid, rate_hz, _strongest_hz(strongest, rate_hz))


def block_scans(window: StreamWindow, line_frequency_hz: float) -> int:
    """Return how many scans a block has, for about forty blocks in a period of a line of this frequency."""
    return max(1, int(window.stream.rate_hz / _BLOCKS_PER_PERIOD / line_frequency_hz))


@lru_cache(maxsize=2)
def block_averages(
    window: StreamWindow, channels: tuple[int, ...], factor: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return channels averaged over blocks of `factor` scans, and which blocks came whole.

    The averages, (channels, blocks), are without their means, and zero where a scan was lost. Kept for the
    newest window and for what is new in it, of which several conditions ask.
    """
    blocks = window.valid.size // factor
    valid = np.ones(blocks, bool)
    if window.lost_samples:
        valid = np.all(window.valid[: blocks * factor].reshape(blocks, factor), axis=1)
    lost = np.flatnonzero(~valid)
    samples = np.empty((len(channels), blocks), np.float32)
    for row, channel in zip(samples, channels, strict=True):
        _average(window.counts[channel], factor, row)
        row[:] = window.stream.channels[channel].units(row)
        known = row if not lost.size else row[valid]
        row -= known.mean() if known.size else 0.0
        row[lost] = 0.0
    samples.flags.writeable = valid.flags.writeable = False  # they are kept
    return samples, valid


def _average(counts: NDArray[np.integer], factor: int, into: NDArray[np.float32]) -> None:
    end = into.size * factor
    into[:] = counts[0:end:factor]
    for offset in range(1, factor):
        into += counts[offset:end:factor]
    into /= np.float32(factor)


def _strongest_hz(samples: NDArray[np.float32], rate_hz: float) -> float:
    """Return the frequency of the highest peak, by the parabola through the logarithms of its three bins."""
    spectrum = np.abs(fft.rfft(samples * closed_hann(samples.size).astype(np.float32)))
    first = max(1, int(_LOWEST_LINE_HZ * samples.size / rate_hz))
    peak = first + int(np.argmax(spectrum[first:-1]))
    left, middle, right = np.log(spectrum[peak - 1 : peak + 2].astype(np.float64) + 1e-30)
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return float((peak + shift) * rate_hz / samples.size)
