"""One hour at one load bin, as it is kept and read again."""

import json
import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from edge_agent.verdict import Reason

HOUR_S = 3600.0
"""Seconds of an hour."""
HOURS_PER_DAY = 24
"""Hours of a day."""
LOAD_EDGES = (0.25, 0.5, 0.75, 1.0)
"""Loads, per unit of the rated one, between the bins. Judgement: a quarter each shows what load changes."""
UNKNOWN_LOAD = -1
"""Bin of windows whose load is not known; no load has it."""
FIRST_UNIX_S = 1_704_067_200.0
"""2024-01-01: a clock before it was not set yet, for this program is younger."""
_END_UNIX_S = 7_258_118_400.0
"""2200-01-01: a clock after it is wrong. Judgement."""


@dataclass(frozen=True, slots=True)
class HourRow:
    """What the windows of one hour at one load showed."""

    hour: int
    """Hours since 1970-01-01T00:00Z."""
    load_bin: int
    """Which load; `loads_of` tells from where to where."""
    windows: int
    """All windows, with an answer or without."""
    looks: int
    """Windows that answered and share no sample with the look before."""
    median_bars: float | None
    """Median of the equivalent bars of the looks; None without looks."""
    p10_bars: float | None
    """A tenth of the looks showed fewer equivalent bars."""
    p90_bars: float | None
    """A tenth of the looks showed more equivalent bars."""
    limit_bars: float | None
    """Worst detection limit of the looks, equivalent bars."""
    running_share: float
    """Share of all windows of the hour in which the motor ran at this load, 0 to 1."""
    refusals: dict[str, int]
    """Windows without an answer, by reason."""

    @property
    def running_windows(self) -> int:
        """Windows in which the motor ran."""
        return self.windows - self.refusals.get(Reason.MOTOR_OFF, 0)


def is_set(unix_s: float) -> bool:
    """True if a clock that shows this may be right."""
    return FIRST_UNIX_S <= unix_s < _END_UNIX_S


def hour_of(unix_s: float) -> int:
    """Return the hour of a time, as rows count them."""
    return math.floor(unix_s / HOUR_S)


def load_bin(load: float | None) -> int:
    """Return the bin of a load per unit of the rated one."""
    if load is None or not math.isfinite(load):
        return UNKNOWN_LOAD
    return sum(load >= edge for edge in LOAD_EDGES)


def loads_of(number: int) -> tuple[float, float | None] | None:
    """Return from and to which load a bin reaches, per unit; None for unknown loads.

    The upper end of the last bin is None.
    """
    if number == UNKNOWN_LOAD:
        return None
    edges = (0.0, *LOAD_EDGES, None)
    return edges[number] or 0.0, edges[number + 1]


def with_shares(rows: Sequence[HourRow]) -> list[HourRow]:
    """Return the rows of one whole hour with the share of it in which the motor ran at each load."""
    windows = sum(row.windows for row in rows)
    return [replace(row, running_share=row.running_windows / windows) for row in rows]


def united(before: Sequence[HourRow], more: Sequence[HourRow]) -> list[HourRow]:
    """Return the rows of an hour that was counted twice, as when the clock was set back: counts add up.

    Of values that are gone no median can be taken: medians are averaged, weighted by looks.
    """
    bins = {row.load_bin: row for row in before}
    for row in more:
        there = bins.get(row.load_bin)
        bins[row.load_bin] = row if there is None else _united(there, row)
    return with_shares([bins[load] for load in sorted(bins)])


def checked(row: HourRow) -> tuple[object, ...]:
    """Return the columns of a row, with a checksum over the others at the end."""
    columns = (
        row.hour,
        row.load_bin,
        row.windows,
        row.looks,
        row.median_bars,
        row.p10_bars,
        row.p90_bars,
        row.limit_bars,
        row.running_share,
        json.dumps(row.refusals, sort_keys=True),
    )
    return (*columns, checksum(columns))


def believed(columns: tuple[object, ...]) -> HourRow | None:
    """Return the row that `checked` made these columns of; None if they have changed since."""
    *own, crc32 = columns
    if checksum(tuple(own)) != crc32:
        return None
    *numbers, refusals = own
    names = [field.name for field in fields(HourRow)]
    values: dict[str, Any] = dict(zip(names, [*numbers, json.loads(str(refusals))], strict=True))
    return HourRow(**values)


def checksum(columns: tuple[object, ...]) -> int:
    """Return the CRC-32 of columns with their types."""
    return zlib.crc32(repr(columns).encode())


def _united(one: HourRow, other: HourRow) -> HourRow:
    looks = one.looks + other.looks

    def average(first: float | None, second: float | None) -> float | None:
        if first is None or second is None:
            return second if first is None else first
        return (first * one.looks + second * other.looks) / looks

    limits = [limit for limit in (one.limit_bars, other.limit_bars) if limit is not None]
    return HourRow(
        one.hour,
        one.load_bin,
        one.windows + other.windows,
        looks,
        average(one.median_bars, other.median_bars),
        average(one.p10_bars, other.p10_bars),
        average(one.p90_bars, other.p90_bars),
        max(limits, default=None),
        0.0,
        dict(Counter(one.refusals) + Counter(other.refusals)),
    )
