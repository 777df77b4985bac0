"""A drive in closed loop: field-oriented control, which moves sidebands from the current into the voltage."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.equations import LoadCurve, MachineConstants, RotorTable, integrate
from calibration.simulator.kernel import kernel, magnitude
from calibration.simulator.motors import Motor
from calibration.simulator.voltage import DriveControl
from calibration.simulator.winding import EVEN, Winding

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_PERIOD_STEPS = 8
"""Steps of the machine in a period of the control: 0.4 ms or less, as drives have. Judgement."""
_HEADROOM = 1.25
"""Largest voltage over the rated one. Judgement: what a rectified mains leaves a drive."""
_MAX_TORQUE_CURRENT = 2.5
"""Largest torque-making current over the rated amplitude. Judgement: the limit of common drives."""
_INTEGRATING_SHARE = 0.25
"""Corner of a controller's integral part over its bandwidth. Judgement: a damped loop."""
ANGLE, TORQUE_SUM, D_SUM, Q_SUM = 0, 1, 2, 3
"""Rows of the control's state: angle of the rotor's flux, rad; sums of the speed's and of both currents'
errors."""


class Control(NamedTuple):
    """The control in the form of the kernel."""

    pole_pairs: float
    period_steps: int
    period_s: float
    speed_rad_s: float
    flux_a: float
    """Current along the flux, i_d."""
    slip_rad_s: float
    """Slip for each ampere of i_q, electrical."""
    speed_gain: float
    speed_integral: float
    current_gain: float
    current_integral: float
    max_v: float
    max_q: float


class ClosedLoop:
    """Makes the voltage from speed and current, step by step with the machine.

    Indirect field orientation (Blaschke 1972): the angle of the rotor's flux is that of the shaft plus the
    slip that the reference of i_q needs; i_d is constant, i_q comes from the speed's controller, and two
    controllers make the voltage from what the currents lack. Each has a bandwidth; within that of the
    current's, a broken bar's sidebands stand in the voltage.
    """

    def __init__(
        self, control: DriveControl, motor: Motor, inertia: float, speed_rad_s: float, step_s: float
    ) -> None:
        """Set the references; `inertia` is of all that turns, kg m², `speed_rad_s` the speed to hold."""
        circuit = motor.circuit
        rate = 2 * np.pi * circuit.frequency_hz
        magnetising_h = circuit.magnetising_ohm / rate
        rotor_h = magnetising_h + circuit.rotor_leakage_ohm / rate
        leakage_h = (circuit.stator_leakage_ohm + circuit.rotor_leakage_ohm) / rate
        period_s = _PERIOD_STEPS * step_s
        flux_a = motor.peak_flux_vs / magnetising_h
        per_ampere_nm = 1.5 * circuit.pole_pairs * magnetising_h**2 / rotor_h * flux_a
        speed_rate, current_rate = (2 * np.pi * hz for hz in (control.speed_hz, control.current_hz))
        self._control = Control(
            pole_pairs=float(circuit.pole_pairs),
            period_steps=_PERIOD_STEPS,
            period_s=period_s,
            speed_rad_s=speed_rad_s,
            flux_a=flux_a,
            slip_rad_s=control.detuning * circuit.rotor_resistance_ohm / rotor_h / flux_a,
            speed_gain=speed_rate * inertia / per_ampere_nm,
            speed_integral=_INTEGRATING_SHARE * speed_rate**2 * inertia / per_ampere_nm,
            current_gain=current_rate * leakage_h,
            current_integral=_INTEGRATING_SHARE * current_rate**2 * leakage_h,
            max_v=_HEADROOM * float(np.sqrt(2.0)) * circuit.phase_voltage_v,
            max_q=_MAX_TORQUE_CURRENT * motor.peak_current_a,
        )
        self._state = np.zeros(4)
        self._before = np.zeros(2, np.complex128)

    def advance(
        self,
        machine_state: Floats,
        constants: MachineConstants,
        rotor: RotorTable,
        load: LoadCurve,
        factor: Floats,
        supply_rad_s: float,
        step_s: float,
    ) -> tuple[Complexes, Floats, Complexes, Floats]:
        """Return voltage (2 steps + 1,), phase (steps,), fields (3, steps) and shaft (4, steps) of a
        block."""
        steps = (factor.size - 1) // 2
        voltage = np.empty(2 * steps + 1, np.complex128)
        phase, fields, shaft = np.empty(steps), np.empty((3, steps), np.complex128), np.empty((4, steps))
        _run(
            self._control,
            self._state,
            self._before,
            machine_state,
            constants,
            EVEN,
            rotor,
            load,
            factor,
            supply_rad_s,
            step_s,
            voltage,
            phase,
            fields,
            shaft,
        )
        return voltage, phase, fields, shaft


@kernel
def _run(
    c: Control,
    state: Floats,
    before: Complexes,
    machine: Floats,
    constants: MachineConstants,
    winding: Winding,
    rotor: RotorTable,
    load: LoadCurve,
    factor: Floats,
    supply_rad_s: float,
    step_s: float,
    voltage: Complexes,
    phase: Floats,
    fields: Complexes,
    shaft: Floats,
) -> None:
    """Control and machine in turns; `before` holds the current with which the block before ended."""
    steps = phase.size
    for start in range(0, steps, c.period_steps):
        stop = min(start + c.period_steps, steps)
        seen = before[0] if start == 0 else fields[0, start - 1]
        turn = complex(np.cos(state[ANGLE]), np.sin(state[ANGLE]))
        own, electrical = _voltage(c, state, seen * turn.conjugate(), machine[4])
        for k in range(2 * start, 2 * stop + 1):
            at = state[ANGLE] + electrical * 0.5 * step_s * (k - 2 * start)
            voltage[k] = own * complex(np.cos(at), np.sin(at))
            if k % 2 == 0 and k // 2 < steps:
                phase[k // 2] = at
        integrate(
            machine,
            constants,
            winding,
            rotor,
            load,
            voltage[2 * start : 2 * stop + 1],
            factor[2 * start : 2 * stop + 1],
            supply_rad_s,
            step_s,
            fields[:, start:stop],
            shaft[:, start:stop],
        )
        state[ANGLE] += electrical * step_s * (stop - start)
    before[0] = fields[0, steps - 1]


@kernel
def _voltage(c: Control, state: Floats, current: complex, speed: float) -> tuple[complex, float]:
    """Return the voltage in the flux's frame and the electrical frequency, rad/s, of the next period."""
    lacking = c.speed_rad_s - speed
    torque_a = c.speed_gain * lacking + state[TORQUE_SUM]
    if abs(torque_a) < c.max_q:
        state[TORQUE_SUM] += c.speed_integral * lacking * c.period_s
    torque_a = min(max(torque_a, -c.max_q), c.max_q)
    electrical = c.pole_pairs * speed + c.slip_rad_s * torque_a
    along, across = c.flux_a - current.real, torque_a - current.imag
    own = complex(c.current_gain * along + state[D_SUM], c.current_gain * across + state[Q_SUM])
    size = magnitude(own)
    if size < c.max_v:
        state[D_SUM] += c.current_integral * along * c.period_s
        state[Q_SUM] += c.current_integral * across * c.period_s
        return own, electrical
    return own * (c.max_v / size), electrical
