"""What is said of a motor's verdicts: documents for the sinks. A restart is no change of the motor."""

import logging
import time
from collections.abc import Callable, Iterable

from edge_agent.acquire.samples import Device
from edge_agent.alarm import LatchedAlarm
from edge_agent.audit.findings import PlateFinding
from edge_agent.baseline.status import BaselineStatus
from edge_agent.diagnose.decision import bars_changed, conditions_of
from edge_agent.diagnose.manifest import Figure
from edge_agent.figures import Figures, RunningTime
from edge_agent.learned.status import LearnedStatus
from edge_agent.motor import Nameplate
from edge_agent.outlook import Outlook
from edge_agent.publish import documents
from edge_agent.verdict import State, Verdict, in_short
from edge_agent.wall_clock import clock_is_set

_LOG = logging.getLogger(__name__)


class Announcer:
    """Makes the documents on one motor."""

    def __init__(
        self,
        origin: documents.Origin,
        told: documents.Told | None,
        draw_number: Callable[[], int],
        capture: Callable[[Verdict], str | None] = lambda after: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begin after a restart; `told` is what the last event before it said, None if there was none.

        `draw_number` gives the number of each event, `capture` the name of the recording that is made of it.
        """
        self._origin = origin
        self._told = told
        self._conditions = {} if told is None else dict(told.conditions)
        self._draw_number = draw_number
        self._capture = capture
        self._clock = clock
        self.newest_event: int | None = None if told is None else told.number
        """Number of the newest event, before a restart too; None if there was none or it is not known."""
        self.captured: str | None = None if told is None else told.captured
        """Name of its recording; None if there is none."""

    def diagnosis(self, verdict: Verdict) -> documents.Diagnosis:
        """Return what is said of each window."""
        return documents.Diagnosis(self._origin, verdict, self._clock())

    def state(self, state: Verdict) -> documents.State:
        """Return what is said of a state."""
        now_unix_s = self._clock()
        return documents.State(self._origin, state, now_unix_s, self.captured, clock_is_set(now_unix_s))

    def alarm(self, latched: LatchedAlarm | None) -> documents.Alarm:
        """Return what is said of the latched alarm."""
        return documents.Alarm(self._origin, latched, self._clock())

    def baseline(self, status: BaselineStatus) -> documents.Baseline:
        """Return what is said of the baseline."""
        return documents.Baseline(self._origin, status, self._clock())

    def learned(self, status: LearnedStatus) -> documents.Learned:
        """Return what is said of what was learned of the motor."""
        return documents.Learned(self._origin, status, self._clock())

    def measurements(self, figures: Figures, running: RunningTime) -> documents.Measurements:
        """Return what is said of the ordinary figures."""
        return documents.Measurements(self._origin, figures, running, self._clock())

    def trend(self, outlook: Outlook) -> documents.Trend:
        """Return what is said of how the motor develops."""
        return documents.Trend(self._origin, outlook, self._clock())

    def info(
        self,
        nameplate: Nameplate,
        device: Device,
        can_tell: Iterable[str],
        accuracy: Iterable[Figure],
        plate_findings: Iterable[PlateFinding] = (),
    ) -> documents.Info:
        """Return what is said of motor, sensors and model once the device is known."""
        told, right, wrong = tuple(can_tell), tuple(accuracy), tuple(plate_findings)
        return documents.Info(self._origin, nameplate, device, told, right, self._clock(), wrong)

    def event(self, before: Verdict, after: Verdict) -> documents.Event | None:
        """Return what is said of a change of the state; None if it is no event.

        The first answer after a restart is compared with what was told before it: until then, nothing is
        known to have changed.
        """
        told, news = self._told, self._take_conditions(after)
        if told is None:
            return self._changed(before, after) if news or bars_changed(before, after) else None
        if after.state is State.INDETERMINATE:
            return self._changed(told, after) if news else None
        self._told = None
        if not news and (told.state, told.severity) == (after.state, after.severity):
            _LOG.info("%s, as before the restart", in_short(after))
            return None
        return self._changed(told, after)

    def _take_conditions(self, after: Verdict) -> bool:
        """Note what was found beside the bars; return True if that was not told before.

        A condition without an answer is as it was told last.
        """
        unanswered = {str(own.fault) for own in after.others if own.state is State.INDETERMINATE}
        kept = {fault: own for fault, own in self._conditions.items() if fault in unanswered}
        before, self._conditions = self._conditions, kept | conditions_of(after)
        return before != self._conditions

    def _changed(self, before: Verdict | documents.Told, after: Verdict) -> documents.Event:
        self.newest_event, self.captured = self._draw_number(), self._capture(after)
        return documents.Event(self._origin, before, after, self._clock(), self.newest_event, self.captured)
