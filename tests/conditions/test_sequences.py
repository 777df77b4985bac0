"""The negative sequence, its angle, and the phase that it names."""

import cmath
import math

import numpy as np
import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding, normal_by, seen
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.circuit import fit_circuit
from edge_agent.conditions.phase_unbalance import PhaseUnbalance
from edge_agent.conditions.sequences import lag_deg, phase_of
from edge_agent.conditions.stator_asymmetry import StatorAsymmetry
from edge_agent.limits import CONDITIONS
from edge_agent.refusals import of_conditions
from edge_agent.verdict import Severity, State


def with_short(phase: str, share: float, lag_of_short_deg: float = 20.0) -> dict[str, complex]:
    """Phasors of a motor in which this phase takes so much more current, half of it back in each other."""
    lag = math.radians(lag_deg(fit_circuit(PLATE), RATED_A))
    phasors = balanced(RATED_A)
    voltage = cmath.exp(1j * (cmath.phase(phasors[phase]) + lag))
    more = share * RATED_A * voltage * cmath.exp(-1j * math.radians(lag_of_short_deg))
    return {name: own + (more if name == phase else -more / 2) for name, own in phasors.items()}


def healthy(share: complex = 0.0) -> list:
    return [a_current_window(balanced(RATED_A, share), start_s=4.0 * k) for k in range(6)]


@settings(max_examples=8, deadline=None)
@given(st.floats(0.0, 0.2), st.floats(-math.pi, math.pi))
def test_the_share_of_the_negative_sequence_is_measured_with_its_angle(size, angle):
    share = cmath.rect(size, angle)
    line = seen(a_current_window(balanced(RATED_A, share))).analysis.line
    # A space vector shows the conjugate of the negative sequence; the share is that of phasors.
    assert line.negative_share == pytest.approx(share, abs=2e-3)
    assert line.unbalance == pytest.approx(size, abs=2e-3)


@pytest.mark.parametrize("phase", "abc")
@pytest.mark.parametrize("lag_of_short_deg", [0.0, 45.0])
@pytest.mark.parametrize("order", ["abc", "acb"])
def test_a_turn_short_names_its_phase_whatever_the_order(phase, lag_of_short_deg, order):
    swapped = dict(zip("abc", order, strict=True))
    diagnoser = StatorAsymmetry(PLATE)
    usual = [
        a_current_window({p: w[swapped[p]] for p in "abc"}, start_s=4.0 * k)
        for k, w in enumerate([balanced(RATED_A, 0.02j)] * 6)
    ]
    normal = normal_by(diagnoser, *usual)
    short = with_short(swapped[phase], 0.16, lag_of_short_deg)
    added = {p: short[p] + balanced(RATED_A, 0.02j)[p] - balanced(RATED_A)[p] for p in "abc"}
    found = finding(diagnoser, a_current_window({p: added[swapped[p]] for p in "abc"}), normal)
    assert found.state is State.STATOR_ASYMMETRY
    assert found.location == phase
    (measured,) = found.measured
    assert measured.value == pytest.approx(0.08, rel=0.12)
    assert measured.baseline_h == 24.0
    assert "baseline of this motor" in measured.origin


def test_what_is_usual_is_no_asymmetry_however_large_it_is():
    diagnoser = StatorAsymmetry(PLATE)
    normal = normal_by(diagnoser, *healthy(0.1j))
    found = finding(diagnoser, a_current_window(balanced(RATED_A, 0.1j)), normal)
    assert (found.state, found.severity) == (State.HEALTHY, Severity.OK)
    turned = finding(diagnoser, a_current_window(balanced(RATED_A, -0.1j)), normal)
    assert turned.state is State.STATOR_ASYMMETRY


def test_without_a_normal_or_with_another_order_nothing_is_named():
    diagnoser = StatorAsymmetry(PLATE)
    window = a_current_window(balanced(RATED_A, 0.2))
    assert finding(diagnoser, window).refusal.quantity == of_conditions.NO_NORMAL.quantity
    normal = normal_by(diagnoser, *healthy())
    swapped = balanced(RATED_A, 0.2)
    swapped["b"], swapped["c"] = swapped["c"], swapped["b"]
    refusal = finding(diagnoser, a_current_window(swapped), normal).refusal
    assert (refusal.quantity, refusal.value, refusal.limit) == ("phase_order", -1.0, 1.0)


def test_one_sensor_shows_no_sequence():
    window = a_current_window({"a": balanced(RATED_A)["a"]})
    for diagnoser in (StatorAsymmetry(PLATE), PhaseUnbalance(PLATE)):
        assert diagnoser.measure(seen(window)) == {}
        assert finding(diagnoser, window).refusal.quantity == "current_channels"


@pytest.mark.parametrize(
    ("share", "severity"), [(0.04, Severity.OK), (0.08, Severity.WATCH), (0.15, Severity.ALARM)]
)
@pytest.mark.parametrize("phases", ["abc", "bc"])
def test_unequal_currents_need_no_normal(share, severity, phases):
    phasors = balanced(RATED_A, share * np.exp(1j))
    found = finding(PhaseUnbalance(PLATE), a_current_window({p: phasors[p] for p in phases}))
    assert found.severity is severity
    assert found.faulty is (share >= CONDITIONS.unbalance)
    number, voltage = found.measured
    assert number.value == pytest.approx(share, abs=2e-3)
    # A motor meets a negative sequence with its impedance at standstill: a sixth of that at rated load.
    assert voltage.value == pytest.approx(share / 6, abs=1e-3)


def test_what_has_grown_is_left_to_the_asymmetry():
    diagnoser = StatorAsymmetry(PLATE)
    normal = normal_by(diagnoser, *healthy())
    found = finding(PhaseUnbalance(PLATE), a_current_window(with_short("a", 0.3)), normal)
    assert found.refusal.quantity == of_conditions.ASYMMETRY_EXPLAINS.quantity
    always = finding(
        PhaseUnbalance(PLATE),
        a_current_window(balanced(RATED_A, 0.1j)),
        normal_by(diagnoser, *healthy(0.1j)),
    )
    assert always.state is State.PHASE_UNBALANCE


@given(st.floats(-179.0, 179.0), st.sampled_from("abc"))
def test_a_third_of_a_turn_is_the_next_phase(lag, phase):
    change = cmath.rect(0.1, math.radians(lag - CONDITIONS.short_lag_deg + 120.0 * "abc".index(phase)))
    assert phase_of(change, lag, reversed_order=False) == phase
