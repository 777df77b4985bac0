"""A rotor is not healthy at its slip while bars show at another one."""

from unittest.mock import ANY

import numpy as np
import pytest
from motor_windows import (
    POLE_PASS_HZ,
    SHAFT_HZ,
    a_motor_window,
    a_window_with_slots,
    analyse,
    analyse_simulated,
)
from signal_factories import (
    a_current_window,
    a_nameplate,
    a_shaking,
    a_space_vector,
    a_vibration_window,
    a_window,
    phase_currents,
    times,
)

from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.broken_bars import judge
from edge_agent.verdict import Reason, Refusal


def test_the_line_of_another_shaft_makes_no_broken_rotor_healthy():
    """It lies where this load may turn the motor; its sidebands stand elsewhere."""
    seconds = times(12.0)
    currents = a_motor_window(vibration=False).streams[0]
    other = a_window(currents, a_vibration_window(a_shaking(seconds, 30 * (1 - 0.045))))
    analysis = analyse(other)
    assert (analysis.refusal, analysis.slips.source) == (None, "vibration")
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"
    assert analysis.speed_doubt.value > 0.4
    sound = a_motor_window(vibration=False, lower=1e-4, upper=1e-4).streams[0]
    assert analyse(a_window(sound, other.streams[1])).speed_doubt is None


@pytest.mark.parametrize("driven_slip", [0.025, 0.045])
def test_a_small_pair_at_the_slip_of_another_shaft_makes_no_broken_rotor_healthy(driven_slip):
    """Whatever stands there may be the line of anything; the bars' own stands at another slip."""
    seconds = times(12.0)
    foreign = a_space_vector(seconds, 6e-4, 6e-4, 2 * driven_slip * 60, line_hz=0.0, amplitude_a=1.0)
    vector = foreign * a_space_vector(seconds, 0.02, 0.004j, POLE_PASS_HZ)
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    other = a_vibration_window(a_shaking(seconds, 30 * (1 - driven_slip)))
    analysis = analyse(a_window(a_current_window(currents), other))
    assert analysis.evidence.slip == pytest.approx(driven_slip, rel=0.02)
    assert analysis.pair.stands_out
    assert analysis.evidence.equivalent_bars < 0.1
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"


def test_bars_beside_a_misread_shaft_make_no_rotor_healthy_though_the_supply_wanders_more():
    """At 20 % load the current allows all slips down to zero, and the wander is the strongest of them."""
    truth, analysis = analyse_simulated(8802001, 0.1966, "validation_2", rotor_bars=None)
    assert truth["equivalent_bars"] > 0.7
    assert analysis.slips.source == "vibration"
    assert analysis.evidence.slip > 1.1 * truth["slip"]
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"


@pytest.mark.parametrize(
    ("vibration", "plate", "show"),
    [
        (True, {"rotor_bars": 28}, True),
        (True, {"rotor_bars": 34}, False),
        (True, {"rotor_bars": None}, None),
        (True, {"rotor_bars": 28, "speed_rpm": 60 * SHAFT_HZ}, None),
        (False, {"rotor_bars": 28}, True),
        (False, {"rotor_bars": None}, None),
    ],
)
def test_slot_lines_of_the_plate_show_or_not_where_the_shaft_does(vibration, plate, show):
    assert analyse(a_window_with_slots(vibration), **plate).slots_show is show


@pytest.mark.parametrize("source", ["current", "vibration"])
def test_bars_beyond_the_slips_of_a_plate_whose_rated_slip_is_too_small_make_no_rotor_healthy(source):
    """A foreign pair lies where the plate allows the slip, and that of the bars far beyond."""
    plate, seconds = {"rated_speed_rpm": 1780.0}, times(12.0)
    slip = fit_circuit(a_nameplate(**plate)).slip_at_current(4.0 / 2**0.5)
    foreign = a_space_vector(seconds, 8e-4, 8e-4, 2 * slip * 60, line_hz=0.0, amplitude_a=1.0)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))

    def analysed(lower):
        vector = foreign * a_space_vector(seconds, lower, 0.1j * lower, 2 * 0.07 * 60)
        currents = a_current_window(phase_currents(vector) + noise)
        shaft = a_vibration_window(a_shaking(seconds, 30 * (1 - slip)))
        return analyse(a_window(currents, *[shaft] * (source == "vibration")), **plate)

    analysis = analysed(0.03)
    assert (analysis.refusal, analysis.slips.source) == (None, source)
    assert analysis.evidence.slip == pytest.approx(slip, rel=0.05)
    assert analysis.evidence.equivalent_bars < 0.1
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"
    assert analysed(0.002).speed_doubt is None


def test_bars_below_the_least_slip_that_the_current_tells_make_no_rotor_healthy():
    """At light load the plate's circuit may take the magnetising current for load."""
    seconds, slip = times(8.0), 0.009
    foreign = a_space_vector(seconds, 8e-4, 8e-4, 2 * 0.03 * 60, line_hz=0.0, amplitude_a=1.0)
    vector = foreign * a_space_vector(seconds, 0.012, 0.010, 2 * slip * 60, amplitude_a=3.2)
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(currents)))
    assert analysis.slips.source == "current"
    assert analysis.slips.lowest > slip
    assert (analysis.refusal, analysis.speed_doubt.quantity) == (None, "bars_at_another_slip")


def test_bars_at_light_load_make_no_rotor_healthy_beside_another_shaft_that_would_explain_them():
    """Their lines are those that a load makes which swings at the slip of the other shaft."""
    circuit, seconds = fit_circuit(a_nameplate()), times(12.0)
    driven_slip, pole_pass_hz = 0.045, 2 * 0.006 * 60
    (upper,), (lower,) = circuit.speed_swing(driven_slip, np.array([pole_pass_hz]), 60.0)
    scale = 0.015 / abs(lower)
    vector = a_space_vector(seconds, scale * lower, scale * upper, pole_pass_hz, amplitude_a=3.2)
    currents = phase_currents(vector) + np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    other = a_vibration_window(a_shaking(seconds, 30 * (1 - driven_slip)))
    analysis = analyse(a_window(a_current_window(currents), other))
    assert (analysis.refusal, analysis.slips.source) == (None, "vibration")
    assert analysis.evidence.slip == pytest.approx(driven_slip, rel=0.02)
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"


def test_the_lines_of_a_load_that_swings_at_a_smaller_slip_are_no_broken_bars():
    """The pair of a load at 40 % torque would be taken for that of bars at 110 %."""
    circuit, seconds = fit_circuit(a_nameplate()), times(12.0)
    slip, swing_hz, amplitude_a = circuit.slip_at_load(0.4), 2 * 0.05 * 60, 3.6
    (upper,), (lower,) = circuit.speed_swing(slip, np.array([swing_hz]), 60.0)
    scale = 0.03 / abs(upper)
    vector = a_space_vector(seconds, scale * lower, scale * upper, swing_hz, amplitude_a=amplitude_a)
    noise = np.random.default_rng(2).normal(0, 0.004, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(phase_currents(vector) + noise)))
    assert (analysis.refusal, analysis.slips.source) == (None, "current")
    assert analysis.evidence.slip == pytest.approx(0.05, rel=0.02)
    assert judge(analysis.evidence, analysis.pair).broken
    assert analysis.oscillation_doubt.quantity == "bars_over_load_swing"


@pytest.mark.parametrize(("over_idle", "doubt"), [(1.22, "current_over_idle"), (1.35, None)])
def test_a_current_that_may_be_that_of_an_idling_motor_tells_no_slip_at_which_a_rotor_is_healthy(
    over_idle, doubt
):
    """A foreign pair was taken for the bars' own, which the wander hid, where the voltage was too high."""
    circuit, seconds = fit_circuit(a_nameplate()), times(12.0)
    rms_a = over_idle * circuit.no_load_current_rms_a
    pole_pass_hz = 2 * circuit.slip_at_current(rms_a) * 60
    vector = a_space_vector(seconds, 5e-4, 5e-4j, pole_pass_hz, amplitude_a=rms_a * 2**0.5)
    noise = np.random.default_rng(2).normal(0, 0.001, (3, seconds.size))
    analysis = analyse(a_window(a_current_window(phase_currents(vector) + noise)))
    assert (analysis.refusal, analysis.slips.source) == (None, "current")
    assert analysis.speed_doubt == (doubt and Refusal(Reason.SPEED_UNKNOWN, doubt, ANY, 1.25))


def test_slots_that_are_misread_make_no_broken_rotor_healthy():
    """Four bars of a hot rotor slip farther than the current says, and side lines outdo their slot line."""
    truth, analysis = analyse_simulated(3090094, 0.893)
    assert analysis.slips.source == "slots"
    assert analysis.evidence.slip < 0.8 * truth["slip"]
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"
    assert analysis.speed_doubt.value > 3


def test_slots_beside_a_tiny_pair_make_no_rotor_healthy_that_slips_farther_than_any_other():
    """Its bars stand just beyond the largest slip that is looked for."""
    truth, analysis = analyse_simulated(3710859, 1.033)
    assert analysis.slips.source == "slots"
    assert analysis.evidence.slip < 0.9 * truth["slip"]
    assert analysis.evidence.equivalent_bars < 0.1
    assert analysis.speed_doubt.quantity == "bars_at_another_slip"
