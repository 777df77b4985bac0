"""The trend as the page draws it: hours of a week, days of a quarter or of all years; refusals by time."""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from edge_agent.limits import BARS
from edge_agent.publish.json_values import Payload, rounded
from edge_agent.publish.store.event_file import DamagedFileError
from edge_agent.trend.days import days_of, weighted_median
from edge_agent.trend.hour_rows import HOUR_S, HOURS_PER_DAY, HourRow, hour_of
from edge_agent.trend.trend_file import Bounds, TrendFile

SPANS = {"week": 7, "quarter": 91, "years": 3653}
"""Days that each chart reaches back: ten years are what the file holds."""
_DECIMALS = 4
"""Of equivalent bars: a screen shows no more."""

Point = tuple[float, float | None, float | None, float | None, float | None]
"""Unix time, median, what a tenth of the looks stays below, what a tenth exceeds, and the detection limit."""


def chart_of(path: Path, span: str) -> Payload:
    """Return the chart of a span; an empty one if there is no trend yet, or its file cannot be read now."""
    rows = _rows(path, SPANS[span])
    points = _hours(rows) if span == "week" else _days(rows)
    columns = list(zip(*points, strict=True)) or [(), (), (), (), ()]
    return {
        "span": span,
        "time_s": list(columns[0]),
        **{
            name: [rounded(value, _DECIMALS) for value in column]
            for name, column in zip(("median", "p10", "p90", "limit"), columns[1:], strict=True)
        },
        "alarm_bars": BARS.alarm,
        "danger_bars": BARS.danger,
        **_shares(rows),
    }


def _rows(path: Path, days: int) -> list[HourRow]:
    first_hour = hour_of(time.time()) - days * HOURS_PER_DAY
    try:
        file = TrendFile(path, Bounds(), read_only=True)
        try:
            return file.read(first_hour)
        finally:
            file.close()
    except (sqlite3.Error, OSError, DamagedFileError):
        return []  # the agent itself logs what is wrong with it


def _hours(rows: Sequence[HourRow]) -> list[Point]:
    """Return the hours; the loads of one hour are put together."""
    by_hour: dict[int, list[HourRow]] = {}
    for row in rows:
        by_hour.setdefault(row.hour, []).append(row)
    return [(hour * HOUR_S, *_together(of_hour)) for hour, of_hour in sorted(by_hour.items())]


def _together(rows: Sequence[HourRow]) -> tuple[float | None, float | None, float | None, float | None]:
    def median_of(name: str) -> float | None:
        return weighted_median([(v, row.looks) for row in rows if (v := getattr(row, name)) is not None])

    limits = [row.limit_bars for row in rows if row.limit_bars is not None]
    return median_of("median_bars"), median_of("p10_bars"), median_of("p90_bars"), max(limits, default=None)


def _days(rows: Sequence[HourRow]) -> list[Point]:
    return [
        (day.unix_s, day.median_bars, day.p10_bars, day.p90_bars, day.limit_bars) for day in days_of(rows)
    ]


def _shares(rows: Sequence[HourRow]) -> Payload:
    """Return the windows of the span, and the share of them that each reason refused."""
    windows = sum(row.windows for row in rows)
    refusals = sum((Counter(row.refusals) for row in rows), Counter[str]())
    shares = {reason: rounded(count / windows, _DECIMALS) for reason, count in refusals.most_common()}
    return {"windows": windows, "refusal_share": shares}
