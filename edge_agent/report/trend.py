"""The equivalent bars day by day, with the limits of the severities and the day of the event."""

from collections.abc import Sequence

from edge_agent.limits import BARS
from edge_agent.outlook import say_date
from edge_agent.report.svg import Chart, ticks
from edge_agent.trend.days import DAY_S, Day

_MIN_DAYS = 2
"""Days with looks that a chart takes: one point shows no trend."""
_DATES = 6
"""Dates below the chart at most. Judgement: they do not touch."""


def trend_chart(days: Sequence[Day], event_unix_s: float | None) -> str | None:
    """Return the chart as SVG; None if too few days have looks."""
    shown = [day for day in days if day.median_bars is not None]
    if len(shown) < _MIN_DAYS:
        return None
    first, last = shown[0].day, shown[-1].day + 1
    top = 1.15 * max([BARS.alarm, *(day.p90_bars or day.median_bars or 0.0 for day in shown)])
    chart = Chart((first, last), (0.0, top), "Equivalent bars day by day")
    step = max(1, -(-(last - first) // _DATES))
    dates = [(day, say_date(day * DAY_S)[5:]) for day in range(first, last, step)]
    chart.grid(dates, [(bars, f"{bars:g}") for bars in (round(tick, 6) for tick in ticks(0.0, top, 6))])
    chart.axes("day (UTC), month and day", "equivalent bars")
    chart.level(BARS.sound, f"watch from {BARS.sound:g}", "limit", below=True)
    chart.level(BARS.alarm, f"alarm from {BARS.alarm:g}", "limit")
    chart.level(BARS.danger, f"danger from {BARS.danger:g}", "limit")
    if event_unix_s is not None:
        chart.mark(event_unix_s / DAY_S, ("this event",), "expected", "end")
    for day in shown:
        if day.p10_bars is not None and day.p90_bars is not None:
            chart.bar(day.day + 0.5, day.p10_bars, day.p90_bars)
        chart.dot(day.day + 0.5, day.median_bars or 0.0, "found")
    return chart.svg()
