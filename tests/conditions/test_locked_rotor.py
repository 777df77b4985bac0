"""A locked rotor: a large current for too long, and none for ever."""

import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding

from edge_agent.conditions.locked_rotor import LockedRotor
from edge_agent.verdict import Reason, Severity, State


def states(times_rated: float, windows: int, length_s: float = 6.0) -> list[State]:
    diagnoser = LockedRotor(PLATE)
    return [
        finding(
            diagnoser,
            a_current_window(balanced(times_rated * RATED_A), length_s=length_s, start_s=length_s * k),
        ).state
        for k in range(windows)
    ]


def test_the_current_of_a_standing_rotor_is_named_after_twelve_seconds():
    assert states(5.0, 3) == [State.HEALTHY, State.LOCKED_ROTOR, State.LOCKED_ROTOR]


def test_a_start_and_an_overload_are_no_locked_rotor():
    assert states(5.0, 1) == [State.HEALTHY]
    assert set(states(2.0, 3)) == {State.HEALTHY}


def test_a_current_that_no_motor_stands_so_long_is_a_wrong_scale():
    diagnoser = LockedRotor(PLATE)
    window = [a_current_window(balanced(5 * RATED_A), length_s=40.0, start_s=40.0 * k) for k in range(4)]
    last = [finding(diagnoser, own) for own in window]
    assert last[1].severity is Severity.DANGER
    assert last[3].refusal.reason is Reason.WRONG_SCALE
    assert last[3].refusal.value == pytest.approx(160.0, rel=0.02)
