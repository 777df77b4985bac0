"""V2 and I2 together tell whether the supply or the winding is uneven."""

from dataclasses import replace

import numpy as np
import pytest
from voltage_windows import LINE_HZ, a_stream, simulated, turning

from calibration.simulator.conditions import CurrentSensors, Daq, SupplyCondition
from calibration.simulator.motors import DEFAULT_MOTOR
from calibration.simulator.scenario import Scenario
from calibration.simulator.stator import StatorCondition, TurnShort
from calibration.simulator.voltage import VoltageSensors
from edge_agent.signals.voltage.negative_sequence import (
    NegativeSequence,
    measure_negative_sequence,
    voltage_unbalance,
)

CIRCUIT = replace(DEFAULT_MOTOR.circuit, skin_factor=1.0, saturation_factor=1.0)
"""The simulator's rotor keeps its values at small slip in the negative sequence, too."""


def measured(scenario: Scenario) -> NegativeSequence:
    recording, window = simulated(scenario)
    line_hz, slip = recording.meta["line_frequency_hz"], recording.meta["slip"]
    found = measure_negative_sequence(window.streams[0], CIRCUIT, line_hz, slip)
    assert found is not None
    return found


def a_motor(unbalance: float, turn_short: TurnShort | None = None) -> Scenario:
    return Scenario(
        seed=1_000_310,
        duration_s=4.0,
        stator=StatorCondition(turn_short=turn_short),
        supply=SupplyCondition(unbalance=unbalance, harmonics=(0.0, 0.0, 0.0, 0.0)),
        current_sensors=CurrentSensors(gains=(1.0, 1.0, 1.0), phases_deg=(0.0, 0.0, 0.0)),
        voltage_sensors=VoltageSensors(),
        daq=Daq(bits=16),
    )


@pytest.mark.parametrize("reverse", [False, True])
def test_impedance_is_the_ratio_of_the_phasors_in_either_order_of_the_phases(reverse: bool) -> None:
    voltage = turning(325.0, 6.5 * np.exp(0.3j))
    current = turning(10.0 * np.exp(-0.5j), 0.5 * np.exp(-0.9j))
    if reverse:
        voltage, current = voltage.conj(), current.conj()
    found = measure_negative_sequence(a_stream(voltage, current), CIRCUIT, LINE_HZ, 0.04)
    assert found is not None
    assert found.voltage_unbalance == pytest.approx(0.02, rel=1e-3)
    assert found.current_unbalance == pytest.approx(0.05, rel=1e-3)
    assert found.impedance_ohm == pytest.approx(13.0 * np.exp(1.2j), rel=1e-3)
    assert voltage_unbalance(a_stream(voltage, current, ()), LINE_HZ) is None


def test_an_unbalanced_supply_explains_the_unbalance_of_a_sound_motor() -> None:
    found = measured(a_motor(unbalance=0.03))
    assert found.current_unbalance > 0.1
    assert found.impedance_ohm == pytest.approx(found.expected_ohm, rel=0.05)
    assert abs(found.own_current) < 0.01


def test_shorted_turns_draw_a_current_that_the_voltage_does_not_explain() -> None:
    """I2 of the turns: m / 3 times the current in their loop, over I1."""
    found = measured(a_motor(unbalance=0.03, turn_short=TurnShort(0.03)))
    sound = measured(a_motor(unbalance=0.03))
    own = DEFAULT_MOTOR.circuit
    loop = 0.03 * (1 - 0.02) * abs(own.stator_resistance_ohm + 1j * own.stator_leakage_ohm)
    shorted_a = 0.03 * own.phase_voltage_v / loop
    assert abs(found.own_current) == pytest.approx(0.01 * shorted_a / DEFAULT_MOTOR.current_a, rel=0.25)
    assert abs(found.own_current) > 5 * abs(sound.own_current)


def test_a_balanced_motor_has_no_impedance_to_tell() -> None:
    found = measure_negative_sequence(a_stream(turning(325.0), turning(10.0)), CIRCUIT, LINE_HZ, 0.04)
    assert found is not None
    assert found.impedance_ohm is None
    assert measure_negative_sequence(a_stream(turning(0.0), turning(0.0)), CIRCUIT, LINE_HZ, 0.04) is None
