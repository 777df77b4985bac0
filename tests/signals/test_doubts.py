"""What speaks against a slip: each doubt alone, on the pair and the current that raise it."""

import cmath

import numpy as np
import pytest
from motor_windows import POLE_PASS_HZ, SLIP, a_motor_window
from signal_factories import a_nameplate
from test_estimator import a_view

from edge_agent.circuit import fit_circuit
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.doubts import Doubts, no_motor
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.sources import RmsCurrent, ShaftVibration
from edge_agent.signals.supply import Line

PLATE = a_nameplate()
CIRCUIT = fit_circuit(PLATE)
BARS = BarScale(PLATE, CIRCUIT)
CURRENT = RmsCurrent(PLATE, CIRCUIT)
DOUBTS = Doubts(PLATE, CIRCUIT, BARS, ShaftVibration(PLATE, CURRENT), CURRENT)


def a_pair(lower=0.02, upper=0.01, floor=1e-4):
    return SidebandPair(upper, lower, floor, floor, floor, POLE_PASS_HZ, SLIP, 12 * POLE_PASS_HZ)


def an_oscillation(slip, sum_of_both=0.03):
    """The pair at 2sf of a load that oscillates at a motor with `slip`."""
    (upper,), (lower,) = CIRCUIT.speed_swing(slip, np.array([POLE_PASS_HZ]), 60.0)
    scale = sum_of_both / (abs(upper) + abs(lower))
    return a_pair(complex(lower) * scale, complex(upper) * scale)


def even_harmonics(second):
    return Line(60.0, 4.0, 0.0, False, second)


@pytest.mark.parametrize("pair", [None, a_pair(1e-4, 1e-4)])
def test_strong_even_harmonics_without_any_sign_of_a_rotor_are_no_motor(pair):
    by_current = SlipRange(0.02, 0.06, "current")
    assert no_motor(by_current, pair, even_harmonics(0.3)).quantity == "second_harmonic_dbc"
    assert no_motor(by_current, pair, even_harmonics(0.001)) is None


@pytest.mark.parametrize("source", ["measured", "configured", "slots", "vibration"])
def test_a_shaft_a_slot_or_a_pair_shows_that_it_is_a_motor(source):
    assert no_motor(SlipRange(0.02, 0.06, source), None, even_harmonics(0.3)) is None
    assert no_motor(SlipRange(0.02, 0.06, "current"), a_pair(), even_harmonics(0.3)) is None


@pytest.mark.parametrize("lowest", [0.015, 0.02, 0.025])
def test_a_pair_that_a_load_makes_at_the_lower_bound_of_the_current_is_no_proof_of_bars(lowest):
    slips = SlipRange(lowest, 0.06, "current")
    assert DOUBTS._of_bars(slips, an_oscillation(lowest)).quantity == "bars_over_load_swing"
    assert DOUBTS._of_bars(slips, a_pair(upper=0.001)) is None


@pytest.mark.parametrize("source", ["measured", "configured", "slots", "vibration"])
def test_bars_at_a_slip_that_something_other_than_the_current_tells_are_believed(source):
    assert DOUBTS._of_bars(SlipRange(0.02, 0.06, source), an_oscillation(0.02)) is None


@pytest.mark.parametrize("turn_deg", [0, 40, 140])
def test_an_oscillation_of_any_phase_makes_next_to_no_bars_beyond_a_castings(turn_deg):
    """(U, L*) = A (u, l*): a turn of A turns U forwards and L backwards."""
    pair, turn = an_oscillation(SLIP), cmath.exp(1j * cmath.pi * turn_deg / 180)
    turned = a_pair(pair.lower * turn.conjugate(), pair.upper * turn)
    assert BARS.over_oscillation(turned, SLIP) < 0.01
    assert BARS.over_oscillation(a_pair(0.02, 0.001), SLIP) > 0.3


def test_a_missing_pair_is_told_by_the_cycles_that_the_window_holds():
    view = a_view(a_motor_window(length_s=0.6, vibration=False))
    refusal = DOUBTS.of_missing_pair(SlipRange(0.03, 0.04, "configured"), view)
    assert refusal.quantity == "pole_pass_cycles"
    assert refusal.value == pytest.approx(POLE_PASS_HZ * view.baseband.length_s, rel=1e-3)
    assert refusal.limit == pytest.approx(3.0)
