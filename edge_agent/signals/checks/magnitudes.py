"""Check whether the currents are of a magnitude that the motor of this plate can have.

A wrong unit, a forgotten ratio of a current transformer or a wrong plate makes them too large or too small.
Only what no motor of this plate can do is refused: it may start, be overloaded, or run in star, at a reduced
voltage or behind a drive.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import fit_circuit
from edge_agent.limits import MAGNITUDES
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.verdict import Refusal

_MIN_GAIN = 0.02
"""Gain over the others' below which a phase is called missing: a transformer beside its conductor picks up
less."""
_UNBALANCED_DEG = 35.0
"""How far the angle between two currents may lie from 120 degrees for them to be those of a running motor."""
_MIN_CLEAN = 0.9
"""Share of its power that a current has in its line, of a sensor that sits on its conductor; noise has
none."""


@dataclass(frozen=True, slots=True)
class CurrentLimits:
    """Rms currents between which a motor of a plate turns, A."""

    lowest_a: float
    highest_a: float


@lru_cache(maxsize=8)
def current_limits(nameplate: Nameplate) -> CurrentLimits:
    """Return what the plate's circuit draws between idling and pull-out, with the margins above."""
    circuit, rated_a = fit_circuit(nameplate), nameplate.rated_current_a
    share = MAGNITUDES.min_over_idle if nameplate.supply == "grid" else MAGNITUDES.min_over_idle_drive
    pull_out_a = circuit.current_rms_a(circuit.breakdown_slip)
    return CurrentLimits(
        share * circuit.no_load_current_rms_a, max(pull_out_a, MAGNITUDES.min_pull_out * rated_a)
    )


def check_plate(names: Sequence[str], rms_a: NDArray[np.float64], limits: CurrentLimits) -> Refusal | None:
    """Return the refusal of currents, rms (phases,), that no turning motor of this plate has; None without
    any."""
    large = rms_a > limits.highest_a
    if large.any():
        too_large_a = float(rms_a.max())
        return of_samples.ABOVE_PULL_OUT.refuse(too_large_a, limits.highest_a, _list(names, large))
    if rms_a.max() >= limits.lowest_a:
        return None
    return of_samples.BELOW_IDLE.refuse(float(rms_a.max()), limits.lowest_a, ", ".join(names))


def check_sensors(
    names: Sequence[str],
    phasors: NDArray[np.complex128],
    rms_a: NDArray[np.float64],
    limits: CurrentLimits,
) -> Refusal | None:
    """Return the refusal of currents whose scale does not fit that of the others; None if none is told.

    Args:
        names: of the channels.
        phasors: (phases, parts), A, of consecutive parts of the window.
        rms_a: (phases,), of all that is in them.
        limits: currents between which the motor turns.
    """
    strongest = phasors[int(np.argmax(np.abs(phasors).sum(axis=1)))]
    whole = (phasors * np.exp(-1j * np.angle(strongest))).mean(axis=1)
    clean = (np.abs(whole) > 0) & (np.square(np.abs(whole)) / 2 >= _MIN_CLEAN * np.square(rms_a))
    if len(names) < 2 or not clean.all():
        return None
    if len(names) == 2:
        return _check_two(names, whole)
    gains = _relative_gains(whole)
    if gains is None:
        return None
    logs = np.log(gains)
    odd = int(np.argmax(np.abs(logs - np.median(logs))))
    ratio = float(gains[odd] / np.exp(np.delete(logs, odd).mean()))
    if max(ratio, 1 / ratio) < MAGNITUDES.max_gain_ratio or ratio < _MIN_GAIN:
        return None
    wrong = np.arange(3) == odd
    if ratio > 1 and np.delete(rms_a, odd).max() < limits.lowest_a:
        wrong, ratio = ~wrong, 1 / ratio
    limit = MAGNITUDES.max_gain_ratio if ratio > 1 else 1 / MAGNITUDES.max_gain_ratio
    return of_samples.GAIN_OFF.refuse(ratio, limit, _list(names, wrong))


def _check_two(names: Sequence[str], whole: NDArray[np.complex128]) -> Refusal | None:
    apart_deg = abs(math.degrees(np.angle(whole[1] * np.conj(whole[0]))))
    ratio = float(np.abs(whole).max() / np.abs(whole).min())
    if abs(apart_deg - 120.0) > _UNBALANCED_DEG or not MAGNITUDES.max_ratio_of_two <= ratio <= 1 / _MIN_GAIN:
        return None
    return of_samples.RATIO_OFF.refuse(ratio, channel=" or ".join(names))


def _relative_gains(whole: NDArray[np.complex128]) -> NDArray[np.float64] | None:
    """Return the gains (3,) of three sensors up to a common factor, from their phasors (3,).

    Three currents that sum up to zero are the sides of a triangle, so that their directions tell their
    lengths, be they unbalanced or not: each is as long as the sine between the other two. None if the
    directions are not those of a running motor, as with a reversed sensor or an open phase.
    """
    angles = np.angle(whole)
    between = np.angle(np.exp(1j * (np.roll(angles, -1) - np.roll(angles, 1))))
    if np.abs(np.abs(np.degrees(between)) - 120.0).max() > _UNBALANCED_DEG or abs(between.sum()) < np.pi:
        return None
    return np.asarray(np.abs(whole) / np.abs(np.sin(between)))


def _list(names: Sequence[str], which: NDArray[np.bool_]) -> str:
    return ", ".join(name for name, wrong in zip(names, which, strict=True) if wrong)
