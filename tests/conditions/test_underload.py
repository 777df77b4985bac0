"""Underload: below the lowest load that is normal for this motor."""

from current_windows import PLATE, RATED_A, a_current_window, balanced, finding, normal_by

from edge_agent.conditions.underload import Underload
from edge_agent.verdict import Reason, State

USUAL = [a_current_window(balanced(RATED_A * (0.97 + 0.001 * k)), start_s=4.0 * k) for k in range(7)]


def test_a_motor_that_loses_its_load_is_named_and_one_at_its_usual_load_is_not():
    diagnoser = Underload(PLATE)
    normal = normal_by(diagnoser, *USUAL)
    usual = finding(diagnoser, USUAL[0], normal)
    assert usual.state is State.HEALTHY
    lost = finding(diagnoser, a_current_window(balanced(0.72 * RATED_A)), normal)
    assert lost.state is State.UNDERLOAD
    (measured,) = lost.measured
    assert measured.value < measured.limit
    assert "A" in measured.witness


def test_what_is_usual_comes_from_the_lightest_usual_duty():
    diagnoser = Underload(PLATE)
    light = [a_current_window(balanced(0.72 * RATED_A), start_s=4.0 * k) for k in range(6)]
    normal = normal_by(diagnoser, *USUAL, *light)
    assert finding(diagnoser, light[0], normal).state is State.HEALTHY


def test_without_a_normal_there_is_no_band():
    assert finding(Underload(PLATE), USUAL[0]).refusal.reason is Reason.NO_BASELINE
