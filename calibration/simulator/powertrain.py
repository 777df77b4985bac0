"""Supply, driven machine and motor of a scenario, running together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.closed_loop import ClosedLoop
from calibration.simulator.load import LoadFactor, load_curve
from calibration.simulator.machine import CURRENT, Machine, MachineOutput, preset_speed
from calibration.simulator.noise import NODE_S
from calibration.simulator.rotor import expected_slip, make_rotor
from calibration.simulator.scenario import Scenario
from calibration.simulator.supply import Supply
from calibration.simulator.turn_short import ShortedTurns
from calibration.simulator.winding import winding_of

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

MIN_STEP_RATE_HZ = 20_000.0
"""Slowest rate of integration. Measured with one bar of the default motor broken at full load: twice the rate
changes the sidebands by 0.0001 dB."""
BLOCK_S = 0.2
"""Length of a block. Judgement: the calls of numpy cost little then, and a broken bar shows soon."""
BLOCK_NODES = round(BLOCK_S / NODE_S)
"""Nodes of a block."""
SETTLING_BLOCKS = 15
"""Blocks before the recording in which only the machine runs, for a light load. Judgement: 3 s are many time
constants of rotor and shaft; heavy loads get more."""
WARM_UP_BLOCKS = 8
"""Blocks before the recording in which the sensors run too. Judgement: the slowest filter, of 1 Hz, has
settled."""
_MEASURED_BLOCKS = 5
"""Last blocks of settling, over which the slip is averaged. Judgement: a second averages out the noise of the
load."""


@dataclass(slots=True)
class Means:
    """Sums over the simulated steps, for the truth about a recording."""

    steps: int = 0
    """How many there were."""
    speed_rad_s: float = 0.0
    """Sum of the shaft speeds."""
    load_nm: float = 0.0
    """Sum of the load torques."""
    supply_rad: float = 0.0
    """Angle by which the supply turned."""
    power_w: float = 0.0
    """Sum of the electrical power."""

    def add(self, output: MachineOutput, phase: Floats, voltage: Complexes) -> None:
        """Take in a block, with phase and voltage of the supply at its steps."""
        self.steps += phase.size
        self.supply_rad += float(phase[-1] - phase[0]) * phase.size / (phase.size - 1)
        self.power_w += 1.5 * float(np.vdot(output.fields[CURRENT], voltage).real)
        self.speed_rad_s += float(output.shaft[0].sum())
        self.load_nm += float(output.shaft[3].sum())


@dataclass(frozen=True, slots=True)
class TrainBlock:
    """What happened in one block."""

    output: MachineOutput
    """Of the machine."""
    phase: Floats
    """Of the supply, rad, (steps,)."""
    voltage: Complexes
    """Space vector of the voltage at the motor, V, (steps,)."""


class PowerTrain:
    """Supply, load and machine of a scenario, advanced together block by block."""

    def __init__(self, scenario: Scenario, rate_hz: float) -> None:
        motor = scenario.motor
        step_s = 1.0 / rate_hz
        self.scenario = scenario
        self.rotor = make_rotor(scenario)
        self.time_s = 0.0
        self.means = Means()
        self._step_s = step_s
        self._supply = Supply(
            scenario.supply, supply_amplitude_v(scenario), scenario.frequency_hz, step_s, scenario.seed
        )
        self._factor = LoadFactor(scenario.driven, scenario.duration_s, step_s, scenario.seed)
        self._curve = load_curve(scenario.driven, motor, scenario.load, scenario.seed)
        self._machine = Machine(
            motor,
            scenario.driven.inertia_ratio,
            step_s,
            stator_temperature_factor=scenario.temperature_factor,
            saturation=scenario.saturation,
            core=scenario.core,
        )
        short = scenario.stator.turn_short
        factor = scenario.temperature_factor
        self._short = None if short is None else ShortedTurns(short, motor, factor, step_s)
        if scenario.start_up_s is None:
            synchronous = 2 * np.pi * scenario.frequency_hz / motor.circuit.pole_pairs
            preset_speed(self._machine.state, synchronous * (1.0 - expected_slip(scenario)))
        self._loop = _closed_loop(scenario, step_s)

    def advance(self) -> TrainBlock:
        """Return the next block."""
        factor = self._factor.advance(self.time_s, BLOCK_NODES)
        rate = 2 * np.pi * self._supply.frequency_hz
        if self._loop is None:
            voltage, phase = self._supply.advance(self.time_s, BLOCK_NODES, self.scenario.start_up_s)
            output = self._fed(voltage, rate, factor)
        else:
            voltage, phase, output = self._machine.controlled(
                self._loop, rate, factor, self.rotor.table, self._curve
            )
        at_steps = voltage[:-1:2]
        self.means.add(output, phase, at_steps)
        self.time_s += BLOCK_S
        return TrainBlock(output, phase, at_steps)

    def _fed(self, voltage: Complexes, supply_rad_s: float, factor: Floats) -> MachineOutput:
        """Return a block of the machine at a voltage that does not depend on it."""
        scenario = self.scenario
        stator_ohm = scenario.motor.circuit.stator_resistance_ohm * scenario.temperature_factor
        winding = winding_of(scenario.stator, stator_ohm, self.time_s)
        output = self._machine.advance(voltage, supply_rad_s, factor, self.rotor.table, self._curve, winding)
        if self._short is not None:
            output.fields[CURRENT] += self._short.line_current(voltage[:-1:2])
        return output

    def settle(self) -> None:
        """Run until the machine is steady, then set the oscillation's frequency by its slip."""
        inertia = self.scenario.driven.inertia_ratio
        blocks = SETTLING_BLOCKS + int(inertia)
        self.time_s = -(blocks + WARM_UP_BLOCKS) * BLOCK_S
        for k in range(blocks):
            if k == blocks - _MEASURED_BLOCKS:
                self.means = Means()
            self.advance()
        oscillation = self.scenario.driven.oscillation
        if oscillation is not None:
            ratio = oscillation.ratio
            pole_pass_hz = 2.0 * self.slip() * self.line_frequency_hz()
            own = oscillation.frequency_hz
            self._factor.oscillation_hz = ratio * pole_pass_hz if ratio is not None else own or 0.0

    def line_frequency_hz(self) -> float:
        """Return the mean frequency of the supply since the means began."""
        return self.means.supply_rad / (2 * np.pi * self.means.steps * self._step_s)

    def slip(self) -> float:
        """Return the mean slip since the means began."""
        mean_rad_s = self.means.speed_rad_s / self.means.steps
        pole_pairs = self.scenario.motor.circuit.pole_pairs
        return 1.0 - pole_pairs * mean_rad_s / (2 * np.pi * self.line_frequency_hz())

    def load(self) -> float:
        """Return the mean shaft torque since the means began, per unit of the rated torque."""
        return self.means.load_nm / self.means.steps / self.scenario.motor.circuit.rated_torque_nm

    def power_w(self) -> float:
        """Return the mean electrical power since the means began, W."""
        return self.means.power_w / self.means.steps


def _closed_loop(scenario: Scenario, step_s: float) -> ClosedLoop | None:
    """Return the control of a drive in closed loop; None for the mains, or a drive without."""
    drive, motor = scenario.supply.drive, scenario.motor
    if drive is None or drive.control is None:
        return None
    synchronous = 2 * np.pi * scenario.frequency_hz / motor.circuit.pole_pairs
    speed_rad_s = synchronous * (1.0 - expected_slip(scenario))
    inertia = motor.inertia_kgm2 * (1.0 + scenario.driven.inertia_ratio)
    return ClosedLoop(drive.control, motor, inertia, speed_rad_s, step_s)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Where a scenario's motor settles."""

    slip: float
    """Per unit of the synchronous speed."""
    load: float
    """Shaft torque, per unit of the rated torque."""
    current_rms_a: float
    """Stator current of one phase."""


def operating_point(scenario: Scenario) -> OperatingPoint:
    """Return where a motor settles, without sensors; much quicker than a recording."""
    train = PowerTrain(scenario, MIN_STEP_RATE_HZ)
    train.settle()
    output = train.advance().output
    rms = float(np.sqrt(np.mean(np.abs(output.fields[0]) ** 2) / 2.0))
    return OperatingPoint(train.slip(), train.load(), rms)


def step_rate_hz(scenario: Scenario) -> float:
    """Return the rate of integration: at least twice the converter's, with whole steps per node."""
    daq = scenario.daq
    fastest = max(MIN_STEP_RATE_HZ, 2.0 * daq.current_rate_hz, 2.0 * daq.vibration_rate_hz)
    return float(np.ceil(fastest * NODE_S) / NODE_S)


def supply_amplitude_v(scenario: Scenario) -> float:
    """Return the phase amplitude of the supply; a drive keeps voltage over frequency constant."""
    circuit = scenario.motor.circuit
    amplitude = float(np.sqrt(2.0)) * circuit.phase_voltage_v * scenario.supply.voltage_factor
    if scenario.supply.drive is not None:
        amplitude *= scenario.frequency_hz / circuit.frequency_hz
    return amplitude


def stator_voltages(scenario: Scenario) -> Floats:
    """Return the phase voltages, V, (3, scans) at the currents' rate, of a recording with a start-up.

    Without one the recording begins somewhere within a longer run, and its voltages are not known here.
    """
    if scenario.start_up_s is None:
        raise ValueError("start_up_s: only recordings with a start-up have known voltages")
    rate_hz = step_rate_hz(scenario)
    supply = Supply(
        scenario.supply, supply_amplitude_v(scenario), scenario.frequency_hz, 1.0 / rate_hz, scenario.seed
    )
    every = round(2 * rate_hz / scenario.daq.current_rate_hz)
    scans = int(scenario.duration_s * scenario.daq.current_rate_hz + 1e-6)
    blocks = []
    for k in range(int(np.ceil(scenario.duration_s / BLOCK_S))):
        voltage, _ = supply.advance(k * BLOCK_S, BLOCK_NODES, scenario.start_up_s)
        blocks.append(voltage[:-1:every])
    vector = np.concatenate(blocks)[:scans]
    turns = np.exp(-2j * np.pi / 3 * np.arange(3))[:, np.newaxis]
    return np.ascontiguousarray((vector * turns).real)
