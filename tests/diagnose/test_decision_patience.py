"""How long a state outlasts the last answer, what a silence leaves of it, and which reason it then names."""

import pytest
from decided import BROKEN, HEALTHY, UNKNOWN, WINDOW_S, Windows, a_verdict
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.verdict import Reason, Refusal, State


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


def test_silence_is_refused_at_once_and_keeps_the_last_evidence():
    windows = Windows()
    windows.see(*[HEALTHY] * 3)
    decision = windows.decision
    assert decision.refuse(Refusal(Reason.LOST_SAMPLES, "silent_s", 5.0, 5.0))
    assert decision.state.state is State.INDETERMINATE
    assert decision.state.evidence == HEALTHY.evidence


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
