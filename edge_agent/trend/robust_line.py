"""A robust line through one value a day: Theil-Sen slope, and intervals by ranks that ask for no bell curve.

Slope: H. Theil 1950, P. K. Sen 1968 (J. Am. Stat. Assoc. 63, 1379): the median of the slopes of all pairs
of days; its interval by the variance of Kendall's S. Days that follow each other are alike (weather,
product), so they say less than as many independent ones: the variances grow by (1 + r) / (1 - r), r being
the correlation of successive days (Bayley and Hammersley 1946, for a first-order autoregression).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Z = 1.96
"""Normal quantile of a two-sided interval of 95 %."""
_MAX_CORRELATION = 0.9
"""Largest correlation of successive days that is believed; beyond it no line can be told. Judgement."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through days, by its slope and its value at their middle: these hardly depend on each other."""

    middle_day: float
    """Median of the days."""
    level: float
    """Value of the line at the middle."""
    level_interval: tuple[float, float]
    """Holds the true value there in 19 of 20 cases."""
    slope: float
    """Per day."""
    slope_interval: tuple[float, float]
    """Holds the true slope in 19 of 20 cases, per day."""

    def at(self, day: float) -> float:
        """Return the value of the line at a day."""
        return self.level + self.slope * (day - self.middle_day)

    def crosses(self, limit: float) -> tuple[float, float, float]:
        """Return the days at which a growing line reaches a limit: expected, earliest, latest.

        Both ends take the least favourable slope together with the least favourable value: the chances to
        miss add up to 10 % at most (Bonferroni). Raises ValueError if it may not grow at all.
        """
        slowest, fastest = self.slope_interval
        if slowest <= 0:
            raise ValueError("the line may not grow, so it need not reach the limit")
        low, high = self.level_interval
        expected = self.middle_day + (limit - self.level) / self.slope
        ends = [
            self.middle_day + (limit - level) / slope for level in (low, high) for slope in (slowest, fastest)
        ]
        return expected, min(ends), max(ends)


def fit_line(days: NDArray[np.float64], values: NDArray[np.float64]) -> Line:
    """Return the line through `values` (n,) at the rising `days` (n,), of which there are ten or more.

    Raises ValueError for fewer: the intervals are those of large numbers.
    """
    count = days.size
    if count < 10:
        raise ValueError(f"{count} days are too few for an interval; expected at least 10")
    first, second = np.triu_indices(count, 1)
    slopes = np.sort((values[second] - values[first]) / (days[second] - days[first]))
    slope = float(np.median(slopes))
    middle_day = float(np.median(days))
    levels = values - slope * (days - middle_day)
    stretch = math.sqrt(_variance_factor(levels))
    kendall = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    return Line(
        middle_day,
        float(np.median(levels)),
        _between(np.sort(levels), _Z * stretch * math.sqrt(count) / 2),
        slope,
        _between(slopes, _Z * stretch * kendall / 2),
    )


def _between(ordered: NDArray[np.float64], half_width: float) -> tuple[float, float]:
    """Return the values that lie so many ranks below and above the median of ordered ones."""
    middle = (ordered.size - 1) / 2
    low = max(0, math.floor(middle - half_width))
    high = min(ordered.size - 1, math.ceil(middle + half_width))
    return float(ordered[low]), float(ordered[high])


def _variance_factor(levels: NDArray[np.float64]) -> float:
    """Return by which factor the correlation of successive days raises the variance of what they say.

    The correlation comes from ranks, so that no single day decides it. Its estimate is too small in short
    series; the correction is that of Marriott and Pope 1954.
    """
    count = levels.size
    ranks = np.argsort(np.argsort(levels)).astype(np.float64)
    ranks -= ranks.mean()
    power = float(ranks @ ranks)
    raw = float(ranks[1:] @ ranks[:-1]) / power if power > 0 else 0.0
    correlation = min(max((raw * count + 1) / (count - 4), 0.0), _MAX_CORRELATION)
    return (1 + correlation) / (1 - correlation)
