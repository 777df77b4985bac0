"""Faults beside broken bars are decided each by itself, with the same patience."""

from dataclasses import replace
from enum import StrEnum

import pytest
from decided import BROKEN, HEALTHY, UNKNOWN, Windows

from edge_agent.diagnose.decision import Decision, is_event
from edge_agent.verdict import Evidence, Finding, Reason, Refusal, Severity, State


class Strange(StrEnum):
    """A fault that nobody looks for, and its state."""

    WORN = "worn_bearing"


def a_finding(state, severity=Severity.ALARM):
    if state is State.INDETERMINATE:
        refusal = Refusal(Reason.UNSTEADY, "x", 0.0, 1.0)
        return Finding(fault=Strange.WORN, state=state, refusal=refusal, evidence=Evidence())
    severity = Severity.OK if state is State.HEALTHY else severity
    return Finding(fault=Strange.WORN, state=state, severity=severity, evidence=Evidence())


def others_after(verdict, *states):
    """States of the other fault after windows that say this of it, and this verdict of the bars."""
    windows, found = Windows(), []
    for state in states:
        windows.see(replace(verdict, others=(a_finding(state),)))
        found.append(windows.decision.state.others[0].state)
    return found


@pytest.mark.parametrize("verdict", [HEALTHY, BROKEN, UNKNOWN])
def test_another_fault_is_decided_by_itself_with_the_same_patience(verdict):
    after = others_after(verdict, *[State.HEALTHY] * 5, Strange.WORN, *[State.HEALTHY] * 2)
    assert after == [State.INDETERMINATE] * 2 + [State.HEALTHY] * 6
    assert others_after(verdict, *[State.HEALTHY] * 5, *[Strange.WORN] * 3)[-1] == Strange.WORN
    after = others_after(verdict, *[Strange.WORN] * 3, *[State.INDETERMINATE] * 25)
    assert after[-2:] == [Strange.WORN, State.INDETERMINATE]


def test_silence_is_refused_for_every_fault():
    windows = Windows()
    windows.see(*[replace(HEALTHY, others=(a_finding(Strange.WORN),))] * 3)
    decision = windows.decision
    assert decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    assert [f.refusal.reason for f in (decision.state, *decision.state.others)] == [Reason.LOST_SAMPLES] * 2


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ((), (State.INDETERMINATE,), False),
        ((State.INDETERMINATE,), (State.HEALTHY,), False),
        ((State.HEALTHY,), (Strange.WORN,), True),
        ((Strange.WORN,), (State.INDETERMINATE,), True),
        ((Strange.WORN,), (Strange.WORN,), False),
        ((State.INDETERMINATE,), (State.INDETERMINATE,), False),
    ],
)
def test_a_change_of_another_fault_is_an_event_and_its_reason_alone_is_none(before, after, event):
    was, now = (
        replace(HEALTHY, others=tuple(a_finding(state) for state in states)) for states in (before, after)
    )
    assert is_event(was, now) is event


def test_a_fault_of_another_severity_is_an_event():
    was, now = (
        replace(HEALTHY, others=(a_finding(Strange.WORN, severity),))
        for severity in (Severity.ALARM, Severity.DANGER)
    )
    assert is_event(was, now)


def test_while_a_condition_is_found_its_severity_rises_alone():
    windows = Windows()

    def after(severity, state=Strange.WORN):
        windows.see(replace(HEALTHY, others=(a_finding(state, severity),)))
        return windows.decision.state.others[0].severity

    assert [after(Severity.WATCH) for _ in range(4)][-1] is Severity.WATCH
    assert after(Severity.DANGER) is Severity.DANGER
    assert after(Severity.WATCH) is Severity.DANGER
    gone = [after(Severity.OK, State.HEALTHY) for _ in range(8)]
    assert gone[-1] is Severity.OK


def test_conditions_that_are_looked_for_begin_without_an_answer():
    (other,) = Decision([Strange.WORN]).state.others
    assert (other.fault, other.state) == (Strange.WORN, State.INDETERMINATE)
    assert other.refusal.reason is Reason.STARTING
