"""The pair that broken bars make, against the simulator's table of levels over load and inertia."""

from dataclasses import replace

import numpy as np
import pytest
from plates import a_nameplate

from edge_agent.circuit import fit_circuit
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.rotor_pair import (
    asymmetry_pair,
    likely_inertia_kg_m2,
    lines_to_add,
    typical_inertia_kg_m2,
)

PLATE = a_nameplate(power_factor=0.8, rotor_bars=34)
CIRCUIT = fit_circuit(PLATE)
SCALE = BarScale(PLATE, CIRCUIT)
ROTOR_KG_M2 = 0.0033


def dbc(ratio: complex) -> float:
    return float(20 * np.log10(abs(ratio)))


@pytest.mark.parametrize(
    ("load", "load_inertia", "lower_dbc", "upper_dbc"),
    [
        (1.0, 0, -41.4, -41.1),
        (1.0, 3, -36.5, -43.9),
        (1.0, 30, -34.1, -60.3),
        (0.5, 3, -42.5, -44.3),
        (0.5, 30, -37.5, -55.6),
        (0.25, 0, -48.1, -48.2),
        (0.25, 30, -42.8, -54.3),
    ],
)
def test_one_bar_makes_the_pair_that_the_simulated_machine_has(
    load: float, load_inertia: float, lower_dbc: float, upper_dbc: float
) -> None:
    """Levels of one bar of the default motor, from the simulator's equations without noise."""
    slip = CIRCUIT.slip_at_load(load)
    upper, lower = asymmetry_pair(CIRCUIT, slip, 60.0, ROTOR_KG_M2 * (1 + load_inertia))
    alone = SCALE.ratio_of(1.0, slip)
    assert (dbc(lower * alone), dbc(upper * alone)) == pytest.approx((lower_dbc, upper_dbc), abs=1.2)


@pytest.mark.parametrize(
    ("load", "load_inertia", "angle_deg"), [(1.0, 3, 79), (1.0, 30, 69), (0.5, 3, 115), (0.125, 8, 150)]
)
def test_its_ellipse_has_the_angle_of_broken_bars(load: float, load_inertia: float, angle_deg: float) -> None:
    """Angles of two bars, from the same equations."""
    upper, lower = asymmetry_pair(CIRCUIT, CIRCUIT.slip_at_load(load), 60.0, ROTOR_KG_M2 * (1 + load_inertia))
    assert np.degrees(np.angle(upper * lower.conjugate())) / 2 % 180 == pytest.approx(angle_deg, abs=5)


def test_without_any_movement_of_the_speed_the_lower_sideband_is_alone() -> None:
    upper, lower = asymmetry_pair(CIRCUIT, 0.04, 60.0, 1e9)
    assert (abs(upper), lower) == pytest.approx((0.0, 1.0), abs=1e-6)


def test_a_motor_with_more_power_or_poles_has_more_inertia() -> None:
    assert typical_inertia_kg_m2(PLATE) == pytest.approx(4 * ROTOR_KG_M2, rel=0.05)
    six, many = (a_nameplate(poles=poles, rated_speed_rpm=0.95 * 7200 / poles) for poles in (6, 8))
    assert typical_inertia_kg_m2(PLATE) < typical_inertia_kg_m2(six) < typical_inertia_kg_m2(many)


def a_pair(upper: complex, lower: complex, slip: float) -> SidebandPair:
    return SidebandPair(upper, lower, 1e-6, 2e-6, 2e-6, 2 * slip * 60.0, slip, 50.0)


@pytest.mark.parametrize("bars", [0.2, 0.4, 2.0])
@pytest.mark.parametrize("load", [0.15, 0.5, 1.0])
@pytest.mark.parametrize("own", [(0.0, 0.0), (1e-4 + 2e-4j, -3e-4 + 1e-4j)])
def test_lines_make_a_pair_that_of_so_many_bars_in_all(
    bars: float, load: float, own: tuple[complex, complex]
) -> None:
    slip = CIRCUIT.slip_at_load(load)
    lines = lines_to_add(a_pair(*own, slip), False, bars, SCALE)
    assert lines.pole_pass_hz == pytest.approx(120.0 * slip)
    pair = a_pair(own[0] + lines.upper, own[1] + lines.lower, slip)
    assert abs(SCALE.across(pair, slip)) == pytest.approx(SCALE.ratio_of(bars, slip))


def test_where_wander_hides_the_phase_the_amplitude_tells_what_the_rotor_has_of_itself() -> None:
    slip = CIRCUIT.slip_at_load(0.15)
    upper, lower = asymmetry_pair(CIRCUIT, slip, 60.0, typical_inertia_kg_m2(PLATE))
    casting = SCALE.ratio_of(0.1, slip) * np.exp(0.7j)
    wander = 0.01  # in phase alone: U = jx, L = jx*
    pair = a_pair(upper * casting + 1j * wander, (lower * casting).conjugate() + 1j * wander, slip)
    lines = lines_to_add(pair, True, 0.4, SCALE)
    whole = SCALE.ratio_of(0.4, slip) * np.exp(0.7j)
    assert lines.upper == pytest.approx(upper * (whole - casting))
    assert lines.lower == pytest.approx((lower * (whole - casting)).conjugate())


@pytest.mark.parametrize("over_typical", [0.3, 1.0, 3.0])
@pytest.mark.parametrize(("casting", "tells"), [(0.1, True), (1e-5, False)])
def test_the_pair_of_a_casting_tells_the_inertia_unless_it_drowns_in_noise(
    over_typical: float, casting: float, tells: bool
) -> None:
    slip, typical = CIRCUIT.slip_at_load(0.8), typical_inertia_kg_m2(PLATE)
    upper, lower = asymmetry_pair(CIRCUIT, slip, 60.0, over_typical * typical)
    own = SCALE.ratio_of(casting, slip) * np.exp(0.7j)
    pair = replace(a_pair(upper * own, (lower * own).conjugate(), slip), floor=1e-5)
    found = likely_inertia_kg_m2(pair, SCALE) / typical
    assert found == pytest.approx(over_typical if tells else 1.0, rel=0.3)


def test_a_heavier_load_makes_lines_that_lean_less_on_the_upper_sideband() -> None:
    slip = CIRCUIT.slip_at_load(0.8)
    shares = []
    for over_typical in (0.3, 3.0):
        upper, lower = asymmetry_pair(CIRCUIT, slip, 60.0, over_typical * typical_inertia_kg_m2(PLATE))
        own = SCALE.ratio_of(0.1, slip)
        lines = lines_to_add(a_pair(upper * own, (lower * own).conjugate(), slip), False, 0.4, SCALE)
        assert abs(lines.upper / lines.lower) == pytest.approx(abs(upper / lower), rel=0.3)
        shares.append(abs(lines.upper / lines.lower))
    assert shares[1] < 0.5 * shares[0]
