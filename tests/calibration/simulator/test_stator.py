"""Uneven stators: what the line shows of them is what the circuit of symmetrical components says."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from ideal_motor import ROUND, STEP_S, a_cage, a_clean_voltage, a_load, rotor_of
from numpy.typing import NDArray

from calibration.simulator.cage import condense
from calibration.simulator.load import GENERATOR
from calibration.simulator.machine import Machine, preset_speed, rotor_table
from calibration.simulator.motors import DEFAULT_MOTOR, MOTORS, Motor
from calibration.simulator.stator import OpenPhase, StatorCondition, TurnShort
from calibration.simulator.turn_short import ShortedTurns
from calibration.simulator.winding import winding_of
from edge_agent.circuit import Circuit

EVEN = StatorCondition()


@dataclass(frozen=True)
class Sequences:
    """Steady phasors of a run, peak, of a voltage that is real."""

    positive_a: complex
    negative_a: complex
    """conj(I2): the phasor of the part that turns backwards."""
    slip: float
    vector: NDArray[np.complex128]
    """The last second of the current."""


def a_run(
    stator: StatorCondition = EVEN, load: float = 0.75, motor: Motor = DEFAULT_MOTOR, unbalance: complex = 0.0
) -> Sequences:
    circuit = motor.circuit
    expected = circuit.slip_at_load(load)
    axes = condense(a_cage(motor.bars), rotor_of(motor), circuit.frequency_hz, expected)
    machine = Machine(motor, 3.0, STEP_S, core=ROUND)
    preset_speed(machine.state, circuit.synchronous_rad_s * (1 - expected))
    steps = round(4.0 / STEP_S)
    voltage = a_clean_voltage(motor, steps)
    voltage = voltage + unbalance * voltage.conj()
    rate = 2 * np.pi * circuit.frequency_hz
    winding = winding_of(stator, circuit.stator_resistance_ohm, 0.0)
    table = rotor_table(np.array([expected]), [axes])
    output = machine.advance(
        voltage, rate, np.ones(voltage.size), table, a_load(motor, load, GENERATOR), winding
    )
    current = output.fields[0]
    if stator.turn_short is not None:
        current = current + ShortedTurns(stator.turn_short, motor, 1.0, STEP_S).line_current(voltage[:-1:2])
    keep = slice(round(3.0 / STEP_S), None)
    turns = np.exp(-1j * rate * STEP_S * np.arange(steps)[keep])
    slip = 1 - circuit.pole_pairs * output.shaft[0, keep].mean() / rate
    vector = current[keep]
    return Sequences(complex((vector * turns).mean()), complex((vector * turns.conj()).mean()), slip, vector)


def impedance(circuit: Circuit, slip: float) -> complex:
    """Per phase at a slip (2 - s for the negative sequence), with the rotor's values at small slip.

    The simulator's rotor has them too, at all frequencies of its currents at once.
    """
    rotor = circuit.rotor_resistance_ohm / slip + 1j * circuit.rotor_leakage_ohm
    gap = 1 / (1 / (1j * circuit.magnetising_ohm) + 1 / rotor + 1 / circuit.iron_loss_ohm)
    return circuit.stator_resistance_ohm + 1j * circuit.stator_leakage_ohm + gap


@pytest.mark.parametrize("motor", MOTORS, ids=lambda motor: motor.name)
def test_an_unbalanced_supply_drives_the_current_of_the_negative_sequence_circuit(motor: Motor) -> None:
    run = a_run(unbalance=0.02 * np.exp(1j), motor=motor)
    circuit = motor.circuit
    expected = 0.02 * np.sqrt(2) * circuit.phase_voltage_v / abs(impedance(circuit, 2 - run.slip))
    assert abs(run.negative_a) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("motor", MOTORS, ids=lambda motor: motor.name)
def test_current_is_several_times_as_unbalanced_as_voltage_at_rated_load(motor: Motor) -> None:
    """About 6 to 10 times by NEMA MG 1; the leakage of small motors, 0.2 per unit, gives 4 to 6."""
    run = a_run(unbalance=0.01, load=1.0, motor=motor)
    assert 3.5 < abs(run.negative_a / run.positive_a) / 0.01 < 10.0


@pytest.mark.parametrize("phase", [0, 1, 2])
@pytest.mark.parametrize(("turns", "contact"), [(0.01, 0.0), (0.03, 1.0), (0.06, 0.3)])
def test_shorted_turns_draw_what_their_loop_lets_through(turns: float, contact: float, phase: int) -> None:
    """I_f by hand; a third of the share m of it in either sequence, along the phase's axis."""
    run, sound = a_run(StatorCondition(turn_short=TurnShort(turns, "abc"[phase], contact))), a_run()
    circuit = DEFAULT_MOTOR.circuit
    own = circuit.stator_resistance_ohm + 1j * circuit.stator_leakage_ohm
    loop = contact * turns * circuit.stator_resistance_ohm + turns * (1 - 2 * turns / 3) * own
    shorted_a = turns * np.sqrt(2) * circuit.phase_voltage_v / loop
    assert run.positive_a - sound.positive_a == pytest.approx(turns / 3 * shorted_a, rel=0.01)
    axis = np.exp(2j * np.pi / 3 * phase)
    assert run.negative_a == pytest.approx(turns / 3 * np.conj(shorted_a) * axis**2, rel=0.01)


@pytest.mark.parametrize("added", [0.2, 1.5])
def test_a_resistance_in_one_phase_divides_the_current_as_symmetrical_components_say(added: float) -> None:
    """0 = Z2 I2 + dR / 3 (I1 + I2); iron losses pass it by, a few per cent."""
    run = a_run(StatorCondition(added_resistance=(added, 0.0, 0.0)))
    circuit = DEFAULT_MOTOR.circuit
    third = added * circuit.stator_resistance_ohm / 3
    share = third / abs(impedance(circuit, 2 - run.slip) + third)
    assert abs(run.negative_a / run.positive_a) == pytest.approx(share, rel=0.05)


def test_the_same_resistance_in_all_phases_unbalances_nothing() -> None:
    run = a_run(StatorCondition(added_resistance=(0.5, 0.5, 0.5)))
    assert abs(run.negative_a) < 1e-6 * abs(run.positive_a)


@pytest.mark.parametrize("phase", [0, 1, 2])
def test_an_open_phase_carries_nothing_and_the_others_what_two_circuits_in_series_carry(phase: int) -> None:
    """I1 = V / (Z1 + Z2)."""
    run = a_run(StatorCondition(open_phase=OpenPhase("abc"[phase])), load=0.25)
    own = (run.vector * np.exp(-2j * np.pi / 3 * phase)).real
    assert np.abs(own).max() < 1e-6 * abs(run.positive_a)
    assert abs(run.negative_a) == pytest.approx(abs(run.positive_a))
    circuit = DEFAULT_MOTOR.circuit
    series = impedance(circuit, run.slip) + impedance(circuit, 2 - run.slip)
    assert abs(run.positive_a) == pytest.approx(np.sqrt(2) * circuit.phase_voltage_v / abs(series), rel=0.02)


def test_a_phase_opens_when_it_is_to() -> None:
    stator = StatorCondition(open_phase=OpenPhase("b", from_s=2.0))
    assert not winding_of(stator, 1.0, 1.9).uneven
    assert winding_of(stator, 1.0, 2.0).open_phase == 1


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="is not one of a, b and c"):
        TurnShort(0.1, "d")
    with pytest.raises(ValueError, match="not between 0 and 1"):
        TurnShort(1.0)
    with pytest.raises(ValueError, match="even otherwise"):
        replace(StatorCondition(open_phase=OpenPhase()), turn_short=TurnShort(0.1))
