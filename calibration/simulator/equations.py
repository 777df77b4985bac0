"""The machine's equations: fluxes in the rotor's frame and the shaft, by Runge-Kutta, compiled."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.kernel import kernel, magnitude
from calibration.simulator.winding import Winding, stator_slopes
from edge_agent.circuit import SKIN_EFFECT_FROM

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_SMOOTH_RAD_S = 0.5
"""Speed within which Coulomb friction and constant loads change sign. Judgement: small against any running
speed, large enough for the step of the integration."""


class RotorTable(NamedTuple):
    """Two-axis matrices of the rotor, interpolated over slip; one row where they are constant."""

    slips: Floats
    """Ascending, (rows,)."""
    resistance: Floats
    """Entries 11, 12, 22 of R_r, ohm, (rows, 3)."""
    leakage: Floats
    """Entries 11, 12, 22 of L_r, H, (rows, 3)."""


class LoadCurve(NamedTuple):
    """Torque that the driven machine takes, as the kernel wants it."""

    torque_nm: float
    """T_0, at the reference speed."""
    constant: float
    """Share c0 that does not depend on speed."""
    linear: float
    """Share c1 proportional to speed."""
    square: float
    """Share c2 proportional to the square of speed."""
    reference_rad_s: float
    """Speed at which the shares add up to T_0."""
    ripple: Floats
    """Torque that follows the shaft's angle, rows of (orders, amplitude N·m, phase rad), (n, 3)."""


class MachineConstants(NamedTuple):
    """The motor as the kernel wants it: SI units, inductances at small slip.

    The matrix m, times 1 / L_m, is the inverse of the magnetising inductance in the rotor's frame: the unit
    matrix where the rotor's iron is round.
    """

    pole_pairs: float
    r_s: float
    l_ls: float
    l_m: float
    r_fe: float
    skin: float
    squeeze: float
    inertia: float
    coulomb_nm: float
    viscous_nms: float
    saturation: float
    nominal_flux: float
    m_11: float
    m_12: float
    m_22: float


@kernel
def _depth(slip: float) -> float:
    """Return the depth of skin effect and leakage saturation, 0 to 1; the law of the nameplate circuit."""
    slip = min(max(slip, 0.0), 1.0)
    if slip >= SKIN_EFFECT_FROM:
        return math.sqrt(slip)
    return math.sqrt(SKIN_EFFECT_FROM) * (slip / SKIN_EFFECT_FROM) * (slip / SKIN_EFFECT_FROM)


@kernel
def _saturated(magnetising_h: float, flux: float, a: float, nominal: float) -> float:
    """Return L_m = L_m0 (1 + A) / (1 + A (|psi_m| / psi_n)^6)."""
    if a == 0.0:
        return magnetising_h
    return magnetising_h * (1.0 + a) / (1.0 + a * (flux / nominal) ** 6)


@kernel
def _entries(slip: float, slips: Floats, table: Floats) -> tuple[float, float, float]:
    """Return a row of the rotor table, interpolated linearly; the end rows hold beyond the ends."""
    last = slips.size - 1
    if last == 0 or slip <= slips[0]:
        return table[0, 0], table[0, 1], table[0, 2]
    if slip >= slips[last]:
        return table[last, 0], table[last, 1], table[last, 2]
    k = np.searchsorted(slips, slip) - 1
    w = (slip - slips[k]) / (slips[k + 1] - slips[k])
    v = 1.0 - w
    return (
        v * table[k, 0] + w * table[k + 1, 0],
        v * table[k, 1] + w * table[k + 1, 1],
        v * table[k, 2] + w * table[k + 1, 2],
    )


@kernel
def smooth_sign(speed: float) -> float:
    """Return the sign of the speed, a ramp near standstill."""
    return min(max(speed / _SMOOTH_RAD_S, -1.0), 1.0)


@kernel
def _ripple_torque(angle: float, ripple: Floats) -> float:
    """Return the sum of A cos(order x angle + phase)."""
    torque = 0.0
    for i in range(ripple.shape[0]):
        torque += ripple[i, 1] * math.cos(ripple[i, 0] * angle + ripple[i, 2])
    return torque


@kernel
def load_torque(speed: float, angle: float, factor: float, load: LoadCurve) -> float:
    """Return T_0 g (c0 sgn + c1 w + c2 w|w|) plus what follows the angle."""
    relative = speed / load.reference_rad_s
    shape = (
        load.constant * smooth_sign(speed) + load.linear * relative + load.square * relative * abs(relative)
    )
    torque = load.torque_nm * factor * shape
    if load.ripple.shape[0] > 0:
        torque += _ripple_torque(angle, load.ripple)
    return torque


@kernel
def _main_flux(x: Any, m: Any, leak: Any, l_ls: float) -> tuple[float, float]:
    """Solve (L_m⁻¹ + 1/L_ls + L_r⁻¹) psi_m = psi_s / L_ls + L_r⁻¹ psi_r; `m` is the solved 2x2."""
    a = x[0] / l_ls + leak[0] * x[2] + leak[1] * x[3]
    b = x[1] / l_ls + leak[1] * x[2] + leak[2] * x[3]
    return m[0] * a + m[1] * b, m[1] * a + m[2] * b


@kernel
def _turned(v: complex, turn: complex, angle: float) -> complex:
    """Return v e^(-j angle) / turn; series to the seventh power, as a step turns by little."""
    q = angle * angle
    co = 1.0 - q * (0.5 - q * (1 / 24 - q / 720))
    si = angle * (1.0 - q * (1 / 6 - q * (1 / 120 - q / 5040)))
    return v * complex(turn.real * co - turn.imag * si, -turn.imag * co - turn.real * si)


@kernel
def _slopes(
    x: Any,
    v: complex,
    torque: float,
    c: MachineConstants,
    winding: Winding,
    m: Any,
    leak: Any,
    res: Any,
    l_ls: float,
) -> Any:
    """Return the time derivatives of psi_s, psi_r, speed and angle, the equations of the machine.

    d psi_s / dt = v_s - R_s i_s - j p w psi_s; d psi_r / dt = -R_r i_r; J dw / dt = T_e - T_load - friction;
    T_e = 1.5 p (psi_s x i_s). Voltage `v` in the rotor's frame, `torque` the load's. An uneven stator changes
    the first.
    """
    fa, fb = _main_flux(x, m, leak, l_ls)
    ia, ib = (x[0] - fa) / l_ls, (x[1] - fb) / l_ls
    da, db = x[2] - fa, x[3] - fb
    ra, rb = leak[0] * da + leak[1] * db, leak[1] * da + leak[2] * db
    w = c.pole_pairs * x[4]
    electric = 1.5 * c.pole_pairs * (x[0] * ib - x[1] * ia)
    friction = c.coulomb_nm * smooth_sign(x[4]) + c.viscous_nms * x[4]
    slopes = (
        v.real - c.r_s * ia + w * x[1],
        v.imag - c.r_s * ib - w * x[0],
        -(res[0] * ra + res[1] * rb),
        -(res[1] * ra + res[2] * rb),
        (electric - torque - friction) / c.inertia,
        x[4],
    )
    if winding.uneven:
        turned = (w, c.pole_pairs * x[5])
        a, b = stator_slopes(slopes, (ia, ib), m, leak, l_ls, turned, winding)
        return (a, b, slopes[2], slopes[3], slopes[4], slopes[5])
    return slopes


@kernel
def _moved(x: Any, k: Any, h: float) -> Any:
    """Return x + h k."""
    return (
        x[0] + h * k[0],
        x[1] + h * k[1],
        x[2] + h * k[2],
        x[3] + h * k[3],
        x[4] + h * k[4],
        x[5] + h * k[5],
    )


@kernel
def _inverse(a: float, b: float, d: float) -> tuple[float, float, float]:
    """Return the inverse of the symmetric matrix [[a, b], [b, d]]."""
    scale = 1.0 / (a * d - b * b)
    return d * scale, -b * scale, a * scale


@kernel
def _solving(y: float, y_ls: float, leak: Any, c: MachineConstants) -> tuple[float, float, float]:
    """Return the inverse of L_m⁻¹ + 1/L_ls + L_r⁻¹, where L_m⁻¹ = y m; `y_ls` is 1/L_ls."""
    return _inverse(y * c.m_11 + y_ls + leak[0], y * c.m_12 + leak[1], y * c.m_22 + y_ls + leak[2])


@kernel
def integrate(
    state: Floats,
    c: MachineConstants,
    winding: Winding,
    rotor: RotorTable,
    load: LoadCurve,
    voltage: Complexes,
    factor: Floats,
    supply_rad_s: float,
    h: float,
    fields: Complexes,
    shaft: Floats,
) -> None:
    """Integrate by fourth-order Runge-Kutta; matrices are set once per step, from the slip at its start."""
    x = (state[0], state[1], state[2], state[3], state[4], state[5])
    flux = state[6]
    for n in range(shaft.shape[1]):
        slip = 1.0 - c.pole_pairs * x[4] / supply_rad_s
        depth = _depth(slip)
        skin, squeeze = 1.0 + (c.skin - 1.0) * depth, 1.0 + (c.squeeze - 1.0) * depth
        r11, r12, r22 = _entries(slip, rotor.slips, rotor.resistance)
        l11, l12, l22 = _entries(slip, rotor.slips, rotor.leakage)
        res = (skin * r11, skin * r12, skin * r22)
        leak = _inverse(squeeze * l11, squeeze * l12, squeeze * l22)
        l_ls = c.l_ls * squeeze
        y = 1.0 / _saturated(c.l_m, flux, c.saturation, c.nominal_flux)
        m = _solving(y, 1.0 / l_ls, leak, c)

        v0, v1, v2 = voltage[2 * n], voltage[2 * n + 1], voltage[2 * n + 2]
        f0, f1, f2 = factor[2 * n], factor[2 * n + 1], factor[2 * n + 2]
        t0 = load_torque(x[4], x[5], f0, load)
        start = x[5]
        turn = complex(np.cos(c.pole_pairs * start), np.sin(c.pole_pairs * start))
        _record(n, x, v0, turn, t0, c, m, leak, l_ls, fields, shaft)
        k1 = _slopes(x, v0 * turn.conjugate(), t0, c, winding, m, leak, res, l_ls)
        y1 = _moved(x, k1, 0.5 * h)
        u1 = _turned(v1, turn, c.pole_pairs * (y1[5] - start))
        t1 = load_torque(y1[4], y1[5], f1, load)
        k2 = _slopes(y1, u1, t1, c, winding, m, leak, res, l_ls)
        y2 = _moved(x, k2, 0.5 * h)
        u2 = _turned(v1, turn, c.pole_pairs * (y2[5] - start))
        t2 = load_torque(y2[4], y2[5], f1, load)
        k3 = _slopes(y2, u2, t2, c, winding, m, leak, res, l_ls)
        y3 = _moved(x, k3, h)
        u3 = _turned(v2, turn, c.pole_pairs * (y3[5] - start))
        t3 = load_torque(y3[4], y3[5], f2, load)
        k4 = _slopes(y3, u3, t3, c, winding, m, leak, res, l_ls)
        x = _moved(_moved(_moved(_moved(x, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6)
        flux = magnitude(fields[2, n])
    state[0], state[1], state[2], state[3], state[4], state[5], state[6] = *x, flux


@kernel
def _record(
    n: int,
    x: Any,
    v: complex,
    turn: complex,
    load_nm: float,
    c: MachineConstants,
    m: Any,
    leak: Any,
    l_ls: float,
    fields: Complexes,
    shaft: Floats,
) -> None:
    """Write the outputs of one step; the iron-loss branch takes (v - R_s i) / R_fe."""
    fa, fb = _main_flux(x, m, leak, l_ls)
    ia, ib = (x[0] - fa) / l_ls, (x[1] - fb) / l_ls
    da, db = x[2] - fa, x[3] - fb
    current = complex(ia, ib) * turn
    fields[0, n] = current + (v - c.r_s * current) / c.r_fe
    fields[1, n] = complex(leak[0] * da + leak[1] * db, leak[1] * da + leak[2] * db)
    fields[2, n] = complex(fa, fb) * turn
    shaft[0, n] = x[4]
    shaft[1, n] = x[5]
    shaft[2, n] = 1.5 * c.pole_pairs * (x[0] * ib - x[1] * ia)
    shaft[3, n] = load_nm
