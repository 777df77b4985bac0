"""Looks above the baseline add up until they are growth (a CUSUM, Page 1954).

Each look adds what it lies above the baseline, less what is no growth; the sum never falls below zero. One
look adds little, so that a few false ones make no growth, and many small ones do.
"""

import math

from edge_agent.baseline.reference import Reference
from edge_agent.limits import BASELINE

_LOOKS_PER_YEAR = 2.63e6
"""Looks of a year of windows of 12 s, of a motor that never stops. The limit moves with its logarithm."""
_CORRELATED = 1.2
"""Variance of the sum over that of independent looks: looks that share no sample correlate by up to 0.09
(measured: bench_motor_days.py)."""
_FULL = 2.0
"""Limits that the sum holds at most: after a repair it falls below zero within 20 looks. Judgement."""


class Growth:
    """The sum of what looks lie above the baseline."""

    def __init__(self, sum_bars: float = 0.0, growing: bool = False) -> None:
        """Go on after a restart."""
        self.sum_bars = sum_bars
        """The sum, equivalent bars."""
        self.growing = growing
        """True from when the sum reaches its limit until it is back at zero."""

    def take(self, deviation_bars: float, limit_bars: float) -> None:
        """Take how far a look lies above the baseline at its load."""
        clip = BASELINE.growth_clip
        step = min(max(deviation_bars, -clip), clip) - BASELINE.growth_allowance
        self.sum_bars = min(max(self.sum_bars + step, 0.0), _FULL * limit_bars)
        if self.sum_bars >= limit_bars:
            self.growing = True
        elif self.sum_bars == 0.0:
            self.growing = False

    def start_over(self) -> None:
        """Forget all looks."""
        self.sum_bars, self.growing = 0.0, False


def limit_of(reference: Reference, false_alarms_per_year: float) -> float:
    """Return the sum from which bars grow, for this motor's own scatter; never below `BASELINE.growth`.

    A sum of looks with scatter sigma that falls by k each exceeds h by chance in about one of
    exp(2 k h / sigma^2) looks (Siegmund 1985, chapter 2); so many looks must come with one false alarm.
    """
    looks = max(_LOOKS_PER_YEAR / false_alarms_per_year, 1.0)
    variance = _CORRELATED * reference.clipped_rms_bars**2
    return max(BASELINE.growth, variance * math.log(looks) / (2 * BASELINE.growth_allowance))
