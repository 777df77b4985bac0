"""What is said of a motor's verdicts: documents for the sinks. A restart is no change of the motor."""

import logging
import time
from collections.abc import Callable

from edge_agent.diagnose.decision import is_event
from edge_agent.publish import sink
from edge_agent.verdict import State, Verdict, in_short

_LOG = logging.getLogger(__name__)


class Announcer:
    """Makes the documents on one motor."""

    def __init__(
        self, origin: sink.Origin, told: sink.Told | None, clock: Callable[[], float] = time.time
    ) -> None:
        """Begin after a restart; `told` is what the last event before it said, None if there was none."""
        self._origin = origin
        self._told = told
        self._clock = clock

    def diagnosis(self, verdict: Verdict) -> sink.Diagnosis:
        """Return what is said of each window."""
        return sink.Diagnosis(self._origin, verdict, self._clock())

    def state(self, state: Verdict) -> sink.State:
        """Return what is said of a state."""
        return sink.State(self._origin, state, self._clock())

    def event(self, before: Verdict, after: Verdict) -> sink.Event | None:
        """Return what is said of a change of the state; None if it is no event.

        The first answer after a restart is compared with what was told before it: until then, nothing is
        known to have changed.
        """
        told = self._told
        if told is None:
            return self._changed(before, after) if is_event(before, after) else None
        if after.state is State.INDETERMINATE:
            return None
        self._told = None
        if (told.state, told.severity) == (after.state, after.severity):
            _LOG.info("%s, as before the restart", in_short(after))
            return None
        return self._changed(told, after)

    def _changed(self, before: Verdict | sink.Told, after: Verdict) -> sink.Event:
        return sink.Event(self._origin, before, after, self._clock())
