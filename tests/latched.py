"""An alarm that is latched, for tests of what is asked of it."""

from dataclasses import replace
from pathlib import Path

from edge_agent.alarm import AlarmLatch
from edge_agent.diagnose.decision import starting
from edge_agent.state_file import StateFile
from edge_agent.verdict import BarCount, Severity, State

ALARM = replace(
    starting(),
    state=State.BROKEN_BARS,
    severity=Severity.ALARM,
    refusal=None,
    broken_bars=BarCount(2, (2, 3), 2.1),
)


def a_latch(folder: Path, event_id: int | None = 12) -> AlarmLatch:
    """An alarm that nobody has acknowledged."""
    latch = AlarmLatch(StateFile(folder / "alarm.json", 1))
    latch.update(ALARM, ALARM, True, event_id, None)
    return latch
