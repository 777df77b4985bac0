"""The days as a table for the terminal, the rows as CSV."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import TextIO

from edge_agent.limits import BARS
from edge_agent.outlook import say_date
from edge_agent.publish.json_values import iso_time, significant
from edge_agent.trend.days import Day
from edge_agent.trend.hour_rows import HOUR_S, HourRow, loads_of

_CHART_COLUMNS = 24
"""Width of the chart beside the table: the lines fit into 120 columns. Judgement."""
_MAX_REASONS = 3
"""Reasons that a line of the table names at most. Judgement."""
_HEAD = (
    f"{'day':10}  {'bars':>6}  {'10 % to 90 %':>14}  {'limit':>6}  {'looks':>6}  {'windows':>7}  {'runs':>5}"
)


def table(days: Sequence[Day]) -> Iterator[str]:
    """Yield the lines of a table of days, with the median as a chart and the share of refusals."""
    top_bars = max([BARS.alarm, *(day.median_bars or 0.0 for day in days)])
    yield f"{_HEAD}  {f'0 to {top_bars:.3g} bars':{_CHART_COLUMNS}}  refused"
    for day in days:
        between = "-" if day.p10_bars is None else f"{day.p10_bars:.3f} to {day.p90_bars:.3f}"
        yield (
            f"{say_date(day.unix_s)}  {_bars(day.median_bars):>6}  {between:>14}  "
            f"{_bars(day.limit_bars):>6}  {day.looks:>6}  {day.windows:>7}  "
            f"{_percent(day.running_share):>5}  {_chart(day.median_bars, top_bars)}  "
            f"{_refused(day)}"
        ).rstrip()


def write_csv(rows: Iterable[HourRow], out: TextIO) -> None:
    """Write rows as CSV with a head; units are in the names, what is not known is empty."""
    names = [field.name for field in fields(HourRow) if field.name not in ("hour", "load_bin", "refusals")]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["hour", "load_from", "load_to", *names, "refusals"])
    for row in rows:
        low, high = loads_of(row.load_bin) or (None, None)
        values = (getattr(row, name) for name in names)
        shown = [significant(value) if isinstance(value, float) else value for value in values]
        refusals = json.dumps(row.refusals, sort_keys=True)
        writer.writerow([iso_time(row.hour * HOUR_S), low, high, *shown, refusals])


def _bars(bars: float | None) -> str:
    return "-" if bars is None else f"{bars:.3f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _chart(bars: float | None, top_bars: float) -> str:
    """Return a bar whose length is the value; the limit of an alarm is marked."""
    filled = 0 if bars is None else round(max(bars, 0.0) / top_bars * _CHART_COLUMNS)
    mark = min(round(BARS.alarm / top_bars * _CHART_COLUMNS), _CHART_COLUMNS) - 1
    drawn = list(("#" * filled).ljust(_CHART_COLUMNS))
    if drawn[mark] == " ":
        drawn[mark] = "|"
    return "".join(drawn)


def _refused(day: Day) -> str:
    largest = list(day.refusal_share.items())[:_MAX_REASONS]
    return ", ".join(f"{reason} {_percent(share)}" for reason, share in largest)
