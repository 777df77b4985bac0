"""Acceleration of the housing: forces that follow the simulated angles, through the structure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.bearing import BearingImpacts
from calibration.simulator.conditions import VibrationCondition
from calibration.simulator.kernel import kernel, magnitude
from calibration.simulator.looseness import Rattling
from calibration.simulator.motors import Motor
from calibration.simulator.noise import generator

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_AXES = {
    "radial": (1.0, 0.0, 1.0, 0.30),
    "tangential": (0.5, 1.0, 1.0, 0.10),
    "axial": (1.0, 0.0, 0.5, 0.05),
    "drive_end": (1.0, 0.0, 0.8, 0.40),
    "nondrive_end": (0.8, 0.0, 0.8, 0.40),
    "base": (0.5, 0.5, 0.6, 0.05),
}
"""Share of the force, share of the torque, gain of the modes, and what comes straight through. Judgement:
places on a foot-mounted motor, none of them measured."""
_REFERENCE_TORQUE_NM = 4.18
"""Rated torque of the 0.75 kW motor, to which the amplitudes of `VibrationCondition` refer."""


class _Excitation(NamedTuple):
    """Forces and references in the form of the kernel."""

    bars: float
    pole_pairs: float
    peak_a: float
    peak_vs: float
    reference_rad_s: float
    unbalance: float
    misalignment: float
    eccentricity: float
    magnetic: float
    broken_bar: float
    slot: float
    broadband: float
    offsets: Complexes
    """Random turns of misalignment, eccentric pull and slot force."""


class Vibration:
    """The acceleration along each axis, block by block.

    Amplitudes are chosen, but frequencies and modulations come from the machine: unbalance,
    misalignment, the field's pull at 2f, eccentric pull, the pull that broken bars' missing field leaves
    at f_r ± 2sf, slot forces, noise and bearing impacts, passed through four resonances.
    """

    def __init__(
        self,
        condition: VibrationCondition,
        motor: Motor,
        axes: tuple[str, ...],
        rate_hz: float,
        seed: int,
    ) -> None:
        """Draw its angles; `rate_hz` is the rate of the machine's output that `advance` takes."""
        own = seed if condition.angle_seed is None else condition.angle_seed
        draw = generator(own, "vibration angles")
        size = float(np.sqrt(motor.power_kw / 0.75))
        torque_unit = condition.torque * size * _REFERENCE_TORQUE_NM / motor.circuit.rated_torque_nm
        self._turns = np.exp(1j * draw.uniform(0, 2 * np.pi, len(axes)))
        self._excitation = _Excitation(
            bars=float(motor.bars),
            pole_pairs=float(motor.circuit.pole_pairs),
            peak_a=motor.peak_current_a,
            peak_vs=motor.peak_flux_vs,
            reference_rad_s=motor.speed_rpm * np.pi / 30.0,
            unbalance=size * condition.unbalance,
            misalignment=size * condition.misalignment,
            eccentricity=size * condition.eccentricity,
            magnetic=size * condition.magnetic,
            broken_bar=size * condition.broken_bar,
            slot=size * condition.slot,
            broadband=size * condition.broadband,
            offsets=np.exp(1j * draw.uniform(0, 2 * np.pi, 3)),
        )
        self._axes = np.array([_AXES[axis] for axis in axes]) * (1.0, torque_unit, 1.0, 1.0)
        self._noise = generator(seed, "vibration noise")
        self._impacts = (
            None if condition.bearing is None else BearingImpacts(condition.bearing, rate_hz, seed)
        )
        self._rattling = None if condition.looseness == 0.0 else Rattling(size * condition.looseness, own)
        self._sections = _mode_sections(condition, rate_hz)
        self._state = np.zeros((len(axes), len(condition.modes), 2))
        self._mean_torque_nm = np.nan

    def advance(
        self, fields: Complexes, shaft: Floats, phase: Floats, broken: tuple[int, ...], shrink: float
    ) -> Floats:
        """Return the acceleration, m/s², (axes, steps), of machine output rows and the supply's phase.

        `broken` are the broken bars, `shrink` what inter-bar current leaves of their effect.
        """
        angle, torque = shaft[1], shaft[2]
        if np.isnan(self._mean_torque_nm):
            self._mean_torque_nm = float(torque.mean())
        impulses = np.zeros(angle.size) if self._impacts is None else self._impacts.advance(angle)
        noise = self._noise.standard_normal((angle.size, 2))
        angles = 2 * np.pi * np.array(broken, float) / self._excitation.bars
        force = np.empty(angle.size, np.complex128)
        _forces(fields, shaft, phase, noise, angles, shrink, self._excitation, force)
        if self._rattling is not None:
            speed = shaft[0] / self._excitation.reference_rad_s
            force += self._rattling.force(angle, speed)
        result = np.empty((self._axes.shape[0], angle.size))
        _shake(
            force,
            impulses,
            torque - self._mean_torque_nm,
            self._axes,
            self._turns,
            self._sections,
            self._state,
            result,
        )
        return result


def _mode_sections(condition: VibrationCondition, rate_hz: float) -> Floats:
    """Return rows of (b0, a1, a2) of g s² / (s² + 2 zeta w s + w²), bilinear and prewarped, (modes, 3)."""
    rows = []
    for mode in condition.modes:
        k = np.tan(np.pi * mode.frequency_hz / rate_hz)
        scale = 1.0 + 2.0 * mode.damping * k + k * k
        rows.append(
            (mode.gain / scale, 2.0 * (k * k - 1.0) / scale, (1.0 - 2.0 * mode.damping * k + k * k) / scale)
        )
    return np.array(rows)


@kernel
def _shake(
    force: Complexes,
    impulses: Floats,
    torque: Floats,
    axes: Floats,
    turns: Complexes,
    sections: Floats,
    state: Floats,
    out: Floats,
) -> None:
    """Turn the force into each axis and pass it through the modes, transposed direct form II."""
    for a in range(out.shape[0]):
        for n in range(out.shape[1]):
            x = axes[a, 0] * ((force[n] * turns[a]).real + impulses[n]) + axes[a, 1] * torque[n]
            y = axes[a, 3] * x
            for m in range(sections.shape[0]):
                forward = sections[m, 0] * axes[a, 2] * x
                mode = forward + state[a, m, 0]
                state[a, m, 0] = -2.0 * forward - sections[m, 1] * mode + state[a, m, 1]
                state[a, m, 1] = forward - sections[m, 2] * mode
                y += mode
            out[a, n] = y


@kernel
def _forces(
    fields: Complexes,
    shaft: Floats,
    phase: Floats,
    noise: Floats,
    broken: Floats,
    shrink: float,
    c: _Excitation,
    out: Complexes,
) -> None:
    """Fill in the rotating force F, m/s², complex over the two directions across the shaft."""
    electric = np.exp(-1j * c.pole_pairs * broken)
    mechanic = np.exp(1j * broken)
    for n in range(out.size):
        turn = complex(np.cos(shaft[1, n]), np.sin(shaft[1, n]))
        speed = (shaft[0, n] / c.reference_rad_s) ** 2
        flux = fields[2, n] / c.peak_vs
        pull = flux * flux
        rotor = fields[1, n] / c.peak_a
        eccentric = magnitude(pull) * turn + 0.5 * pull * turn.conjugate()
        force = c.unbalance * speed * turn
        force += c.misalignment * speed * turn * turn * c.offsets[0]
        force += c.eccentricity * eccentric * c.offsets[1]
        force += c.magnetic * pull
        for b in range(broken.size):
            missing = (rotor * electric[b]).imag
            force += 4.0 * shrink * c.broken_bar * missing * missing * turn * mechanic[b]
        modulation = 1.0 + 2.0 * shrink * broken.size / c.bars * (rotor * rotor).real
        slot = c.slot * (0.4 + 0.6 * magnitude(rotor)) * modulation
        force += slot * c.offsets[2] * _slot_shape(c.bars * shaft[1, n], 2.0 * phase[n])
        rolling = c.broadband * min(abs(shaft[0, n]) / c.reference_rad_s, 1.0)
        out[n] = force + rolling * complex(noise[n, 0], noise[n, 1]) * (1.0 + 0.3 * turn.real)


@kernel
def _slot_shape(slots: float, twice: float) -> complex:
    """Return e^jN0 (1 + .8 e^-j2p + .5 e^j2p)."""
    co, si = np.cos(twice), np.sin(twice)
    return complex(np.cos(slots), np.sin(slots)) * complex(1.0 + 1.3 * co, -0.3 * si)
