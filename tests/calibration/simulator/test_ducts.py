"""Rotors whose iron is not round: closed forms, laws over the slip, and nothing else that changes."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from ideal_motor import a_run

from calibration.simulator.conditions import CoreCondition
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.recording import confounders, simulate
from calibration.simulator.scenario import Scenario, scenario_of_dict
from calibration.simulator.sets import draw_scenario
from edge_agent.circuit import skin_depth_factor

YOKE = CoreCondition(magnetising_saliency=0.03, axis_deg=25.0)
LEAKAGE = CoreCondition(leakage_saliency=0.2, axis_deg=25.0)


def closed_form_lower_dbc(core: CoreCondition, slip: float) -> float:
    """Lower sideband at constant speed, from the phasors of both directions at once.

    In the rotor's frame x = f e^(jswt) + b e^(-jswt). Iron with an axis gives the flux
    L (i + eps e^(2ja) i*), which ties f to b*. The stator sees b at (1 - 2s) w, where the supply is a short
    circuit.
    """
    c = DEFAULT_MOTOR.circuit
    k = 1 - 2 * slip
    depth = float(skin_depth_factor(np.array([slip]))[0])
    squeeze, skin = 1 + (c.saturation_factor - 1) * depth, 1 + (c.skin_factor - 1) * depth
    r_s, r_r = c.stator_resistance_ohm, skin * c.rotor_resistance_ohm
    x_ls, x_lr, x_m = squeeze * c.stator_leakage_ohm, squeeze * c.rotor_leakage_ohm, c.magnetising_ohm
    turn = np.exp(2j * np.deg2rad(core.axis_deg))
    main, leak = x_m * core.magnetising_saliency * turn, x_lr * core.leakage_saliency * turn
    # Unknowns: stator f, rotor f, stator b*, rotor b*; the last two equations are conjugated.
    system = np.array(
        [
            [r_s + 1j * (x_ls + x_m), 1j * x_m, 1j * main, 1j * main],
            [1j * slip * x_m, r_r + 1j * slip * (x_lr + x_m), 1j * slip * main, 1j * slip * (main + leak)],
            [
                -1j * k * main.conjugate(), -1j * k * main.conjugate(),
                r_s - 1j * k * (x_ls + x_m), -1j * k * x_m,
            ],
            [
                1j * slip * main.conjugate(), 1j * slip * (main + leak).conjugate(),
                1j * slip * x_m, r_r + 1j * slip * (x_lr + x_m),
            ],
        ]
    )  # fmt: skip
    voltage = c.phase_voltage_v
    stator, _, backward, _ = np.linalg.solve(system, np.array([voltage, 0, 0, 0], complex))
    carrier = stator + (voltage - r_s * stator) / c.iron_loss_ohm
    return float(20 * np.log10(abs(backward * (1 - r_s / c.iron_loss_ohm)) / abs(carrier)))


@pytest.mark.parametrize("core", [YOKE, LEAKAGE, CoreCondition(0.02, 0.1, 70.0)])
@pytest.mark.parametrize("load", [0.25, 0.5, 1.0])
def test_the_lower_sideband_of_iron_is_that_of_the_closed_form(core: CoreCondition, load: float) -> None:
    run = a_run(0, load, inertia_ratio=1000.0, settle_s=40.0, core=core)
    assert run.lower_dbc == pytest.approx(closed_form_lower_dbc(core, run.slip), abs=0.15)


@pytest.mark.parametrize(("core", "power"), [(YOKE, -1.0), (LEAKAGE, 1.0)])
def test_equivalent_bars_of_iron_follow_a_power_of_the_slip(core: CoreCondition, power: float) -> None:
    """By the closed form over the gain of an asymmetry: 1/s for the yoke, s for the leakage."""
    circuit = DEFAULT_MOTOR.circuit
    slips = np.array([circuit.slip_at_load(load) for load in (0.3, 0.5, 0.7, 0.9)])
    bars = [10 ** (closed_form_lower_dbc(core, s) / 20) / circuit.sideband_gain(s) for s in slips]
    slope, _ = np.polyfit(np.log(slips), np.log(bars), 1)
    assert slope == pytest.approx(power, abs=0.08)


def test_where_the_axis_lies_changes_no_level_of_a_sound_rotor() -> None:
    there, elsewhere = (a_run(0, 0.6, core=replace(YOKE, axis_deg=axis)).sum_dbc for axis in (0.0, 70.0))
    assert there == pytest.approx(elsewhere, abs=0.05)


@pytest.mark.parametrize(
    ("kind", "seed", "digest"),
    [
        ("validation", 1_000_002, "362a2eb1469d87d4"),
        ("training", 7, "f3145c56fc36766b"),
        ("training", 13, "e84bf977f3b89a8b"),
        ("confounders", 1_000_003, "407c03a6681baf6a"),
        ("lab_rig", 3, "d2913c7fad562c6a"),
    ],
)
def test_rotors_of_round_iron_give_the_counts_of_before(kind: str, seed: int, digest: str) -> None:
    """Digests of the counts that were made before the iron could have an axis, bit for bit.

    Of training 7, one count in 10,000 has moved by one since: the circuit is fitted by another least squares.
    """
    recording = simulate(replace(draw_scenario(kind, seed), duration_s=3.0))
    found = hashlib.sha256(b"".join(counts.tobytes() for counts in recording.counts))
    assert found.hexdigest()[:16] == digest


def test_a_scenario_file_may_name_the_iron() -> None:
    scenario = scenario_of_dict({"core": {"magnetising_saliency": 0.03, "axis_deg": 10.0}})
    assert scenario.core == CoreCondition(0.03, 0.0, 10.0)
    assert confounders(scenario) == ["rotor_ducts"]
    assert confounders(Scenario()) == []


def test_a_saliency_outside_its_range_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"core.*leakage_saliency: 1\.2 is not from 0 to below 1"):
        scenario_of_dict({"core": {"leakage_saliency": 1.2}})
