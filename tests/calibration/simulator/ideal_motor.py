"""Runs of an ideal motor: no noise, clean supply, sound casting; what the tables were made with."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.cage import AxisMatrices, Cage, RotorCircuit, condense
from calibration.simulator.conditions import CoreCondition
from calibration.simulator.equations import LoadCurve
from calibration.simulator.load import GENERATOR
from calibration.simulator.machine import Machine, preset_speed, rotor_table
from calibration.simulator.mesh import MeshMachine
from calibration.simulator.motors import DEFAULT_MOTOR, Motor

STEP_S = 50e-6
RING_SHARE = 0.3
ROUND = CoreCondition()


@dataclass(frozen=True)
class Run:
    """What a steady run shows."""

    slip: float
    lower_dbc: float
    upper_dbc: float
    speed_ripple_rpm: float
    ellipse_angle_deg: float
    axes: AxisMatrices | None
    """The condensed rotor it ran with."""

    @property
    def sum_dbc(self) -> float:
        return float(20 * np.log10(10 ** (self.lower_dbc / 20) + 10 ** (self.upper_dbc / 20)))


def a_cage(bars: int, broken: tuple[int, ...] = ()) -> Cage:
    return Cage(tuple(np.inf if k in broken else 1.0 for k in range(bars)), (1.0,) * bars)


def rotor_of(motor: Motor, ring_share: float = RING_SHARE) -> RotorCircuit:
    circuit = motor.circuit
    rate = 2 * np.pi * circuit.frequency_hz
    return RotorCircuit(
        circuit.pole_pairs,
        circuit.rotor_resistance_ohm,
        circuit.rotor_leakage_ohm / rate,
        circuit.magnetising_ohm / rate,
        ring_share,
    )


def a_load(motor: Motor, load: float, law: tuple[float, float, float]) -> LoadCurve:
    rated_rad_s = motor.speed_rpm * np.pi / 30
    return LoadCurve(load * motor.circuit.rated_torque_nm, *law, rated_rad_s, np.zeros((0, 3)))


def a_clean_voltage(motor: Motor, steps: int, step_s: float = STEP_S) -> NDArray[np.complex128]:
    at = np.arange(2 * steps + 1) * step_s / 2
    circuit = motor.circuit
    turns = np.exp(2j * np.pi * circuit.frequency_hz * at)
    return np.asarray(np.sqrt(2) * circuit.phase_voltage_v * turns)


def a_run(
    broken: int = 0,
    load: float = 1.0,
    *,
    motor: Motor = DEFAULT_MOTOR,
    law: tuple[float, float, float] = GENERATOR,
    inertia_ratio: float = 3.0,
    duration_s: float = 12.0,
    settle_s: float = 3.0,
    step_s: float = STEP_S,
    oscillation: float = 0.0,
    core: CoreCondition = ROUND,
) -> Run:
    """Run the condensed machine until it is steady, then look at it; oscillation is at exactly 2sf."""
    expected = motor.circuit.slip_at_load(load)
    cage = a_cage(motor.bars, tuple(range(broken)))
    axes = condense(cage, rotor_of(motor), motor.circuit.frequency_hz, expected)
    axes = axes.with_salient_leakage(core.leakage_saliency, core.axis_deg)
    machine = Machine(motor, inertia_ratio, step_s, core=core)
    preset_speed(machine.state, motor.circuit.synchronous_rad_s * (1 - expected))
    table = rotor_table(np.array([expected]), [axes])
    curve = a_load(motor, load, law)
    steps = round((settle_s + duration_s) / step_s)
    voltage = a_clean_voltage(motor, steps, step_s)
    rate = 2 * np.pi * motor.circuit.frequency_hz
    factor = np.ones(voltage.size)
    if oscillation:
        before = machine.advance(voltage, rate, factor, table, curve)
        slip = 1 - motor.circuit.pole_pairs * before.shaft[0, -round(1 / step_s) :].mean() / rate
        at = np.arange(voltage.size) * step_s / 2
        factor = 1 + oscillation * np.cos(2 * slip * rate * at)
    output = machine.advance(voltage, rate, factor, table, curve)
    keep = round(settle_s / step_s)
    run = measured(motor, output.fields[0, keep:], output.shaft[0, keep:], step_s)
    return replace(run, axes=axes)


def a_mesh_run(broken: int, load: float, inertia_ratio: float = 3.0, duration_s: float = 12.0) -> Run:
    """Run the full mesh of the default motor likewise."""
    motor = DEFAULT_MOTOR
    circuit = motor.circuit
    cage = a_cage(motor.bars, tuple(range(broken)))
    machine = MeshMachine(motor, cage, rotor_of(motor), inertia_ratio, STEP_S)
    machine.state[-2] = circuit.synchronous_rad_s * (1 - circuit.slip_at_load(load))
    steps = round((3.0 + duration_s) / STEP_S)
    current, speed = machine.advance(a_clean_voltage(motor, steps), a_load(motor, load, GENERATOR))
    keep = round(3.0 / STEP_S)
    return measured(motor, current[keep:], speed[keep:], STEP_S)


def measured(motor: Motor, current: NDArray[np.complex128], speed: NDArray[np.float64], step_s: float) -> Run:
    """Read levels at the known frequencies of a noise-free current space vector, (steps,)."""
    circuit = motor.circuit
    slip = float(1 - circuit.pole_pairs * speed.mean() / (2 * np.pi * circuit.frequency_hz))
    at = np.arange(current.size) * step_s
    window = np.blackman(current.size)
    carrier_free = current * np.exp(-2j * np.pi * circuit.frequency_hz * at) * window
    pole_pass = np.exp(-2j * np.pi * 2 * slip * circuit.frequency_hz * at)
    carrier = carrier_free.sum()
    upper, lower = (carrier_free * pole_pass).sum(), (carrier_free * pole_pass.conj()).sum()
    angle = np.degrees((np.angle(upper / carrier) + np.angle(lower / carrier)) / 2) % 180
    return Run(
        slip=slip,
        lower_dbc=float(20 * np.log10(abs(lower / carrier))),
        upper_dbc=float(20 * np.log10(abs(upper / carrier))),
        speed_ripple_rpm=float(np.ptp(speed) / 2 * 30 / np.pi),
        ellipse_angle_deg=float(angle),
        axes=None,
    )


def closed_form_lower_dbc(motor: Motor, axes: AxisMatrices, slip: float) -> float:
    """Lower sideband at infinite inertia, from the T circuit and the two axes of the rotor."""
    circuit = motor.circuit
    rate = 2 * np.pi * circuit.frequency_hz
    r_low, r_high = np.linalg.eigvalsh(axes.resistance)
    x_low, x_high = np.linalg.eigvalsh(axes.leakage) * rate
    r_mean, r_half = (r_high + r_low) / 2, (r_high - r_low) / 2
    x_mean, x_half = (x_high + x_low) / 2, (x_high - x_low) / 2
    x_m, r_s = circuit.magnetising_ohm, circuit.stator_resistance_ohm
    x_s, x_r = circuit.stator_leakage_ohm + x_m, x_mean + x_m
    k = 1 - 2 * slip
    a = -1j * k * x_m / (r_s + 1j * k * x_s)
    rotor_impedance = r_mean / slip + 1j * x_mean
    parallel = 1 / (1 / circuit.iron_loss_ohm + 1 / (1j * x_m) + 1 / rotor_impedance)
    stator = circuit.phase_voltage_v / (r_s + 1j * circuit.stator_leakage_ohm + parallel)
    rotor = stator * parallel / rotor_impedance
    backward = -(r_half + 1j * slip * x_half) * np.conj(rotor)
    backward /= r_mean - 1j * slip * x_r - 1j * slip * x_m * a
    return float(20 * np.log10(abs(a * backward) / abs(stator)))
