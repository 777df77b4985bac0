"""From verdicts of single windows to a state: how many looks it takes, and how severe it is."""

from dataclasses import replace

import pytest
from decided import BROKEN, HEALTHY, UNKNOWN, WINDOW_S, Windows, a_verdict, states_after
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.diagnose.broken_bars import answer
from edge_agent.diagnose.decision import Decision, is_event, starting
from edge_agent.verdict import Evidence, Reason, Severity, State


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


def test_refusals_between_them_take_nothing_from_the_looks():
    assert states_after(BROKEN, UNKNOWN, UNKNOWN, UNKNOWN, BROKEN, UNKNOWN, BROKEN)[-1] is State.BROKEN_BARS


def test_a_fault_barely_above_what_a_window_could_show_counts_nothing():
    weak = replace(BROKEN, evidence=replace(BROKEN.evidence, detection_limit_bars=1.0))
    assert State.BROKEN_BARS not in states_after(*[weak] * 50)
    assert set(states_after(*[HEALTHY] * 3, *[weak] * 5)[2:]) == {State.HEALTHY}


def test_windows_that_clear_the_rotor_without_a_slip_take_nothing_from_the_bars_of_the_others():
    watch = a_verdict(State.HEALTHY, 0.25)
    cleared = answer(replace(UNKNOWN, evidence=Evidence(detection_limit_bars=0.1), refusal=None), False, None)
    windows = Windows()
    windows.see(watch, watch, watch, cleared, cleared)
    state = windows.decision.state
    assert (state.severity, state.evidence.equivalent_bars) == (Severity.WATCH, None)


def test_what_showed_at_a_slip_is_not_refuted_by_windows_without_one():
    scanned = Evidence(detection_limit_bars=0.1, scanned_slips=(0.01, 0.1))
    cleared = answer(replace(UNKNOWN, evidence=scanned, refusal=None), False, None)
    windows = Windows()
    assert windows.see(*[BROKEN] * 3, *[cleared] * 20)[-1] is State.BROKEN_BARS
    assert windows.see(*[HEALTHY] * 5)[-1] is State.HEALTHY
    assert states_after(*[cleared] * 3)[-1] is State.HEALTHY


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


@given(st.lists(st.sampled_from([HEALTHY, UNKNOWN]), max_size=80))
def test_windows_that_are_healthy_or_silent_never_raise_an_alarm(verdicts):
    assert State.BROKEN_BARS not in states_after(*verdicts)
