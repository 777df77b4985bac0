"""The current that the voltage's sidebands drive is taken off, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from voltage_windows import simulated, without_voltages

from calibration.simulator.conditions import Daq, Drive, LoadCondition, Oscillation, SupplyCondition
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.scenario import Scenario
from calibration.simulator.voltage import DriveControl, VoltageSensors
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.images import ImageSpec
from edge_agent.windows.sliding import Window

PLATE = DEFAULT_MOTOR.nameplate.model_copy(update={"supply": "vfd"})
CLOSED = Drive(4000.0, DriveControl(speed_hz=2.0, current_hz=60.0))


def a_motor(broken_bars: int, drive: Drive | None, swing: float = 0.0) -> Scenario:
    return Scenario(
        seed=1_000_320,
        broken_bars=broken_bars,
        supply=SupplyCondition(frequency_hz=50.0, drive=drive),
        driven=LoadCondition(oscillation=Oscillation(swing) if swing else None),
        voltage_sensors=VoltageSensors(),
        daq=Daq(bits=16),
    )


def look(window: Window) -> Analysis:
    return Analyser(PLATE, ImageSpec()).analyse(window)


def pair_db(analysis: Analysis) -> float:
    lower, upper = analysis.evidence.lower_sideband_dbc, analysis.evidence.upper_sideband_dbc
    assert lower is not None
    assert upper is not None
    return float(20 * np.log10(10 ** (lower / 20) + 10 ** (upper / 20)))


def test_broken_bars_behind_a_closed_loop_show_as_they_do_at_a_stiff_supply() -> None:
    _, stiff = simulated(a_motor(2, Drive(4000.0)))
    _, controlled = simulated(a_motor(2, CLOSED))
    expected = look(stiff)
    hidden, freed = look(without_voltages(controlled)), look(controlled)
    assert pair_db(hidden) < pair_db(expected) - 6.0
    assert pair_db(freed) == pytest.approx(pair_db(expected), abs=4.0)
    assert freed.evidence.ellipse_angle_deg == pytest.approx(90.0, abs=25.0)
    assert freed.evidence.equivalent_bars == pytest.approx(2.0, abs=0.7)


def test_a_load_that_oscillates_behind_a_closed_loop_shows_as_an_oscillating_load() -> None:
    _, controlled = simulated(a_motor(0, CLOSED, swing=0.06))
    hidden, freed = look(without_voltages(controlled)), look(controlled)
    assert freed.evidence.ellipse_angle_deg == pytest.approx(36.0, abs=10.0)
    assert (hidden.evidence.ellipse_angle_deg or 0.0) > 50.0
    assert (freed.evidence.equivalent_bars or 0.0) < 0.3


def test_a_stiff_supply_with_voltages_says_what_one_without_them_says() -> None:
    _, window = simulated(a_motor(1, Drive(4000.0)))
    with_them, without = look(window), look(without_voltages(window))
    assert pair_db(with_them) == pytest.approx(pair_db(without), abs=0.3)


def test_voltages_of_another_phase_are_left_alone() -> None:
    _, window = simulated(a_motor(1, CLOSED))
    stream = window.streams[0]
    turned = replace(stream, counts=stream.counts[[0, 1, 2, 4, 5, 3, *range(6, len(stream.counts))]])
    wrong = look(replace(window, streams=(turned, *window.streams[1:])))
    without = look(without_voltages(window))
    assert wrong.evidence == without.evidence


def test_dead_and_single_voltages_change_nothing() -> None:
    _, window = simulated(a_motor(1, CLOSED))
    stream = replace(window.streams[0], dead=(3, 4))
    dead = look(replace(window, streams=(stream, *window.streams[1:])))
    assert dead.evidence == look(without_voltages(window)).evidence


def test_the_admittance_at_the_line_is_that_of_the_circuit() -> None:
    """Skin effect and leakage saturation, small at this slip, are the difference."""
    circuit = DEFAULT_MOTOR.circuit
    current, _ = circuit.currents(0.04)
    found = circuit.admittance_s(0.04, circuit.frequency_hz, np.zeros(1))[0]
    assert found == pytest.approx(current / circuit.phase_voltage_v, rel=0.02)
