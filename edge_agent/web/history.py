"""The last changes of the state, and what became of their alarms; kept over restarts."""

import json

from edge_agent.publish.documents import Alarm, Document, Event, State
from edge_agent.publish.json_values import Payload, iso_time
from edge_agent.publish.payloads import payload_of
from edge_agent.state_file import StateFile

FILE_NAME = "page_events.json"
"""Name of the file in the state folder."""
FILE_VERSION = 1
"""Version of the file's content."""
_KEPT = 100
"""Events that are kept, the newest ones: more than anybody scrolls through. Judgement."""
_KEYS = ("id", "time", "state", "severity", "reason", "summary", "advice", "captured", "alarm")
"""Keys of an event; `alarm` is None unless it raised one."""
_OF_STATE = ("state", "severity", "reason")


class History:
    """Keeps events, the newest first. The agent's thread replaces the list as a whole; others may read."""

    def __init__(self, file: StateFile) -> None:
        """Go on with the events of before a restart."""
        self._file = file
        self._state: tuple[object, ...] | None = None
        self.events: list[Payload] = (self._file.read_as(_events_in) or [])[:_KEPT]
        """The events, as JSON."""
        self.since: str | None = None
        """Since when the state is what it is, as ISO 8601; None before the first one."""

    @property
    def problem(self) -> str | None:
        """What is wrong with the file, or was at the start; None while all is well."""
        return self._file.problem or self._file.loss

    def take(self, document: Document) -> bool:
        """Take what the agent says; True if that changed the events."""
        match document:
            case Event():
                self._add(document)
                return True
            case Alarm():
                return self._note(document)
            case State():
                self._date(document)
        return False

    def _add(self, event: Event) -> None:
        after = payload_of(State(event.origin, event.after, event.unix_s))
        summary = payload_of(event)["summary"]
        told = after | {
            "summary": summary,
            "id": event.number,
            "captured": event.captured,
            "alarm": None,
        }
        self.events = [{key: told[key] for key in _KEYS}, *self.events][:_KEPT]
        self._write()

    def _note(self, alarm: Alarm) -> bool:
        """Note what became of an alarm at the event that raised it."""
        payload = payload_of(alarm)
        became = {key: payload[key] for key in ("active", "condition", "cleared", "acknowledged", "feedback")}
        number = payload["event_id"]
        if number is None:
            return False
        changed = [event | {"alarm": became} if event["id"] == number else event for event in self.events]
        if changed == self.events:
            return False
        self.events = changed
        self._write()
        return True

    def _date(self, state: State) -> None:
        """Note since when the state is this: since the event that told it, if it is the newest one."""
        payload = payload_of(state)
        now = tuple(payload[key] for key in _OF_STATE)
        if now == self._state:
            return
        self._state = now
        newest = self.events[0] if self.events else None
        is_told = newest is not None and tuple(newest[key] for key in _OF_STATE) == now
        self.since = str(newest["time"]) if newest is not None and is_told else iso_time(state.unix_s)

    def _write(self) -> None:
        self._file.write({"events": self.events})


def _events_in(content: dict[str, object]) -> list[Payload]:
    """Return the events that a file holds; raises ValueError if it holds none that can be told."""
    events = content.get("events")
    if not isinstance(events, list) or not all(
        isinstance(event, dict) and set(event) == set(_KEYS) for event in events
    ):
        raise ValueError("it holds no list of events")
    try:
        json.dumps(events, allow_nan=False)
    except ValueError:  # no viewer could be told any event
        raise ValueError("it holds a number that JSON does not have") from None
    return events
