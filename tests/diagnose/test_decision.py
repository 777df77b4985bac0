from dataclasses import replace
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.diagnose.broken_bars import answer
from edge_agent.diagnose.decision import Decision, is_event, starting
from edge_agent.verdict import Evidence, Finding, Reason, Refusal, Severity, State, Verdict, WindowSpan

SPAN = WindowSpan(0.0, 12.0, 0, 120_000, 0)


def a_verdict(state, bars=None, reason=Reason.LOAD_TOO_LOW):
    blank = Verdict(state=State.INDETERMINATE, window=SPAN, evidence=Evidence())
    if state is State.INDETERMINATE:
        return replace(blank, refusal=Refusal(reason, "x", 0.0, 1.0))
    broken = state is State.BROKEN_BARS
    bars = bars if bars is not None else (2.0 if broken else 0.1)
    probabilities = (0.02, 0.08, 0.85, 0.05, 0.0) if broken else (0.97, 0.02, 0.01, 0.0, 0.0)
    evidence = Evidence(equivalent_bars=bars, modalities_agree=True)
    return answer(replace(blank, evidence=evidence), broken, probabilities)


HEALTHY = a_verdict(State.HEALTHY)
BROKEN = a_verdict(State.BROKEN_BARS)
UNKNOWN = a_verdict(State.INDETERMINATE)


def states_after(*verdicts):
    decision = Decision()
    found = []
    for verdict in verdicts:
        decision.update(verdict)
        found.append(decision.state.state)
    return found


def test_it_starts_by_saying_that_it_does_not_know_yet():
    assert starting().refusal.reason is Reason.STARTING
    assert Decision().state == starting()


def test_a_state_takes_three_windows():
    assert states_after(HEALTHY, HEALTHY, HEALTHY) == [State.INDETERMINATE] * 2 + [State.HEALTHY]


def test_one_bad_window_raises_no_alarm_and_three_do():
    after = states_after(*[HEALTHY] * 5, BROKEN, HEALTHY, HEALTHY, BROKEN, BROKEN, BROKEN, BROKEN)
    assert after[5:8] == [State.HEALTHY] * 3
    assert after[-1] is State.BROKEN_BARS
    assert states_after(*[HEALTHY] * 5, BROKEN, BROKEN, BROKEN)[-2:] == [State.HEALTHY, State.BROKEN_BARS]


def test_an_alarm_does_not_end_with_one_good_window():
    after = states_after(*[BROKEN] * 5, HEALTHY, HEALTHY, HEALTHY, HEALTHY)
    assert after[5:7] == [State.BROKEN_BARS] * 2
    assert after[-1] is State.HEALTHY


def test_two_windows_without_an_answer_change_nothing_and_three_do():
    after = states_after(*[HEALTHY] * 3, UNKNOWN, UNKNOWN, HEALTHY, UNKNOWN, UNKNOWN, UNKNOWN)
    assert after[3:6] == [State.HEALTHY] * 3
    assert after[-2:] == [State.HEALTHY, State.INDETERMINATE]


def test_what_was_smoothed_is_forgotten_with_the_state():
    after = states_after(*[BROKEN] * 5, *[UNKNOWN] * 3, HEALTHY, HEALTHY, HEALTHY)
    assert after[-1] is State.HEALTHY


def test_update_tells_of_a_change_of_state_severity_or_reason_only():
    decision = Decision()
    changes = [decision.update(v) for v in (UNKNOWN, UNKNOWN, HEALTHY, HEALTHY, HEALTHY, HEALTHY)]
    assert changes == [True, False, False, False, True, False]


def test_a_change_of_state_or_severity_is_an_event_and_one_of_the_reason_alone_is_none():
    unsteady = a_verdict(State.INDETERMINATE, reason=Reason.UNSTEADY)
    assert Decision().update(unsteady)
    assert not is_event(starting(), unsteady)
    assert is_event(UNKNOWN, HEALTHY)
    assert is_event(HEALTHY, replace(HEALTHY, severity=Severity.WATCH))


def test_silence_is_refused_at_once_and_keeps_the_last_evidence():
    decision = Decision()
    for _ in range(3):
        decision.update(HEALTHY)
    assert decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    assert decision.state.state is State.INDETERMINATE
    assert decision.state.evidence == HEALTHY.evidence


@given(st.lists(st.sampled_from([HEALTHY, BROKEN, UNKNOWN]), max_size=60))
def test_every_published_state_was_the_verdict_of_the_window_that_set_it(verdicts):
    decision = Decision()
    for verdict in verdicts:
        if decision.update(verdict):
            assert decision.state.state is verdict.state
        if decision.state.state is State.INDETERMINATE:
            assert decision.state.refusal is not None
            assert decision.state.broken_bars is None
        else:
            assert decision.state.refusal is None


@given(st.lists(st.sampled_from([HEALTHY, UNKNOWN]), max_size=80))
def test_windows_that_are_healthy_or_silent_never_raise_an_alarm(verdicts):
    assert State.BROKEN_BARS not in states_after(*verdicts)


def test_what_the_sidebands_alone_show_stays_to_be_watched():
    alone = Evidence(equivalent_bars=2.0, equivalent_bars_interval=(1.6, 2.4))
    decision = Decision()
    for _ in range(4):
        decision.update(
            answer(replace(UNKNOWN, refusal=None, evidence=alone), True, (0.5, 0.5, 0.0, 0.0, 0.0))
        )
    assert (decision.state.state, decision.state.severity) == (State.BROKEN_BARS, Severity.WATCH)
    assert decision.state.confidence is None


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
    decision, found = Decision(), []
    for state in states:
        decision.update(replace(verdict, others=(a_finding(state),)))
        found.append(decision.state.others[0].state)
    return found


@pytest.mark.parametrize("verdict", [HEALTHY, BROKEN, UNKNOWN])
def test_another_fault_is_decided_by_itself_with_the_same_patience(verdict):
    after = others_after(verdict, *[State.HEALTHY] * 5, Strange.WORN, *[State.HEALTHY] * 2)
    assert after == [State.INDETERMINATE] * 2 + [State.HEALTHY] * 6
    assert others_after(verdict, *[State.HEALTHY] * 5, *[Strange.WORN] * 3)[-1] == Strange.WORN
    after = others_after(verdict, *[Strange.WORN] * 3, *[State.INDETERMINATE] * 3)
    assert after[-2:] == [Strange.WORN, State.INDETERMINATE]


def test_silence_is_refused_for_every_fault():
    decision = Decision()
    for _ in range(3):
        decision.update(replace(HEALTHY, others=(a_finding(Strange.WORN),)))
    assert decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    assert [f.refusal.reason for f in (decision.state, *decision.state.others)] == [Reason.LOST_SAMPLES] * 2


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ((), (State.INDETERMINATE,), False),
        ((State.INDETERMINATE,), (State.HEALTHY,), True),
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
