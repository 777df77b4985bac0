"""The current that the voltage's sidebands drive is taken off, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from voltage_windows import simulated, without_voltages

from calibration.simulator.conditions import Daq, Drive, LoadCondition, Oscillation, SupplyCondition
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.scenario import Scenario
from calibration.simulator.voltage import DriveControl, VoltageSensors
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.images import ImageSpec
from edge_agent.signals.prepared import Current, Line
from edge_agent.signals.voltage.supply_share import Voltage
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


RATE_HZ, LINE_HZ, SLIP = 1000.0, 50.0, 0.035


def a_voltage(volts: NDArray[np.complex128], amperes: NDArray[np.complex128]) -> Voltage:
    """Voltage and current, both seen from the line."""
    turns = np.exp(2j * np.pi * LINE_HZ * np.arange(volts.size) / RATE_HZ)
    line = Line(LINE_HZ, float(np.abs(amperes).mean()), None, False)
    return Voltage(volts * turns, Current(amperes * turns, np.ones(volts.size, bool), RATE_HZ, line))


def test_a_swing_of_the_speed_stays_one_line_while_the_voltage_wanders_by_a_radian() -> None:
    """A sound motor was called broken: its drive wandered, and lines came up beside that of the load."""
    circuit = DEFAULT_MOTOR.circuit
    at = np.arange(12_000) / RATE_HZ
    wander = np.exp(0.6j * np.sin(2 * np.pi * 0.25 * at))
    carrier = 300.0 * circuit.admittance_s(SLIP, LINE_HZ, np.zeros(1))[0]
    swing = carrier * (1.0 + 0.05 * np.exp(2j * np.pi * 1.75 * at))
    freed = a_voltage(300.0 * wander, swing * wander).without_its_share(circuit, SLIP)
    seen = freed.vector * np.exp(-2j * np.pi * LINE_HZ * at) * np.hanning(at.size)
    own, beside = (abs((seen * np.exp(-2j * np.pi * hz * at)).sum()) for hz in (1.75, 1.5))
    assert beside < 0.05 * own


def test_the_lines_voltage_and_current_show_rotor_resistance_and_magnetising_reactance() -> None:
    circuit = DEFAULT_MOTOR.circuit
    true = replace(
        circuit,
        rotor_resistance_ohm=1.3 * circuit.rotor_resistance_ohm,
        magnetising_ohm=0.9 * circuit.magnetising_ohm,
    )
    volts = np.full(1000, 300.0 + 0j)
    voltage = a_voltage(volts, volts * true.admittance_s(SLIP, LINE_HZ, np.zeros(1))[0])
    found = voltage.fitted(circuit, SLIP)
    assert found is not None
    assert found.rotor_resistance_ohm == pytest.approx(true.rotor_resistance_ohm, rel=0.03)
    assert found.magnetising_ohm == pytest.approx(true.magnetising_ohm, rel=0.03)


def test_a_slip_that_cannot_be_gives_no_circuit() -> None:
    circuit = DEFAULT_MOTOR.circuit
    volts = np.full(1000, 300.0 + 0j)
    voltage = a_voltage(volts, volts * circuit.admittance_s(SLIP, LINE_HZ, np.zeros(1))[0])
    assert voltage.fitted(circuit, SLIP / 10) is None


def test_what_was_taken_off_and_the_rotors_resistance_are_told() -> None:
    _, window = simulated(a_motor(2, CLOSED))
    freed, hidden = look(window).evidence, look(without_voltages(window)).evidence
    before = (hidden.lower_sideband_dbc, hidden.upper_sideband_dbc)
    assert freed.sidebands_with_supply_dbc == pytest.approx(before, abs=0.5)
    assert 1.0 < (freed.rotor_resistance_ratio or 0.0) < 1.5
    assert (hidden.sidebands_with_supply_dbc, hidden.rotor_resistance_ratio) == ((), None)
