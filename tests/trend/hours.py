"""Windows, hours and clocks for tests of the trend."""

from array import array
from collections import Counter
from pathlib import Path

from edge_agent.trend.hour_rows import HourRow
from edge_agent.trend.tally import BinTally, HourTally
from edge_agent.trend.trend_file import Bounds, TrendFile
from edge_agent.verdict import Evidence, Reason, Refusal, Severity, State, Verdict

HOUR_S = 3600.0
NOW_HOUR = 498_700
"""An hour in November 2026."""
NOW_UNIX_S = NOW_HOUR * HOUR_S


class Clock:
    """A clock that is set, and one that only goes on."""

    def __init__(self, unix_s: float = NOW_UNIX_S) -> None:
        self.unix_s = unix_s
        self.ticks_s = 17.0

    def time(self) -> float:
        return self.unix_s

    def ticks(self) -> float:
        return self.ticks_s

    def pass_by(self, seconds: float) -> None:
        self.unix_s += seconds
        self.ticks_s += seconds


def healthy(bars: float | None, load: float | None = 0.6, limit_bars: float | None = 0.01) -> Verdict:
    """A window that answers."""
    evidence = Evidence(load=load, equivalent_bars=bars, detection_limit_bars=limit_bars)
    return Verdict(state=State.HEALTHY, severity=Severity.OK, evidence=evidence)


def refused(reason: Reason = Reason.UNSTEADY, load: float | None = None) -> Verdict:
    """A window that does not."""
    refusal = Refusal(reason, "x", 1.0, 2.0)
    return Verdict(state=State.INDETERMINATE, refusal=refusal, evidence=Evidence(load=load))


def a_tally(*bars: float, load: int = 2, refusals: dict[str, int] | None = None) -> HourTally:
    """What an hour with these looks has counted."""
    tally = HourTally()
    lost = Counter(refusals or {})
    tally.bins[load] = BinTally(len(bars) + lost.total(), array("d", bars), 0.02 if bars else None, lost)
    return tally


def a_row(hour: int, bars: float | None, looks: int = 100, load: int = 2, **changes: object) -> HourRow:
    """A row of an hour that always ran."""
    values: dict[str, object] = {
        "windows": 1800,
        "median_bars": bars,
        "p10_bars": bars,
        "p90_bars": bars,
        "limit_bars": 0.02,
        "running_share": 1.0,
        "refusals": {},
    }
    return HourRow(hour=hour, load_bin=load, looks=looks, **values | changes)  # type: ignore[arg-type]


def rows_in(path: Path) -> list[HourRow]:
    """Read a file as another program does, beside the one that writes."""
    file = TrendFile(path, Bounds(), read_only=True)
    try:
        return file.read()
    finally:
        file.close()
