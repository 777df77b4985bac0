"""The induction machine, integrated block by block."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.cage import AxisMatrices, two_axes
from calibration.simulator.closed_loop import ClosedLoop
from calibration.simulator.conditions import CoreCondition
from calibration.simulator.equations import LoadCurve, MachineConstants, RotorTable, integrate
from calibration.simulator.motors import Motor
from calibration.simulator.winding import EVEN, NONE_OPEN, Winding
from edge_agent.circuit import FRICTION

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_ROUND = CoreCondition()
"""Iron without an axis: the ordinary rotor."""

CURRENT, ROTOR_CURRENT, FLUX = 0, 1, 2
"""Rows of the complex output: stator current (stator frame, with iron loss), rotor current (rotor frame),
main flux (stator frame)."""
SPEED, ANGLE, TORQUE, LOAD = 0, 1, 2, 3
"""Rows of the real output: rad/s, rad, air-gap torque and load torque in N·m, all mechanical."""


def rotor_table(slips: Floats, axes: list[AxisMatrices]) -> RotorTable:
    """Return condensed matrices in the order of the kernel."""
    upper = ([0, 0, 1], [0, 1, 1])
    return RotorTable(
        np.asarray(slips, float),
        np.array([a.resistance[upper] for a in axes]),
        np.array([a.leakage[upper] for a in axes]),
    )


@dataclass(slots=True)
class MachineState:
    """State of the machine between two blocks."""

    values: Floats
    """psi_s (2), psi_r (2) in the rotor's frame, V·s; speed rad/s; angle rad, mechanical; |psi_m|."""


@dataclass(frozen=True, slots=True)
class MachineOutput:
    """Output of one block, sampled at the start of each step."""

    fields: Complexes
    """Rows CURRENT, ROTOR_CURRENT, FLUX; amplitude-invariant space vectors, (3, steps)."""
    shaft: Floats
    """Rows SPEED, ANGLE, TORQUE, LOAD, (4, steps)."""


class Machine:
    """Integrates one motor block by block; the cage and the load may change between blocks."""

    def __init__(
        self,
        motor: Motor,
        inertia_ratio: float,
        step_s: float,
        stator_temperature_factor: float = 1.0,
        saturation: float = 0.0,
        core: CoreCondition = _ROUND,
    ) -> None:
        """Start at rest; `inertia_ratio` is load over rotor inertia, `saturation` A of `_saturated`.

        Of `core` the magnetising inductance counts here, L_m (I + saliency S); the leakage is the rotor
        table's.
        """
        saliency = core.magnetising_saliency
        inverse = (np.eye(2) - saliency * two_axes(core.axis_deg)) / (1.0 - saliency**2)
        circuit = motor.circuit
        rate = 2 * np.pi * circuit.frequency_hz
        rated_rad_s = motor.speed_rpm * np.pi / 30.0
        friction = FRICTION * circuit.rated_torque_nm
        self.step_s = step_s
        self.state = MachineState(np.zeros(7))
        self._constants = MachineConstants(
            pole_pairs=float(circuit.pole_pairs),
            r_s=circuit.stator_resistance_ohm * stator_temperature_factor,
            l_ls=circuit.stator_leakage_ohm / rate,
            l_m=circuit.magnetising_ohm / rate,
            r_fe=circuit.iron_loss_ohm,
            skin=circuit.skin_factor,
            squeeze=circuit.saturation_factor,
            inertia=motor.inertia_kgm2 * (1.0 + inertia_ratio),
            coulomb_nm=friction / 2.0,
            viscous_nms=friction / 2.0 / rated_rad_s,
            saturation=saturation,
            nominal_flux=motor.peak_flux_vs,
            m_11=float(inverse[0, 0]),
            m_12=float(inverse[0, 1]),
            m_22=float(inverse[1, 1]),
        )

    def controlled(
        self,
        loop: ClosedLoop,
        supply_rad_s: float,
        load_factor: Floats,
        rotor: RotorTable,
        load: LoadCurve,
    ) -> tuple[Complexes, Floats, MachineOutput]:
        """Step with a drive that makes the voltage itself; return voltage, its phase and the output."""
        voltage, phase, fields, shaft = loop.advance(
            self.state.values, self._constants, rotor, load, load_factor, supply_rad_s, self.step_s
        )
        return voltage, phase, MachineOutput(fields, shaft)

    def advance(
        self,
        voltage: Complexes,
        supply_rad_s: float,
        load_factor: Floats,
        rotor: RotorTable,
        load: LoadCurve,
        winding: Winding = EVEN,
    ) -> MachineOutput:
        """Step through `voltage` (2 steps + 1,), given like `load_factor` on a grid of half steps.

        `supply_rad_s` is the supply's angular frequency, from which the slip for skin effect follows.
        """
        steps = (voltage.size - 1) // 2
        fields = np.empty((3, steps), np.complex128)
        shaft = np.empty((4, steps))
        integrate(
            self.state.values,
            self._constants,
            winding,
            rotor,
            load,
            voltage,
            load_factor,
            supply_rad_s,
            self.step_s,
            fields,
            shaft,
        )
        if winding.open_phase != NONE_OPEN:
            axis = np.exp(2j * np.pi / 3 * winding.open_phase)
            fields[CURRENT] -= (fields[CURRENT] * axis.conjugate()).real * axis  # of the iron's branch
        return MachineOutput(fields, shaft)


def preset_speed(state: MachineState, speed_rad_s: float) -> None:
    """Set the speed of the shaft, so that no start-up has to be simulated."""
    state.values[4] = speed_rad_s
