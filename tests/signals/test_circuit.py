"""The nameplate-fit circuit against the figures of the default motor and against other sane plates."""

from dataclasses import replace

import numpy as np
import plates
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.circuit import Circuit, fit_circuit, typical_rotor_bars
from edge_agent.motor import Nameplate


def a_nameplate(**changed: float | None) -> Nameplate:
    return plates.a_nameplate(**({"power_factor": 0.8} | changed))


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return fit_circuit(a_nameplate())


def test_the_lab_motor_gets_the_resistances_and_reactances_of_its_table(circuit: Circuit) -> None:
    """Fit of the default motor: R_s 2.51, X_ls 4.26, X_m 76.9, R_fe 839, R_r 2.30, k_R 1, k_X 0.60."""
    assert circuit.stator_resistance_ohm == pytest.approx(2.51, rel=0.05)
    assert circuit.stator_leakage_ohm == pytest.approx(4.26, rel=0.05)
    assert circuit.rotor_leakage_ohm == pytest.approx(4.68, rel=0.05)
    assert circuit.magnetising_ohm == pytest.approx(76.9, rel=0.05)
    assert circuit.iron_loss_ohm == pytest.approx(839, rel=0.05)
    assert circuit.rotor_resistance_ohm == pytest.approx(2.30, rel=0.05)
    assert circuit.skin_factor == pytest.approx(1.0, abs=0.05)
    assert circuit.saturation_factor == pytest.approx(0.6, abs=0.05)


def test_the_fit_gives_back_the_plate(circuit: Circuit) -> None:
    slip = a_nameplate().rated_slip
    stator, _ = circuit.currents(slip)
    assert circuit.load_at_slip(slip) == pytest.approx(1.0, abs=0.01)
    assert abs(stator) == pytest.approx(2.98, rel=0.01)
    assert stator.real / abs(stator) == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize(
    ("load", "gain"), [(0.125, 0.19), (0.25, 0.34), (0.5, 0.56), (1.0, 0.77)], ids=lambda value: f"{value:g}"
)
def test_sideband_gain_at_the_listed_loads(circuit: Circuit, load: float, gain: float) -> None:
    """Table of severity formulas: G = .19, .34, .56, .77 at 12.5, 25, 50, 100 % load."""
    assert circuit.sideband_gain(circuit.slip_at_load(load)) == pytest.approx(gain, abs=0.015)


@pytest.mark.parametrize("slip", [0.001, 0.002])
def test_a_slow_swing_of_the_speed_moves_the_current_as_the_slip_does(circuit: Circuit, slip: float) -> None:
    """At a small slip 2sf is slow, and both sidebands are what d ln I / ds says."""
    without_iron = replace(circuit, iron_loss_ohm=1e9)
    behind, ahead = (without_iron.currents(s)[0] for s in (0.999 * slip, 1.001 * slip))
    steady = np.log(ahead / behind) / (0.002 * slip) / (2 * np.pi * circuit.frequency_hz)
    swing_hz = np.array([2 * slip * circuit.frequency_hz])
    (upper,), (lower,) = without_iron.speed_swing(slip, swing_hz, circuit.frequency_hz)
    assert (upper, lower) == pytest.approx((-steady, -steady), rel=0.05)


def test_at_another_frequency_of_a_drive_the_swing_is_another(circuit: Circuit) -> None:
    grid, drive = (
        circuit.speed_swing(0.03, np.array([0.06 * hz]), hz)[0] for hz in (circuit.frequency_hz, 30.0)
    )
    assert abs(drive) > 1.2 * abs(grid)


@pytest.mark.parametrize(("load", "least", "most"), [(0.02, 0.0, 0.02), (0.25, 0.1, 0.3), (1.0, 0.6, 1.0)])
def test_the_current_hardly_tells_the_slip_of_an_idle_motor(
    circuit: Circuit, load: float, least: float, most: float
) -> None:
    slip = circuit.slip_at_load(load)
    assert least < circuit.current_per_slip(slip) < most
    more = circuit.current_rms_a(1.02 * slip) / circuit.current_rms_a(slip)
    assert more == pytest.approx(1.02 ** circuit.current_per_slip(slip), rel=1e-3)


@pytest.mark.parametrize("load", [0.0, 0.1, 0.5, 1.0, 1.5])
def test_load_and_current_lead_back_to_the_slip(circuit: Circuit, load: float) -> None:
    slip = circuit.slip_at_load(load)
    assert circuit.load_at_slip(slip) == pytest.approx(load, abs=1e-6)
    assert circuit.slip_at_current(circuit.current_rms_a(slip)) == pytest.approx(slip, abs=1e-6)


def test_less_than_the_no_load_current_has_no_slip(circuit: Circuit) -> None:
    assert circuit.slip_at_current(0.9 * circuit.no_load_current_rms_a) is None


def test_more_than_the_breakdown_torque_gives_the_breakdown_slip(circuit: Circuit) -> None:
    assert circuit.slip_at_load(10.0) == circuit.breakdown_slip
    assert circuit.slip_at_current(1000.0) == circuit.breakdown_slip


@settings(max_examples=40, deadline=None)
@given(
    power_kw=st.floats(0.1, 1000),
    slip_factor=st.floats(0.5, 2.0),
    apparent=st.floats(0.45, 0.9),
    poles=st.sampled_from([2, 4, 6, 8, 12]),
    frequency_hz=st.sampled_from([50.0, 60.0]),
    voltage_v=st.sampled_from([220.0, 400.0, 690.0, 6000.0]),
)
def test_any_sane_plate_is_met(
    power_kw: float, slip_factor: float, apparent: float, poles: int, frequency_hz: float, voltage_v: float
) -> None:
    """Rated slips around 0.045 P_kW^-0.25, products of efficiency and power factor of 0.45 to 0.9.

    The current is worst met at the corner of 0.1 kW, a slip of 0.16 and 0.9: it is 10.5 % too large there.
    """
    slip = slip_factor * 0.045 * power_kw**-0.25
    plate = a_nameplate(
        rated_power_kw=power_kw,
        rated_voltage_v=voltage_v,
        rated_current_a=1000 * power_kw / (3**0.5 * voltage_v * apparent),
        rated_speed_rpm=120 * frequency_hz / poles * (1 - slip),
        line_frequency_hz=frequency_hz,
        poles=poles,
        power_factor=None,
    )
    circuit = fit_circuit(plate)
    assert circuit.slip_at_load(1.0) == pytest.approx(slip, rel=0.12)
    assert circuit.current_rms_a(slip) == pytest.approx(plate.rated_current_a, rel=0.11)
    currents = [circuit.current_rms_a(slip * share) for share in (0.0, 0.3, 0.6, 1.0, 1.5)]
    assert currents == sorted(currents)
    assert 0.0 < circuit.sideband_gain(0.3 * slip) < circuit.sideband_gain(slip) < 1.2


def test_unknown_bar_counts_get_a_common_one() -> None:
    assert [typical_rotor_bars(poles) for poles in (2, 4, 6, 8, 12)] == [28, 28, 33, 44, 44]
