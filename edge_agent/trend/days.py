"""Hours put together to days in UTC."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge_agent.trend.hour_rows import HOURS_PER_DAY, HourRow

DAY_S = 86_400.0
"""Seconds of a day."""


@dataclass(frozen=True, slots=True)
class Day:
    """What the windows of a day showed."""

    day: int
    """Days since 1970-01-01 (UTC)."""
    windows: int
    """All windows."""
    looks: int
    """Looks among them."""
    median_bars: float | None
    """Median of the hours' medians of equivalent bars, weighted by looks; None without looks."""
    p10_bars: float | None
    """The same of what a tenth of each hour's looks stayed below: where looks of a usual hour begin."""
    p90_bars: float | None
    """The same of what a tenth exceeded: where they end."""
    limit_bars: float | None
    """Worst detection limit of the looks, equivalent bars."""
    running_share: float
    """Share of the windows in which the motor ran, 0 to 1."""
    refusal_share: dict[str, float]
    """Share of the windows that each reason refused, the largest first."""

    @property
    def unix_s(self) -> float:
        """When it began."""
        return self.day * DAY_S


def days_of(rows: Iterable[HourRow]) -> list[Day]:
    """Return the days of rows, in order; a day without windows is none."""
    by_day: dict[int, list[HourRow]] = {}
    for row in rows:
        by_day.setdefault(row.hour // HOURS_PER_DAY, []).append(row)
    return [_day(day, of_day) for day, of_day in sorted(by_day.items())]


def weighted_median(pairs: Sequence[tuple[float, int]]) -> float | None:
    """Return the value that half of the weight lies below; None without any weight.

    Where exactly half of it does, the middle between the two values at that place.
    """
    ordered = sorted(pair for pair in pairs if pair[1] > 0)
    total = sum(weight for _, weight in ordered)
    seen = 0
    for index, (value, weight) in enumerate(ordered):
        seen += weight
        if 2 * seen > total:
            return value
        if 2 * seen == total:
            return (value + ordered[index + 1][0]) / 2
    return None


def _day(day: int, rows: Sequence[HourRow]) -> Day:
    windows = sum(row.windows for row in rows)
    refusals = sum((Counter(row.refusals) for row in rows), Counter())
    limits = [row.limit_bars for row in rows if row.limit_bars is not None]
    return Day(
        day,
        windows,
        sum(row.looks for row in rows),
        weighted_median([(row.median_bars, row.looks) for row in rows if row.median_bars is not None]),
        weighted_median([(row.p10_bars, row.looks) for row in rows if row.p10_bars is not None]),
        weighted_median([(row.p90_bars, row.looks) for row in rows if row.p90_bars is not None]),
        max(limits, default=None),
        sum(row.running_windows for row in rows) / windows,
        {reason: count / windows for reason, count in refusals.most_common()},
    )
