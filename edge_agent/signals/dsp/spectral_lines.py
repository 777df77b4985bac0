"""Lines of a signal's power spectrum: how strong, and how far above the floor beside them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.dsp.tones import middle

_HALF_LOBE_BINS = 2
"""Half width of the Hann taper's main lobe, bins (Harris 1978): all of a line's power lies in it."""
_FLOOR_HZ = 8.0
"""Width of the stretch on either side of a line whose median is its floor, Hz. Judgement: wide against a
line, and narrow against the resonances of a machine."""
_MIN_FLOOR_BINS = 8
"""Fewest bins of it: a median of fewer strays by more than 2 dB."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a spectrum."""

    frequency_hz: float
    """Where it lies, interpolated between bins."""
    rms: float
    """Its root mean square, in the unit of the signal."""
    over_floor_db: float
    """Its top over the median beside it."""


NO_LINE = Line(0.0, 0.0, 0.0)
"""What is found where the spectrum does not reach."""


@dataclass(frozen=True, slots=True)
class PowerSpectrum:
    """The power of a real signal, tapered by Hann."""

    power: NDArray[np.float64]
    """(n // 2 + 1,): mean square in each bin; those of a line sum up to its own."""
    bin_hz: float
    """Width of its bins: one over the length of the signal."""

    def strongest(self, lowest_hz: float, highest_hz: float) -> Line:
        """Return the strongest line between two frequencies; NO_LINE where the spectrum does not reach."""
        first = max(_HALF_LOBE_BINS + 1, math.floor(lowest_hz / self.bin_hz))
        last = max(first, math.ceil(highest_hz / self.bin_hz)) + 1
        if last + _HALF_LOBE_BINS + _MIN_FLOOR_BINS >= self.power.size:
            return NO_LINE
        at = first + int(np.argmax(self.power[first:last]))
        total = float(self.power[at - _HALF_LOBE_BINS : at + _HALF_LOBE_BINS + 1].sum())
        level_db = 10.0 * math.log10(max(float(self.power[at]), 1e-300) / self._floor(at))
        return Line((at + self._offset(at)) * self.bin_hz, math.sqrt(total), level_db)

    def _floor(self, at: int) -> float:
        """Return the median of the bins beside the main lobe of a line."""
        width = max(_MIN_FLOOR_BINS, round(_FLOOR_HZ / self.bin_hz))
        below = self.power[max(0, at - _HALF_LOBE_BINS - width) : at - _HALF_LOBE_BINS]
        above = self.power[at + _HALF_LOBE_BINS + 1 : at + _HALF_LOBE_BINS + 1 + width]
        return max(middle(np.concatenate([below, above])), 1e-300)

    def _offset(self, at: int) -> float:
        """Return where the top lies between bins, -0.5 to 0.5: that of a parabola through three levels."""
        left, top, right = (math.log(max(float(power), 1e-300)) for power in self.power[at - 1 : at + 2])
        bend = left - 2 * top + right
        return 0.0 if bend >= 0 else min(max(0.5 * (left - right) / bend, -0.5), 0.5)


def power_of(spectrum: NDArray[np.complex128], samples: int, rate_hz: float) -> PowerSpectrum:
    """Return the power spectrum of a real signal by its transform without a taper.

    The Hann taper is a convolution of three bins, so that one transform serves this and the envelopes.

    Args:
        spectrum: (samples // 2 + 1,), `rfft` of the whole signal without its mean.
        samples: of the signal.
        rate_hz: of the signal.
    """
    tapered = spectrum / 2
    tapered[1:-1] -= (spectrum[:-2] + spectrum[2:]) / 4
    mean_square_of_taper = 3 / 8
    power = 2.0 * np.square(np.abs(tapered)) / (samples**2 * mean_square_of_taper)
    return PowerSpectrum(power, rate_hz / samples)
