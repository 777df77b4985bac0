"""What is worth a message, and when it may be told: alarm, danger, clear, blind.

The latched alarm has a state: alarm, danger or clear. Each new state is told once. If the same occasion was
told within the cooldown, the new state waits until that is over; a newer one takes its place, so that the
last state is always told. What was told is remembered over restarts: a restart repeats no alarm, and misses
none that was latched before it. Blind means that no window has shown anything for 15 minutes.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from edge_agent.alarm import LatchedAlarm
from edge_agent.publish.documents import Alarm, Diagnosis, Document, Event, State
from edge_agent.publish.payloads import Payload, payload_of
from edge_agent.verdict import Reason, Severity, Verdict

BLIND_S = 900.0
"""Time without a verdict after which the agent counts as blind, s. Judgement: longer than a DAQ needs to be
replaced or a computer to restart, and short beside the weeks in which a bar breaks."""
_NOTHING_SEEN = frozenset({Reason.LOST_SAMPLES, Reason.SAMPLES_NOT_UNDERSTOOD})
"""Reasons of windows that show nothing of the motor: it is as if there were none."""


class AlarmState(NamedTuple):
    """Where an alarm stands, and which one."""

    occasion: str
    """`alarm`, `danger` or `clear`."""
    since_unix_s: float
    """When it was raised: no two alarms have the same."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What was told so far."""

    alarm: AlarmState | None = None
    """State of the alarm that was told last; None if none was ever told."""
    told_unix_s: dict[str, float] = field(default_factory=dict)
    """When each occasion was told last."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told."""

    occasion: str
    """`alarm`, `danger`, `clear` or `blind`."""
    key: str | None
    """By which repeated deliveries are known; None for `blind`, behind which there is no event."""
    body: Payload
    """The JSON that is sent."""


_MEMORY = TypeAdapter(Memory)


class Occasions:
    """Decides what one webhook is told, from the documents that the agent has to say."""

    def __init__(
        self,
        on: Collection[str],
        cooldown_s: float,
        memory: Memory,
        clock: Callable[[], float] = time.monotonic,
        host_clock: Callable[[], float] = time.time,
    ) -> None:
        """Go on after a restart; `memory` is what `memory` returned before it."""
        self._on = frozenset(on)
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._host_clock = host_clock
        self._alarm_told = memory.alarm
        # A clock that was set back must not make the cooldown longer than it is.
        self._told_s = {
            occasion: clock() - max(0.0, host_clock() - unix_s)
            for occasion, unix_s in memory.told_unix_s.items()
        }
        self._event: Event | None = None
        self._state: State | None = None
        self._alarm_seen: AlarmState | None = None
        self._waiting: tuple[AlarmState, Notice] | None = None
        self._verdict_s = clock()
        self._blind_told = False

    def take(self, document: Document) -> None:
        """Learn from a document; `due` returns what follows from it."""
        match document:
            case Event():
                self._event = document
            case State():
                self._state = document
            case Diagnosis() if _shows_something(document.verdict):
                self._verdict_s = self._clock()
                self._blind_told = False
            case Alarm(latched=LatchedAlarm() as latched):
                self._take_alarm(document, latched)

    def due(self) -> Notice | None:
        """Return what is to be told now, once; call it until there is nothing more."""
        notice = self._alarm_due() or self._blind_due()
        if notice is not None:
            self._told_s[notice.occasion] = self._clock()
        return notice

    def reload(self, on: Collection[str], cooldown_s: float) -> None:
        """Tell these occasions from now on; an alarm that stands and was not told, at the next heartbeat."""
        self._cooldown_s = cooldown_s
        if frozenset(on) != self._on:
            self._on = frozenset(on)
            self._alarm_seen, self._waiting = None, None

    def memory(self) -> Memory:
        """Return what was told so far, with what `due` has returned."""
        now_s, now_unix_s = self._clock(), self._host_clock()
        return Memory(
            self._alarm_told,
            {occasion: now_unix_s - (now_s - told_s) for occasion, told_s in self._told_s.items()},
        )

    def _take_alarm(self, document: Alarm, latched: LatchedAlarm) -> None:
        """See whether the alarm has become another one; it is said again at every heartbeat."""
        state = AlarmState(self._occasion_of(latched), latched.since_unix_s)
        if state == self._alarm_seen:
            return
        first = self._alarm_seen is None and self._alarm_told is None
        self._alarm_seen, self._waiting = state, None
        if first and not latched.active:
            return  # cleared before this webhook was there
        if state.occasion in self._on and state != self._alarm_told:
            self._waiting = state, self._notice(state.occasion, document, latched)

    def _occasion_of(self, latched: LatchedAlarm) -> str:
        """Return what it is called; an alarm that is a danger at once is told as that alone, if wanted."""
        if not latched.active:
            return "clear"
        return "danger" if latched.severity is Severity.DANGER and "danger" in self._on else "alarm"

    def _notice(self, occasion: str, document: Alarm, latched: LatchedAlarm) -> Notice:
        """Return the event that raised it; the alarm itself if it is clear, or that event is not known."""
        event = self._event
        if event is None or event.number != latched.event_id or occasion == "clear":
            return Notice(occasion, _key(occasion, latched), _body(occasion, document))
        return Notice(occasion, _key(occasion, latched), _body(occasion, event))

    def _alarm_due(self) -> Notice | None:
        if self._waiting is None or not self._may_tell(self._waiting[1].occasion):
            return None
        self._alarm_told, notice = self._waiting
        self._waiting = None
        return notice

    def _blind_due(self) -> Notice | None:
        if "blind" not in self._on or self._blind_told or self._state is None:
            return None
        if self._clock() - self._verdict_s < BLIND_S or not self._may_tell("blind"):
            return None
        self._blind_told = True
        return Notice("blind", None, _body("blind", self._state))

    def _may_tell(self, occasion: str) -> bool:
        told_s = self._told_s.get(occasion)
        return told_s is None or self._clock() - told_s >= self._cooldown_s


def memory_as_json(memory: Memory) -> object:
    """Return a memory as what JSON can hold."""
    return _MEMORY.dump_python(memory, mode="json")


def memory_from_json(content: object) -> Memory:
    """Return the memory that `memory_as_json` returned as this; an empty one if it cannot be one."""
    try:
        return _MEMORY.validate_python(content)
    except ValidationError:
        return Memory()


def _key(occasion: str, latched: LatchedAlarm) -> str:
    """Return the number of the event that raised the alarm; with the occasion where that number is taken."""
    if latched.event_id is None:
        return f"{int(1000 * latched.since_unix_s)}-{occasion}"
    return f"{latched.event_id}-clear" if occasion == "clear" else str(latched.event_id)


def _body(occasion: str, document: Event | Alarm | State) -> Payload:
    """Return the document as it goes over MQTT, with the occasion before it."""
    return {"occasion": occasion, **payload_of(document)}


def _shows_something(verdict: Verdict) -> bool:
    return verdict.refusal is None or verdict.refusal.reason not in _NOTHING_SEEN
