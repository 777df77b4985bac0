"""The reference: every rotor loop integrated by itself, nothing condensed.

Slower than the two-axis machine and without skin effect or saturation; it checks the condensation and
shows start-ups of badly damaged cages.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.cage import Cage, RotorCircuit, loop_matrices
from calibration.simulator.equations import LoadCurve, load_torque, smooth_sign
from calibration.simulator.kernel import kernel
from calibration.simulator.motors import Motor
from edge_agent.circuit import FRICTION

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


class _Constants(NamedTuple):
    """The motor in the form of the kernel."""

    response: Floats
    """Rows: stator current (2), then the slopes of the loops' flux linkages, of the fluxes."""
    pole_pairs: float
    r_s: float
    r_fe: float
    inertia: float
    coulomb_nm: float
    viscous_nms: float


class MeshMachine:
    """Stator in two axes and all rotor loops, in the rotor's frame, with constant inductances.

    psi_s = L_s i_s + L_m (2/N) B'ᵀ i_loop; lambda = L_m B' i_s + L' i_loop; d lambda / dt = -R' i_loop.
    """

    def __init__(
        self, motor: Motor, cage: Cage, rotor: RotorCircuit, inertia_ratio: float, step_s: float
    ) -> None:
        circuit = motor.circuit
        loops = loop_matrices(cage, rotor)
        rate = 2 * np.pi * circuit.frequency_hz
        l_m = rotor.magnetising_h
        l_s = circuit.stator_leakage_ohm / rate + l_m
        inductance = np.block(
            [
                [l_s * np.eye(2), l_m * (2.0 / loops.bars) * loops.linkage.T],
                [l_m * loops.linkage, loops.inductance],
            ]
        )
        currents = np.linalg.inv(inductance)
        friction = FRICTION * circuit.rated_torque_nm / 2.0
        self._constants = _Constants(
            response=np.concatenate([currents[:2], -loops.resistance @ currents[2:]]),
            pole_pairs=float(circuit.pole_pairs),
            r_s=circuit.stator_resistance_ohm,
            r_fe=circuit.iron_loss_ohm,
            inertia=motor.inertia_kgm2 * (1.0 + inertia_ratio),
            coulomb_nm=friction,
            viscous_nms=friction / (motor.speed_rpm * np.pi / 30.0),
        )
        self.state = np.zeros(inductance.shape[0] + 2)
        """psi_s (2), lambda, speed rad/s, angle rad."""
        self._step_s = step_s

    def advance(self, voltage: Complexes, load: LoadCurve) -> tuple[Complexes, Floats]:
        """Step through `voltage` (2 steps + 1,) on half steps: stator current and speed, (steps,) each."""
        steps = (voltage.size - 1) // 2
        current = np.empty(steps, np.complex128)
        speed = np.empty(steps)
        _integrate(self.state, self._constants, load, voltage, self._step_s, current, speed)
        return current, speed


@kernel
def _slopes(x: Floats, v: complex, c: _Constants, load: LoadCurve, out: Floats) -> complex:
    """Write the time derivatives of the state to `out`; return the stator current in the rotor's frame."""
    n = x.size - 2
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += c.response[i, j] * x[j]
        out[i] = total
    ia, ib = out[0], out[1]
    speed, angle = x[n], x[n + 1]
    co, si = np.cos(c.pole_pairs * angle), np.sin(c.pole_pairs * angle)
    w = c.pole_pairs * speed
    out[0] = v.real * co + v.imag * si - c.r_s * ia + w * x[1]
    out[1] = v.imag * co - v.real * si - c.r_s * ib - w * x[0]
    electric = 1.5 * c.pole_pairs * (x[0] * ib - x[1] * ia)
    friction = c.coulomb_nm * smooth_sign(speed) + c.viscous_nms * speed
    out[n] = (electric - load_torque(speed, angle, 1.0, load) - friction) / c.inertia
    out[n + 1] = speed
    return complex(ia, ib)


@kernel
def _integrate(
    x: Floats,
    c: _Constants,
    load: LoadCurve,
    voltage: Complexes,
    h: float,
    current: Complexes,
    speed: Floats,
) -> None:
    """Integrate by the classic fourth-order Runge-Kutta."""
    k1, k2, k3, k4 = np.empty_like(x), np.empty_like(x), np.empty_like(x), np.empty_like(x)
    for n in range(speed.size):
        v0, v1, v2 = voltage[2 * n], voltage[2 * n + 1], voltage[2 * n + 2]
        i = _slopes(x, v0, c, load, k1)
        angle = c.pole_pairs * x[-1]
        i = i * complex(np.cos(angle), np.sin(angle))
        current[n] = i + (v0 - c.r_s * i) / c.r_fe
        speed[n] = x[-2]
        _slopes(x + 0.5 * h * k1, v1, c, load, k2)
        _slopes(x + 0.5 * h * k2, v1, c, load, k3)
        _slopes(x + h * k3, v2, c, load, k4)
        x += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
