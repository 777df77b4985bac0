"""What the page is told of, kind by kind, as server-sent events."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from edge_agent.pipeline import Answer
from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Diagnosis,
    Document,
    Health,
    Info,
    Learned,
    Measurements,
    State,
    Trend,
)
from edge_agent.publish.json_values import Payload
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.sink import Pulse
from edge_agent.web.captured import capture_at
from edge_agent.web.charts import view_of_answer
from edge_agent.web.history import History
from edge_agent.web.newest import Newest
from edge_agent.web.readiness import liveness, readiness, samples_come
from edge_agent.web.viewers import Draw, Live

_KINDS: dict[type, str] = {
    State: "state",
    Alarm: "alarm",
    Info: "info",
    Measurements: "measurements",
    Health: "health",
    Trend: "trend",
    Baseline: "baseline",
    Learned: "learned",
    Diagnosis: "diagnosis",
}
"""Names of what is told, by its document; events of the motor are told as a list."""


class Telling:
    """Tells viewers what the agent says. Called in the agent's thread, drawn in the server's."""

    def __init__(
        self, newest: Newest, history: History, live: Live, captures: Path, motors: Sequence[str] = ()
    ) -> None:
        """Take what is told of, whom, and the folder of captures; `motors` are all, if there are several."""
        self._newest = newest
        self._history = history
        self._live = live
        self._captures = captures
        self._motors = list(motors)
        self._written = 0

    @property
    def info(self) -> Info | None:
        """What does not change from window to window; None before the agent has said it."""
        return self._newest.info

    def take(self, document: Document) -> None:
        """Tell a document."""
        if self._history.take(document):
            self._live.tell("events", self._events)
        kind = _KINDS.get(type(document))
        if kind is not None:
            self._live.tell(kind, lambda: self._draw(document))

    def show(self, answer: Answer) -> None:
        """Show a window; it is let go at once if nobody looks."""
        info = self._newest.info
        if info is not None and self._live.is_watched:
            self._live.tell("window", lambda: view_of_answer(answer, info.nameplate))

    def feel(self, pulse: Pulse) -> None:
        """Tell that the agent is alive; and tell the events again once the capture of one is written."""
        self._live.tell("pulse", self._pulse)
        written = sum(counts.captures_written for counts in pulse.sinks)
        if written != self._written:
            self._written = written
            self._live.tell("events", self._events)

    def known(self, may_write: bool) -> Iterator[tuple[str, Draw]]:
        """Yield what a new viewer is told first."""
        motors = {"motors": self._motors} if self._motors else {}
        yield "access", lambda: {"may_write": may_write, **motors}
        newest = self._newest
        documents: tuple[Document | None, ...] = (
            newest.info,
            newest.state,
            newest.alarm,
            newest.measurements,
            newest.health,
            newest.trend,
            newest.baseline,
            newest.learned,
            newest.diagnosis,
        )
        for document in documents:
            if document is not None:
                yield _KINDS[type(document)], lambda document=document: self._draw(document)  # type: ignore[misc]
        yield "events", self._events
        yield "pulse", self._pulse

    def _draw(self, document: Document) -> Payload:
        payload = payload_of(document)
        if isinstance(document, State):
            return payload | {"since": self._history.since}
        return payload

    def _events(self) -> Payload:
        """Return the events, each with whether its capture can be had."""
        return {
            "events": [
                event | {"has_capture": self._has(event["captured"])} for event in self._history.events
            ]
        }

    def _has(self, captured: object) -> bool:
        return isinstance(captured, str) and capture_at(self._captures, captured) is not None

    def _pulse(self) -> Payload:
        alive, ready = liveness(self._newest), readiness(self._newest)
        return {
            "alive": alive.good,
            "ready": ready.good,
            "words": alive.words if not alive.good else ready.words,
            "samples_come": samples_come(self._newest),
        }
