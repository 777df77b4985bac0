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


WINDOW_S = 12.0


class Windows:
    """Windows through a decision, one every `step_s`."""

    def __init__(self, step_s=WINDOW_S):
        self.decision, self.step_s, self.now_s = Decision(), step_s, 0.0

    def see(self, *verdicts):
        """Take windows; return the state after each."""
        found = []
        for verdict in verdicts:
            self.changed = self.decision.update(verdict, self.now_s, self.now_s + WINDOW_S)
            self.now_s += self.step_s
            found.append(self.decision.state.state)
        return found


def states_after(*verdicts, step_s=WINDOW_S):
    return Windows(step_s).see(*verdicts)


def test_it_starts_by_saying_that_it_does_not_know_yet():
    assert starting().refusal.reason is Reason.STARTING
    assert Decision().state == starting()


def test_healthy_takes_three_windows_and_a_fault_three_looks():
    assert states_after(*[HEALTHY] * 3, step_s=2.0) == [State.INDETERMINATE] * 2 + [State.HEALTHY]
    assert states_after(*[BROKEN] * 3)[-1] is State.BROKEN_BARS
    overlapping = states_after(*[BROKEN] * 20, step_s=2.0)
    assert overlapping.index(State.BROKEN_BARS) == 12  # the looks are windows 0, 6 and 12


def test_two_bad_looks_raise_no_alarm_and_three_do():
    after = states_after(*[HEALTHY] * 5, BROKEN, BROKEN, HEALTHY, HEALTHY, BROKEN, BROKEN, BROKEN)
    assert after[5:11] == [State.HEALTHY] * 6
    assert after[-1] is State.BROKEN_BARS


def test_a_rotor_with_a_look_that_shows_a_fault_is_not_called_healthy_from_the_start():
    assert State.HEALTHY not in states_after(BROKEN, *[HEALTHY] * 2)
    assert states_after(BROKEN, *[HEALTHY] * 4)[-1] is State.HEALTHY


def test_an_alarm_takes_five_healthy_looks_in_a_row_to_end():
    windows = Windows()
    windows.see(*[BROKEN] * 4)
    assert windows.see(*[HEALTHY] * 4, BROKEN, *[HEALTHY] * 4) == [State.BROKEN_BARS] * 9
    assert windows.see(HEALTHY) == [State.HEALTHY]


@pytest.mark.parametrize("stays", [HEALTHY, BROKEN])
def test_a_state_is_held_for_five_minutes_without_an_answer(stays):
    windows = Windows()
    windows.see(*[stays] * 4)
    held = windows.see(*[UNKNOWN] * 40)
    assert held.count(stays.state) == 24
    assert held[-1] is State.INDETERMINATE


def test_a_fault_is_remembered_through_hours_without_an_answer():
    windows = Windows()
    windows.see(*[BROKEN] * 3)
    windows.see(*[UNKNOWN] * 1000)
    windows.decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    assert windows.see(BROKEN) == [State.BROKEN_BARS]


def test_looks_that_were_too_few_are_forgotten_after_ten_minutes():
    windows = Windows()
    windows.see(BROKEN, BROKEN, *[UNKNOWN] * 50)
    assert windows.see(BROKEN, BROKEN) == [State.INDETERMINATE] * 2


def test_refusals_between_them_take_nothing_from_the_looks():
    assert states_after(BROKEN, UNKNOWN, UNKNOWN, UNKNOWN, BROKEN, UNKNOWN, BROKEN)[-1] is State.BROKEN_BARS


def test_a_fault_barely_above_what_a_window_could_show_counts_nothing():
    weak = replace(BROKEN, evidence=replace(BROKEN.evidence, detection_limit_bars=1.0))
    assert State.BROKEN_BARS not in states_after(*[weak] * 50)
    assert set(states_after(*[HEALTHY] * 3, *[weak] * 5)[2:]) == {State.HEALTHY}


def test_a_reason_takes_the_place_of_another_that_has_come_half_as_often():
    windows = Windows()
    other = a_verdict(State.INDETERMINATE, reason=Reason.UNSTEADY)
    reasons = []
    for verdict in (UNKNOWN, other, other, UNKNOWN, other, other, other):
        windows.see(verdict)
        reasons.append(windows.decision.state.refusal.reason)
    assert reasons == [Reason.LOAD_TOO_LOW] * 5 + [Reason.UNSTEADY] * 2


def test_a_state_that_ends_names_the_reason_that_prevailed_and_not_the_newest():
    windows = Windows(2.0)
    other = a_verdict(State.INDETERMINATE, reason=Reason.UNSTEADY)
    windows.see(*[HEALTHY] * 4)
    windows.see(*[UNKNOWN] * 149)
    assert windows.see(other) == [State.INDETERMINATE]
    assert windows.decision.state.refusal.reason is Reason.LOAD_TOO_LOW


def test_a_reason_from_before_a_silence_speaks_no_more():
    windows = Windows()
    windows.see(*[UNKNOWN] * 10)
    windows.decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    windows.see(a_verdict(State.INDETERMINATE, reason=Reason.UNSTEADY))
    assert windows.decision.state.refusal.reason is Reason.UNSTEADY


def held_s(windows, most_s=7200.0):
    """How long a state outlasts the last answer, to the next window; infinite if it does not end."""
    before = windows.decision.state.state
    for count in range(1, round(most_s / WINDOW_S)):
        if windows.see(UNKNOWN) != [before]:
            return count * WINDOW_S
    return float("inf")


@pytest.mark.parametrize(
    ("gap_s", "holds_s"), [(0.0, 300.0), (240.0, 504.0), (600.0, 1224.0), (880.0, 1788.0), (3600.0, 300.0)]
)
def test_a_state_is_held_for_twice_the_longest_gap_after_which_it_was_confirmed(gap_s, holds_s):
    windows = Windows()
    windows.see(*[HEALTHY] * 4, *[UNKNOWN] * round(gap_s / WINDOW_S), *[HEALTHY] * 2)
    assert held_s(windows) == pytest.approx(holds_s, abs=WINDOW_S)


def test_a_look_that_shows_a_fault_ends_the_patience_with_a_healthy_state():
    windows = Windows()
    windows.see(*[HEALTHY] * 4, *[UNKNOWN] * 50, *[HEALTHY] * 2, BROKEN)
    assert held_s(windows) == pytest.approx(300.0, abs=WINDOW_S)


def test_gaps_before_a_fault_or_another_device_say_nothing_of_how_long_a_state_lasts():
    windows = Windows()
    windows.see(*[HEALTHY] * 4, *[UNKNOWN] * 50, *[HEALTHY] * 2, *[BROKEN] * 4)
    assert held_s(windows) == 300.0
    windows = Windows()
    windows.see(*[HEALTHY] * 4, *[UNKNOWN] * 50, *[HEALTHY] * 2)
    windows.decision.forget()
    windows.see(*[HEALTHY] * 4)
    assert held_s(windows) == 300.0


def test_the_severity_falls_only_well_below_what_raised_it():
    windows = Windows()
    windows.see(*[a_verdict(State.BROKEN_BARS, 2.6)] * 3)
    assert windows.decision.state.severity is Severity.DANGER
    windows.see(*[a_verdict(State.BROKEN_BARS, 2.3)] * 20)
    assert windows.decision.state.severity is Severity.DANGER
    windows.see(*[a_verdict(State.BROKEN_BARS, 2.0)] * 20)
    assert windows.decision.state.severity is Severity.ALARM


def test_an_alarm_that_the_network_confirmed_is_not_taken_back_by_a_window_unlike_its_training():
    alone = replace(BROKEN, evidence=replace(BROKEN.evidence, modalities_agree=None))
    windows = Windows()
    windows.see(*[BROKEN] * 3, alone)
    assert windows.decision.state.severity is Severity.ALARM


def test_update_tells_of_a_change_of_state_severity_or_reason_only():
    windows, changes = Windows(), []
    for verdict in (UNKNOWN, UNKNOWN, HEALTHY, HEALTHY, HEALTHY, HEALTHY):
        windows.see(verdict)
        changes.append(windows.changed)
    assert changes == [True, False, False, False, True, False]


def test_a_change_of_state_or_severity_is_an_event_and_one_of_the_reason_alone_is_none():
    unsteady = a_verdict(State.INDETERMINATE, reason=Reason.UNSTEADY)
    assert Decision().update(unsteady, 0.0, WINDOW_S)
    assert not is_event(starting(), unsteady)
    assert is_event(UNKNOWN, HEALTHY)
    assert is_event(HEALTHY, replace(HEALTHY, severity=Severity.WATCH))


def test_silence_is_refused_at_once_and_keeps_the_last_evidence():
    windows = Windows()
    windows.see(*[HEALTHY] * 3)
    decision = windows.decision
    assert decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    assert decision.state.state is State.INDETERMINATE
    assert decision.state.evidence == HEALTHY.evidence


@given(
    verdicts=st.lists(st.sampled_from([HEALTHY, BROKEN, UNKNOWN]), max_size=60),
    step_s=st.sampled_from([2.0, 5.0, 12.0, 400.0]),
)
def test_every_published_state_was_the_verdict_of_the_window_that_set_it(verdicts, step_s):
    windows = Windows(step_s)
    for verdict in verdicts:
        windows.see(verdict)
        state = windows.decision.state
        if windows.changed:
            assert state.state is verdict.state
        if state.state is State.INDETERMINATE:
            assert state.refusal is not None
            assert state.broken_bars is None
        else:
            assert state.refusal is None


@given(
    before=st.lists(st.tuples(st.sampled_from([HEALTHY, UNKNOWN]), st.floats(1.0, 2000.0)), max_size=60),
)
def test_three_looks_raise_an_alarm_however_long_a_healthy_state_was_held(before):
    windows = Windows()
    for verdict, step_s in before:
        windows.step_s = step_s
        windows.see(verdict)
    windows.now_s, windows.step_s = windows.now_s + WINDOW_S, WINDOW_S
    assert windows.see(*[BROKEN] * 3)[-1] is State.BROKEN_BARS


@given(st.lists(st.tuples(st.sampled_from([HEALTHY, BROKEN, UNKNOWN]), st.floats(1.0, 3000.0)), max_size=80))
def test_no_state_outlives_half_an_hour_without_an_answer(windows_seen):
    windows, answered_s = Windows(), -float("inf")
    for verdict, step_s in windows_seen:
        windows.step_s = step_s
        end_s = windows.now_s + WINDOW_S
        (state,) = windows.see(verdict)
        answered_s = answered_s if verdict is UNKNOWN else end_s
        if end_s - answered_s >= 1800.0:
            assert state is State.INDETERMINATE


@given(st.lists(st.sampled_from([HEALTHY, UNKNOWN]), max_size=80))
def test_windows_that_are_healthy_or_silent_never_raise_an_alarm(verdicts):
    assert State.BROKEN_BARS not in states_after(*verdicts)


def test_what_the_sidebands_alone_show_stays_to_be_watched():
    alone = Evidence(equivalent_bars=2.0, equivalent_bars_interval=(1.6, 2.4))
    windows = Windows()
    verdict = answer(replace(UNKNOWN, refusal=None, evidence=alone), True, (0.5, 0.5, 0.0, 0.0, 0.0))
    windows.see(*[verdict] * 4)
    decision = windows.decision
    assert (decision.state.state, decision.state.severity) == (State.BROKEN_BARS, Severity.WATCH)
    assert decision.state.confidence is None


def test_a_state_without_the_network_has_no_confidence_and_takes_none_away() -> None:
    by_minutes = replace(HEALTHY, probabilities=None, confidence=None)
    windows = Windows()
    windows.see(*[by_minutes] * 3)
    assert windows.decision.state.state is State.HEALTHY
    assert (windows.decision.state.confidence, windows.decision.state.probabilities) == (None, None)
    windows.see(HEALTHY)
    assert windows.decision.state.confidence == pytest.approx(HEALTHY.confidence)


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
