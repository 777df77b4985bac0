"""A lost phase, told apart from a sensor that fell off."""

import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding

from edge_agent.conditions.phase_loss import PhaseLoss
from edge_agent.verdict import Reason, Severity, State


def without(lost: str) -> dict[str, complex]:
    """Phasors of a motor on two phases: what flows in comes back in the other."""
    first, second = (phase for phase in "abc" if phase != lost)
    return {phase: {first: RATED_A, second: -RATED_A}.get(phase, 0.0) for phase in "abc"}


@pytest.mark.parametrize("lost", "abc")
def test_a_lost_phase_is_named(lost):
    found = finding(PhaseLoss(PLATE), a_current_window(without(lost)))
    assert (found.state, found.severity, found.location) == (State.PHASE_LOSS, Severity.DANGER, lost)
    assert found.measured[1].value == pytest.approx(180.0, abs=1.0)


def test_a_phase_that_nobody_measures_is_lost_as_well():
    phasors = without("a")
    found = finding(PhaseLoss(PLATE), a_current_window({phase: phasors[phase] for phase in "bc"}))
    assert (found.state, found.location) == (State.PHASE_LOSS, "a")


@pytest.mark.parametrize("off", "abc")
def test_a_sensor_that_fell_off_is_no_lost_phase(off):
    phasors = balanced(RATED_A) | {off: 0.0}
    found = finding(PhaseLoss(PLATE), a_current_window(phasors))
    assert found.state is State.HEALTHY
    assert found.measured[1].value == pytest.approx(120.0, abs=1.0)


@pytest.mark.parametrize("phases", ["abc", "ab"])
def test_heavy_unbalance_is_no_lost_phase(phases):
    phasors = balanced(RATED_A, 0.3)
    found = finding(PhaseLoss(PLATE), a_current_window({p: phasors[p] for p in phases}))
    assert found.state is State.HEALTHY


def test_a_motor_at_rest_and_a_single_sensor_tell_nothing():
    rest = finding(PhaseLoss(PLATE), a_current_window(balanced(0.001 * RATED_A)))
    assert rest.refusal.reason is Reason.MOTOR_OFF
    single = finding(PhaseLoss(PLATE), a_current_window({"a": RATED_A}))
    assert single.refusal.reason is Reason.NO_SENSOR
