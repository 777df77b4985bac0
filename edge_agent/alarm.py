"""The latched alarm: the state follows the motor, the alarm stays until the rotor is proven sound.

An alarm of the state raises it. It survives refusals, stops, restarts and power cuts. It ends by as much
healthy evidence as raised it, at a load and with a detection limit at which the fault would have shown; or
when a person says that it was wrong. Words and conditions follow ISA-18.2.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum

from pydantic import TypeAdapter

from edge_agent.limits import STATE
from edge_agent.state_file import StateFile
from edge_agent.summary import advise, summarise
from edge_agent.verdict import Fault, Severity, State, Verdict

_LOG = logging.getLogger(__name__)
FILE_VERSION = 1
"""Version of the file's content."""
_CONFIRMED_AGAIN_S = 3600.0
"""A confirmation is written to disk this often, s: memory cards wear (judgement)."""


class Condition(StrEnum):
    """Where an alarm stands, in the words of ISA-18.2."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has seen the alarm."""

    by: str
    """Who."""
    at_unix_s: float
    """When."""
    note: str = ""
    """What they say about it."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What was found when the rotor was examined."""

    right: bool
    """True if the alarm was right."""
    at_unix_s: float
    """When it was told."""
    found: str = ""
    """What was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatchedAlarm:
    """An alarm of one fault, from when it was raised; the last one is kept after it was cleared."""

    fault: Fault
    """What was found."""
    severity: Severity
    """Alarm or danger: the worst so far."""
    since_unix_s: float
    """When it was raised."""
    confirmed_unix_s: float
    """When a window showed the fault last."""
    summary: str
    """The worst state in one sentence."""
    advice: str
    """What to do."""
    advice_code: str
    """The same for programs."""
    event_id: int | None
    """Number of the event that raised it; None if that is not known any more."""
    captured: str | None
    """Name of the recording of that event; None if there is none."""
    equivalent_bars: float
    """Equivalent bars when it was raised."""
    load: float | None
    """Load at that time, per unit; None if it was not known."""
    looks: int
    """Looks that raised it: as many healthy ones clear it."""
    cleared_unix_s: float | None = None
    """When it was cleared; None while it is active."""
    acknowledged: Acknowledgement | None = None
    """Who has seen it; None as long as nobody has."""
    feedback: Feedback | None = None
    """What was found; None before anybody has said so."""

    @property
    def active(self) -> bool:
        """True until it is cleared."""
        return self.cleared_unix_s is None

    @property
    def condition(self) -> Condition:
        """Where it stands."""
        if self.acknowledged is not None:
            return Condition.ACKNOWLEDGED if self.active else Condition.NORMAL
        return Condition.UNACKNOWLEDGED if self.active else Condition.RETURNED_UNACKNOWLEDGED


_ADAPTER = TypeAdapter(LatchedAlarm)


class AlarmLatch:
    """Raises, confirms and clears the alarm of a motor; keeps it on disk."""

    def __init__(self, file: StateFile, clock: Callable[[], float] = time.time) -> None:
        """Begin with the alarm of before a restart, if there was one."""
        self._file = file
        self._clock = clock
        self._faulty_looks = 0
        self._healthy_looks = 0
        self._healthy_since = False
        self._written_s = clock()
        self._saved = True
        self.latched = self._file.read_as(alarm_of)
        """The alarm, or the last one; None if there was none yet."""

    def update(
        self, verdict: Verdict, state: Verdict, looked: bool, event_id: int | None, captured: str | None
    ) -> bool:
        """Take a window's verdict and the state after it; return True if what is to be told has changed.

        Only windows that were a look are counted. `event_id` and `captured` are those of the newest event. A
        confirmation alone changes nothing but a date: it is told with the next heartbeat.
        """
        before = self.latched
        if looked:
            self._count(verdict)
        self._healthy_since |= state.state is State.HEALTHY
        if state.severity in (Severity.ALARM, Severity.DANGER):
            if verdict.faulty:  # a state that is only held confirms nothing
                self._raise_or_confirm(state, event_id, captured)
        elif before is not None and before.active and self._is_refuted(before, state):
            self._settle(replace(before, cleared_unix_s=self._clock()))
            _LOG.info("the alarm is cleared: %d healthy looks", self._healthy_looks)
        return _without_date(before) != _without_date(self.latched)

    def take_back(self) -> bool:
        """Clear the alarm, since many loads have proven that no broken bar made it; True if that changed it.

        Not if somebody has found the broken bar.
        """
        alarm = self.latched
        if alarm is None or not alarm.active or (alarm.feedback is not None and alarm.feedback.right):
            return False
        self._healthy_looks = self._faulty_looks = 0
        self._settle(replace(alarm, cleared_unix_s=self._clock()))
        _LOG.warning("the alarm is cleared: the rotor's ducts make its sidebands, by all loads seen")
        return True

    def acknowledge(self, by: str, note: str = "") -> str | None:
        """Note that somebody has seen the alarm; return why that is not possible, None if it is."""
        if self.latched is None or self.latched.condition not in (
            Condition.UNACKNOWLEDGED,
            Condition.RETURNED_UNACKNOWLEDGED,
        ):
            return "there is no alarm that is not acknowledged"
        self._settle(replace(self.latched, acknowledged=Acknowledgement(by, self._clock(), note)))
        return None

    def take_feedback(self, right: bool, found: str = "") -> str | None:
        """Note what was found at the rotor; that the alarm was wrong clears it. Returns as `acknowledge`."""
        if self.latched is None:
            return "there was no alarm yet"
        now_s = self._clock()
        self._healthy_since = False
        cleared_s = self.latched.cleared_unix_s
        if not right and cleared_s is None:
            cleared_s = now_s
        self._settle(replace(self.latched, feedback=Feedback(right, now_s, found), cleared_unix_s=cleared_s))
        return None

    def save(self) -> None:
        """Write what the disk did not take before, and from time to time the last confirmation."""
        if not self._saved or (
            self.latched is not None
            and self.latched.confirmed_unix_s > self._written_s
            and self._clock() - self._written_s >= _CONFIRMED_AGAIN_S
        ):
            self._write()

    def _count(self, verdict: Verdict) -> None:
        """Count looks that show the fault, and healthy ones that would have shown it."""
        if verdict.faulty:
            self._faulty_looks += 1
            self._healthy_looks = 0
        elif verdict.state is State.HEALTHY:
            self._faulty_looks = 0
            if self.latched is not None and _would_have_shown(self.latched, verdict):
                self._healthy_looks += 1

    def _raise_or_confirm(self, state: Verdict, event_id: int | None, captured: str | None) -> None:
        now_s, old = self._clock(), self.latched
        worse = old is not None and old.severity is Severity.ALARM and state.severity is Severity.DANGER
        if old is not None and old.active and not worse:
            self.latched = replace(old, confirmed_unix_s=now_s)
            return
        if old is not None and _is_called_wrong(old) and not worse and not self._healthy_since:
            return  # the findings that somebody has called wrong still last
        advice = advise(state)
        raised = LatchedAlarm(
            fault=state.fault,
            severity=Severity.DANGER if state.severity is Severity.DANGER else Severity.ALARM,
            since_unix_s=old.since_unix_s if old is not None and old.active else now_s,
            confirmed_unix_s=now_s,
            summary=summarise(state),
            advice=advice.text,
            advice_code=advice.code,
            event_id=event_id,
            captured=captured,
            equivalent_bars=state.broken_bars.equivalent if state.broken_bars else 0.0,
            load=state.evidence.load,
            looks=max(self._faulty_looks, STATE.looks_up),
        )
        self._healthy_looks = 0
        self._settle(raised)
        _LOG.warning("%s: %s. %s", raised.severity, raised.summary, raised.advice)

    def _is_refuted(self, alarm: LatchedAlarm, state: Verdict) -> bool:
        return state.state is State.HEALTHY and self._healthy_looks >= alarm.looks

    def _settle(self, alarm: LatchedAlarm) -> None:
        self.latched = alarm
        self._write()

    def _write(self) -> None:
        if self.latched is not None:
            self._written_s = self._clock()
            self._saved = self._file.write(asdict(self.latched))


def _is_called_wrong(alarm: LatchedAlarm) -> bool:
    return alarm.feedback is not None and not alarm.feedback.right


def _would_have_shown(alarm: LatchedAlarm, verdict: Verdict) -> bool:
    """True if the fault would have shown in a window: at its load, and with its detection limit."""
    limit_bars, load = verdict.evidence.detection_limit_bars, verdict.evidence.load
    if limit_bars is None or limit_bars > STATE.clear_limit_share * alarm.equivalent_bars:
        return False
    return alarm.load is None or (load is not None and load >= STATE.clear_load_share * alarm.load)


def _without_date(alarm: LatchedAlarm | None) -> LatchedAlarm | None:
    return None if alarm is None else replace(alarm, confirmed_unix_s=0.0)


def alarm_of(content: dict[str, object]) -> LatchedAlarm:
    """Return the alarm that a file holds; raises ValueError if it cannot be one."""
    known = {field.name for field in fields(LatchedAlarm)}
    return _ADAPTER.validate_python({key: value for key, value in content.items() if key in known})
