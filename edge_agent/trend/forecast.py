"""When the equivalent bars reach the next severity, or why nobody can tell.

The line goes through the days at one load, the one with the most days: equivalent bars are made to be the
same at every load, but not exactly, and a motor whose load rises must not look like one whose bars break.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from edge_agent.limits import BARS
from edge_agent.outlook import Forecast, Growth, Outlook, say_load
from edge_agent.trend.days import DAY_S, Day, days_of
from edge_agent.trend.hour_rows import HOURS_PER_DAY, HourRow, hour_of, loads_of
from edge_agent.trend.robust_line import Line, fit_line
from edge_agent.verdict import Severity

BASIS_DAYS = 90
"""A forecast rests on the last so many days. Judgement: long enough to see through weather and product, and
short enough for growth that becomes faster."""
MIN_DAYS = 14
"""Days with looks that a forecast takes at least: two weeks, so each day of the week twice; the intervals
hold from there on (tests/trend/test_robust_line.py)."""
HORIZON_DAYS = 365
"""No crossing is forecast further ahead: four times the basis. Judgement."""
_LATEST_DAYS = 3650
"""Beyond ten years the end of an interval is left open. Judgement: no motor is planned that far ahead."""
_DAYS_PER_MONTH = 365.25 / 12
"""Days of a mean month."""
_NEXT = ((Severity.ALARM, BARS.alarm), (Severity.DANGER, BARS.danger))


def look_ahead(rows: Iterable[HourRow], now_unix_s: float) -> Outlook:
    """Return what the rows up to now say of what comes; rows older than `BASIS_DAYS` are left out."""
    last_hour = hour_of(now_unix_s)
    bins: dict[int, list[HourRow]] = {}
    for row in rows:
        if row.looks and last_hour - BASIS_DAYS * HOURS_PER_DAY < row.hour <= last_hour:
            bins.setdefault(row.load_bin, []).append(row)
    if not bins:
        return Outlook(reason=f"no window gave an answer in the last {BASIS_DAYS} days")
    number, days = max(
        ((number, days_of(of_bin)) for number, of_bin in bins.items()),
        key=lambda item: (len(item[1]), sum(day.looks for day in item[1])),
    )
    return _outlook(loads_of(number), days, now_unix_s)


def _outlook(load: tuple[float, float | None] | None, days: Sequence[Day], now_unix_s: float) -> Outlook:
    line = _line(days)
    growth = None if line is None else _growth(line)
    forecast = None
    reason = f"too few days with looks at {say_load(load)}: {len(days)}, and it takes {MIN_DAYS}"
    if line is not None and growth is not None:
        forecast, reason = _forecast(line, growth, now_unix_s)
    newest = days[-1]
    return Outlook(
        newest.unix_s,
        load,
        newest.looks,
        newest.median_bars,
        newest.limit_bars,
        len(days),
        growth,
        forecast,
        None if forecast is not None else reason,
    )


def _line(days: Sequence[Day]) -> Line | None:
    if len(days) < MIN_DAYS:
        return None
    values = [day.median_bars for day in days if day.median_bars is not None]
    return fit_line(np.array([day.day + 0.5 for day in days]), np.array(values))


def _growth(line: Line) -> Growth:
    low, high = line.slope_interval
    return Growth(line.slope * _DAYS_PER_MONTH, (low * _DAYS_PER_MONTH, high * _DAYS_PER_MONTH))


def _forecast(line: Line, growth: Growth, now_unix_s: float) -> tuple[Forecast | None, str]:
    """Return the forecast, or None and the reason for it."""
    if not growth.significant:
        return None, f"over the last {BASIS_DAYS} days the equivalent bars do not grow beyond chance"
    today = now_unix_s / DAY_S
    following = next(((name, bars) for name, bars in _NEXT if line.at(today) < bars), None)
    if following is None:
        return None, f"the equivalent bars are beyond the limit of danger ({BARS.danger:g}) already"
    severity, limit_bars = following
    expected, earliest, latest = line.crosses(limit_bars)
    if expected - today > HORIZON_DAYS:
        return None, f"{severity} ({limit_bars:g} bars) is more than a year away"
    return (
        Forecast(
            severity,
            expected * DAY_S,
            max(earliest * DAY_S, now_unix_s),
            None if latest - today > _LATEST_DAYS else latest * DAY_S,
        ),
        "",
    )
