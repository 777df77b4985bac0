"""The squirrel cage: loop matrices of bars and end rings, and their condensation to two axes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_SLIP = 0.002
"""Slip below which the condensed matrices no longer change: the resistances dominate the reactances by
far."""


@dataclass(frozen=True, slots=True)
class RotorCircuit:
    """The symmetrical cage, referred to the stator."""

    pole_pairs: int
    """p, half the number of poles."""
    resistance_ohm: float
    """R_r of the sound cage."""
    leakage_h: float
    """L_lr of the sound cage."""
    magnetising_h: float
    """L_m."""
    ring_share: float
    """Share of the end rings in R_r and L_lr, 0.15 to 0.5."""


@dataclass(frozen=True, slots=True)
class Cage:
    """State of every bar and ring segment, relative to sound ones."""

    bars: tuple[float, ...]
    """Resistance of each bar over that of a sound one; inf where it is broken."""
    ring: tuple[float, ...]
    """Resistance of each segment of both rings over a sound one; segment k lies after bar k."""

    @property
    def broken(self) -> tuple[int, ...]:
        """Numbers of the broken bars."""
        return tuple(int(k) for k in np.flatnonzero(np.isinf(self.bars)))


@dataclass(frozen=True, slots=True)
class LoopMatrices:
    """Rotor loops between bars, loops that share a broken bar merged."""

    resistance: Floats
    """R', ohm, (loops, loops)."""
    inductance: Floats
    """L', H, (loops, loops), air-gap field of all harmonics included."""
    linkage: Floats
    """B', cos and sin of the loops' electrical angle, (loops, 2)."""
    bars: int
    """N_b."""


def loop_matrices(cage: Cage, rotor: RotorCircuit) -> LoopMatrices:
    """Set up R', L' and B' of the cage.

    Loop k lies between bars k and k + 1, centred at 2 pi (k + 1/2) / N. Bar and ring resistances are
    chosen so that the eigenvalue of the mode with p pole pairs is exactly R_r, and likewise L_lr. The
    smooth air gap adds (L_m / eta²)(1 - 11ᵀ/N), all its space harmonics; its excess over L_m is
    taken off the leakage, of which at least a fifth remains. A broken bar carries nothing, so its two
    loops carry the same current and are merged: a huge resistance would make the equations stiff.
    """
    n, p = len(cage.bars), rotor.pole_pairs
    eta_squared = float(np.sinc(p / n)) ** 2
    excess = rotor.magnetising_h / eta_squared - rotor.magnetising_h
    leakage = max(rotor.leakage_h - excess, 0.2 * rotor.leakage_h)
    bars = np.where(np.isinf(cage.bars), 1.0, cage.bars)
    resistance = _mesh(rotor.resistance_ohm, rotor, bars, np.array(cage.ring))
    inductance = _mesh(leakage, rotor, np.ones(n), np.ones(n))
    inductance += rotor.magnetising_h / eta_squared * (np.eye(n) - 1.0 / n)
    angle = 2 * np.pi * p * (np.arange(n) + 0.5) / n
    linkage = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    merge = _merging(cage)
    return LoopMatrices(merge.T @ resistance @ merge, merge.T @ inductance @ merge, merge.T @ linkage, n)


def _mesh(total: float, rotor: RotorCircuit, bars: Floats, ring: Floats) -> Floats:
    """Return the matrix of a ladder closed to a ring; its p-mode eigenvalue is `total` when all is sound."""
    n = bars.size
    segment = rotor.ring_share * total / 2.0
    bar = (1.0 - rotor.ring_share) * total / (4.0 * np.sin(np.pi * rotor.pole_pairs / n) ** 2)
    after = np.roll(bars, -1)
    matrix = np.diag(segment * (1.0 + ring) + bar * (bars + after))
    k = np.arange(n)
    np.add.at(matrix, (k, (k + 1) % n), -bar * after)
    np.add.at(matrix, ((k + 1) % n, k), -bar * after)
    return matrix


def _merging(cage: Cage) -> Floats:
    """Return the 0/1 matrix (bars, loops) that gives both loops beside a broken bar one current."""
    n = len(cage.bars)
    group = np.arange(n)
    for bar in cage.broken:
        group[group == group[bar]] = group[(bar - 1) % n]
    _, column = np.unique(group, return_inverse=True)
    merge = np.zeros((n, int(column.max()) + 1))
    merge[np.arange(n), column] = 1.0
    return merge


@dataclass(frozen=True, slots=True)
class AxisMatrices:
    """The cage as seen from the air gap's fundamental field, in the rotor's frame."""

    resistance: Floats
    """R_r, ohm, (2, 2), symmetric."""
    leakage: Floats
    """L_r, H, (2, 2), symmetric."""

    def shrunk(self, factor: float) -> "AxisMatrices":
        """Scale the difference between the axes, as inter-bar current does."""
        return AxisMatrices(_shrink(self.resistance, factor), _shrink(self.leakage, factor))

    def with_salient_leakage(self, saliency: float, axis_deg: float) -> "AxisMatrices":
        """Add iron that is not round: L_r (1 + saliency) along the axis and L_r (1 - saliency) across it."""
        if saliency == 0.0:
            return self
        mean = np.trace(self.leakage) / 2.0
        return AxisMatrices(self.resistance, self.leakage + saliency * mean * two_axes(axis_deg))

    @property
    def asymmetry(self) -> float:
        """Half the difference over the mean of the resistance's two eigenvalues."""
        low, high = np.linalg.eigvalsh(self.resistance)
        return float((high - low) / (high + low))


def two_axes(axis_deg: float) -> Floats:
    """Return the matrix (2, 2) that is 1 along an axis, -1 across it, and without trace."""
    twice = 2.0 * np.deg2rad(axis_deg)
    return np.array([[np.cos(twice), np.sin(twice)], [np.sin(twice), -np.cos(twice)]])


def _shrink(matrix: Floats, factor: float) -> Floats:
    mean = np.trace(matrix) / 2.0 * np.eye(2)
    return np.asarray(mean + factor * (matrix - mean))


def condense(cage: Cage, rotor: RotorCircuit, frequency_hz: float, slip: float) -> AxisMatrices:
    """Reduce the loops to two axes at slip frequency (Schur complement).

    Z = R' + j w2 (L' - L_m (2/N) B'B'ᵀ), Z_eq = [(2/N) B'ᵀ Z⁻¹ B']⁻¹, R_r = Re Z_eq, L_r = Im Z_eq / w2.
    """
    loops = loop_matrices(cage, rotor)
    return _condense(loops, rotor.magnetising_h, 2 * np.pi * frequency_hz * max(abs(slip), MIN_SLIP))


def condense_over_slip(
    cage: Cage, rotor: RotorCircuit, frequency_hz: float, slips: Floats
) -> list[AxisMatrices]:
    """Reduce the loops at many slips, for a machine that runs through them."""
    loops = loop_matrices(cage, rotor)
    rates = 2 * np.pi * frequency_hz * np.maximum(slips, MIN_SLIP)
    return [_condense(loops, rotor.magnetising_h, float(rate)) for rate in rates]


def _condense(loops: LoopMatrices, magnetising_h: float, slip_rad_s: float) -> AxisMatrices:
    common = magnetising_h * (2.0 / loops.bars) * loops.linkage @ loops.linkage.T
    impedance = loops.resistance + 1j * slip_rad_s * (loops.inductance - common)
    admittance = (2.0 / loops.bars) * loops.linkage.T @ np.linalg.solve(impedance, loops.linkage + 0j)
    axes = np.linalg.inv(admittance)
    axes = (axes + axes.T) / 2.0
    return AxisMatrices(axes.real.copy(), axes.imag / slip_rad_s)
