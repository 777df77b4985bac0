"""What is worth saying: every window, every state, and as an event only what changed of the motor."""

from dataclasses import replace
from itertools import pairwise

import pytest

from edge_agent.announce import Announcer
from edge_agent.diagnose.decision import starting
from edge_agent.publish.documents import Diagnosis, Event, Origin, Told
from edge_agent.publish.documents import State as StateDocument
from edge_agent.publish.payloads import encode, payload_of, told_in
from edge_agent.verdict import Evidence, Fault, Finding, Reason, Refusal, Severity, State

ORIGIN = Origin("a", "m", "model", "0" * 64)
NOW_UNIX_S = 17.25
STARTING = starting()
MOTOR_OFF = replace(STARTING, refusal=Refusal(Reason.MOTOR_OFF, "x", 0.0, 1.0))
HEALTHY = replace(STARTING, state=State.HEALTHY, severity=Severity.OK, refusal=None)
WATCH = replace(HEALTHY, severity=Severity.WATCH)
ALARM = replace(HEALTHY, state=State.BROKEN_BARS, severity=Severity.ALARM)
TOLD_ALARM = Told("broken_bars", "alarm", None, None)


def an_announcer(told: Told | None = None) -> Announcer:
    return Announcer(ORIGIN, told, lambda: 17, clock=lambda: NOW_UNIX_S)


def test_a_window_and_a_state_are_dated_by_when_they_are_said() -> None:
    assert an_announcer().diagnosis(ALARM) == Diagnosis(ORIGIN, ALARM, NOW_UNIX_S)
    said = StateDocument(ORIGIN, HEALTHY, NOW_UNIX_S, clock_set=False)  # in 1970
    assert an_announcer().state(HEALTHY) == said


@pytest.mark.parametrize(
    ("before", "after"), [(STARTING, HEALTHY), (HEALTHY, WATCH), (WATCH, ALARM), (ALARM, MOTOR_OFF)]
)
def test_another_state_or_severity_is_an_event(before, after) -> None:
    assert an_announcer().event(before, after) == Event(ORIGIN, before, after, NOW_UNIX_S, 17)


@pytest.mark.parametrize(("before", "after"), [(STARTING, MOTOR_OFF), (HEALTHY, HEALTHY), (ALARM, ALARM)])
def test_another_reason_alone_is_no_event(before, after) -> None:
    assert an_announcer().event(before, after) is None


@pytest.mark.parametrize("refused", [STARTING, MOTOR_OFF])
def test_after_a_restart_nothing_is_an_event_until_there_is_an_answer(refused) -> None:
    announcer = an_announcer(TOLD_ALARM)
    assert announcer.event(STARTING, refused) is None
    assert announcer.event(refused, HEALTHY) == Event(ORIGIN, TOLD_ALARM, HEALTHY, NOW_UNIX_S, 17)


def test_the_answer_that_was_told_already_is_not_told_again_and_the_next_change_is() -> None:
    announcer = an_announcer(TOLD_ALARM)
    assert announcer.event(STARTING, ALARM) is None
    assert announcer.event(ALARM, MOTOR_OFF) == Event(ORIGIN, ALARM, MOTOR_OFF, NOW_UNIX_S, 17)
    assert announcer.event(MOTOR_OFF, ALARM) == Event(ORIGIN, MOTOR_OFF, ALARM, NOW_UNIX_S, 17)


def test_a_state_that_was_told_by_words_of_another_version_is_another_one() -> None:
    told = Told("worn_bearing", "alarm", None, None)
    assert an_announcer(told).event(STARTING, ALARM) == Event(ORIGIN, told, ALARM, NOW_UNIX_S, 17)


def test_an_event_names_its_capture_and_so_does_the_state_after_it() -> None:
    names = iter(("first.npz", None))
    announcer = Announcer(ORIGIN, None, lambda: 17, lambda after: next(names), clock=lambda: NOW_UNIX_S)
    event = announcer.event(HEALTHY, ALARM)
    assert event is not None
    assert event.captured == announcer.state(ALARM).captured == announcer.captured == "first.npz"
    event = announcer.event(ALARM, HEALTHY)
    assert event is not None
    assert event.captured is announcer.state(HEALTHY).captured is None


def beside(verdict, state: str, severity: Severity | None = None):
    """The verdict with a finding on unequal currents beside it."""
    refusal = None if severity else MOTOR_OFF.refusal
    own = Finding(
        fault=Fault.PHASE_UNBALANCE,
        state=State(state),
        severity=severity,
        refusal=refusal,
        evidence=Evidence(),
    )
    return replace(verdict, others=(own,))


FOUND = beside(MOTOR_OFF, "phase_unbalance", Severity.WATCH)
NOT_FOUND = beside(MOTOR_OFF, "healthy", Severity.OK)
NOT_TOLD = beside(MOTOR_OFF, "indeterminate")


def test_a_condition_is_an_event_when_it_is_found_when_it_grows_and_when_it_is_gone() -> None:
    announcer = an_announcer()
    worse = beside(MOTOR_OFF, "phase_unbalance", Severity.ALARM)
    changes = [NOT_TOLD, NOT_FOUND, FOUND, NOT_TOLD, FOUND, worse, NOT_FOUND, NOT_TOLD]
    told = [announcer.event(before, after) is not None for before, after in pairwise(changes)]
    assert told == [False, True, False, False, True, True, False]


def test_a_condition_that_was_told_before_a_restart_is_not_told_again() -> None:
    event = an_announcer().event(NOT_FOUND, FOUND)
    told = told_in(encode(payload_of(event)))
    assert told.conditions == {"phase_unbalance": "watch"}
    assert str(payload_of(event)["summary"]).endswith("; beside the bars: phase_unbalance (watch)")
    assert an_announcer(told).event(NOT_TOLD, FOUND) is None
    gone = an_announcer(told).event(NOT_TOLD, NOT_FOUND)
    assert gone is not None
    assert payload_of(gone)["after"]["findings"]["phase_unbalance"]["state"] == "healthy"
