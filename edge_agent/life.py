"""The life of a motor, from recordings: what an agent would have told over time, changes only.

States, the latched alarm, the baselines, the load sweep and what is learned of the motor go on from one
recording to the next, as over restarts of an agent.
"""

from collections.abc import Iterator
from pathlib import Path

from edge_agent import alarm
from edge_agent.acquire.samples import Device
from edge_agent.alarm import AlarmLatch, LatchedAlarm
from edge_agent.baseline.memory import FILE_VERSION as BASELINE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.conditions.memory import FILE_VERSION as CONDITIONS_VERSION
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.words import summarise_condition
from edge_agent.diagnose.decision import conditions_of
from edge_agent.diagnose.load_sweep import FILE_VERSION as SWEEP_VERSION
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.state_file import StateFile
from edge_agent.verdict import State, Verdict, in_short


class Life:
    """Takes the answers of recordings one after the other, and says what changes."""

    def __init__(self, folder: Path, nameplate: Nameplate, settings: BaselineSettings) -> None:
        """Go on with what the folder holds of baseline, alarm and lessons, if it holds any."""
        self._now_s = self._began_s = 0.0
        self._baseline = Baseline(
            settings, StateFile(folder / "baseline.json", BASELINE_VERSION), self._clock
        )
        self.load_sweep = LoadSweep(nameplate, StateFile(folder / "load_sweep.json", SWEEP_VERSION))
        """What the loads of all recordings tell of bars and ducts."""
        self.conditions = Conditions(
            nameplate,
            file=StateFile(folder / "conditions.json", CONDITIONS_VERSION),
            hours=settings.hours if settings.enabled else None,
        )
        """What is found beside the bars, with what is normal for this motor."""
        self._alarm = AlarmLatch(StateFile(folder / "alarm.json", alarm.FILE_VERSION), self._clock)

        learned_file = StateFile(folder / "learned.json", LEARNED_VERSION)
        self._motor = LearnedMotor(nameplate, learned_file, self._clock)

    def begin(self, device: Device) -> None:
        """Begin a recording: what it holds may be another motor."""
        self._began_s = self._now_s
        self._baseline.begin_run()
        self.load_sweep.begin_run()
        self._motor.begin(device)

    @property
    def known(self) -> KnownMotor | None:
        """What was learned of the motor so far; None while nothing is sure."""
        return self._motor.known

    def take(self, answer: Answer) -> Iterator[str]:
        """Take a window; say what it has changed, each with the time since the first sample."""
        self._motor.take(answer)
        answer = self._baseline.take(answer)
        self._now_s = self._began_s + answer.window.start_s + answer.window.length_s
        if in_short(answer.before) != in_short(answer.state):
            yield self._dated(f"state: {in_short(answer.state)}")
        before = self._alarm.latched
        if answer.ducts_proven and self._alarm.take_back():
            yield self._dated("alarm: cleared, the rotor's ducts make its sidebands")
            before = self._alarm.latched
        if self._alarm.update(answer.told, answer.state, answer.looked, None, None):
            yield self._dated(_change(before, self._alarm.latched))
        for change in _beside(answer.before, answer.state):
            yield self._dated(f"condition: {change}")
        if self._baseline.has_news():
            yield self._dated(f"baseline: {self._learned()}")
        if self._motor.has_news() and self._motor.status.used:
            yield self._dated(f"motor: {self._motor.status.reason}")

    def end(self) -> str:
        """Keep what was learned; say in one sentence how things stand."""
        self._baseline.save()
        self.conditions.save()
        self._motor.save()
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


def _beside(before: Verdict, after: Verdict) -> Iterator[str]:
    """Return which conditions beside the bars were found, have grown, or are gone."""
    was, now = conditions_of(before), conditions_of(after)
    for own in after.others:
        fault = str(own.fault)
        if fault in now and now[fault] != was.get(fault):
            yield f"{fault} ({now[fault]}): {summarise_condition(own)}"
        elif fault in was and own.state is State.HEALTHY:
            yield f"{fault} is gone"


def _change(before: LatchedAlarm | None, after: LatchedAlarm | None) -> str:
    """Return what became of the alarm."""
    if after is None or not after.active:
        return "alarm: cleared"
    again = before is not None and before.active
    return f"alarm: {'now ' if again else 'raised, '}{after.severity}: {after.summary}"
