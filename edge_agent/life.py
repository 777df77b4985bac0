"""The life of a motor, from recordings: what an agent would have told over time, changes only.

States, the latched alarm, the baseline and the load sweep go on from one recording to the next, as over
restarts of an agent.
"""

from collections.abc import Iterator
from pathlib import Path

from edge_agent import alarm
from edge_agent.alarm import AlarmLatch, LatchedAlarm
from edge_agent.baseline.memory import FILE_VERSION as BASELINE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.diagnose.load_sweep import FILE_VERSION as SWEEP_VERSION
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.state_file import StateFile
from edge_agent.verdict import in_short


class Life:
    """Takes the answers of recordings one after the other, and says what changes."""

    def __init__(self, folder: Path, nameplate: Nameplate, settings: BaselineSettings) -> None:
        """Go on with the baseline and the alarm that the folder holds, if it holds any."""
        self._now_s = self._began_s = 0.0
        self._baseline = Baseline(
            settings, StateFile(folder / "baseline.json", BASELINE_VERSION), self._clock
        )
        self.load_sweep = LoadSweep(nameplate, StateFile(folder / "load_sweep.json", SWEEP_VERSION))
        """What the loads of all recordings tell of bars and ducts."""
        self._alarm = AlarmLatch(StateFile(folder / "alarm.json", alarm.FILE_VERSION), self._clock)

    def begin(self) -> None:
        """Begin a recording: what it holds may be another motor."""
        self._began_s = self._now_s
        self._baseline.begin_run()
        self.load_sweep.begin_run()

    def take(self, answer: Answer) -> Iterator[str]:
        """Take a window; say what it has changed, each with the time since the first sample."""
        answer = self._baseline.take(answer)
        self._now_s = self._began_s + answer.window.start_s + answer.window.length_s
        if answer.changed:
            yield self._dated(f"state: {in_short(answer.state)}")
        before = self._alarm.latched
        if answer.ducts_proven and self._alarm.take_back():
            yield self._dated("alarm: cleared, the rotor's ducts make its sidebands")
            before = self._alarm.latched
        if self._alarm.update(answer.told, answer.state, answer.looked, None, None):
            yield self._dated(_change(before, self._alarm.latched))
        if self._baseline.has_news():
            yield self._dated(f"baseline: {self._learned()}")

    def end(self) -> str:
        """Keep what was learned; say in one sentence how things stand."""
        self._baseline.save()
        latched = self._alarm.latched
        standing = "no alarm" if latched is None or not latched.active else f"{latched.severity} is active"
        return self._dated(f"end: {standing}; baseline: {self._learned()}")

    def _learned(self) -> str:
        """Return how far the baseline is, and what that means."""
        status = self._baseline.status
        said = str(status.state), status.reason
        return said[1] if said[1].startswith(said[0]) else ": ".join(said)

    def _clock(self) -> float:
        """Return the time of the samples, s: that of the replay says nothing."""
        return self._now_s

    def _dated(self, said: str) -> str:
        hours, seconds = divmod(self._now_s, 3600.0)
        return f"{hours:.0f}:{seconds // 60:02.0f}:{seconds % 60:04.1f} {said}"


def _change(before: LatchedAlarm | None, after: LatchedAlarm | None) -> str:
    """Return what became of the alarm."""
    if after is None or not after.active:
        return "alarm: cleared"
    again = before is not None and before.active
    return f"alarm: {'now ' if again else 'raised, '}{after.severity}: {after.summary}"
