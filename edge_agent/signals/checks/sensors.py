"""Check whether the current sensors are those of this motor: their magnitude, scales, directions and drift.

A wrong unit, a forgotten ratio of a current transformer or a wrong plate makes the currents too large or too
small. Only what no motor of this plate can do is refused: it may start, be overloaded, or run in star, at a
reduced voltage or behind a drive. One sensor alone is wrong where its scale, direction or drift does not fit
that of the others.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import fit_circuit
from edge_agent.limits import MAGNITUDES, WIRING
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
_DRIFT_OVER_SCATTER = 5.0
"""The drift over the scatter of the parts, so that noise is no drift. Judgement, held by the fault sets of
tests/bench/bench_evidence.py."""
_DRIFT_OVER_UNBALANCE = 1.0
"""A drift of one sensor moves the currents' sum more than their unbalance; a supply does not. Physics of
three wires."""
_MIN_PARTS = 4
"""Fewer parts show no trend. Judgement."""


@lru_cache(maxsize=8)
def current_limits_a(nameplate: Nameplate) -> tuple[float, float]:
    """Return the lowest and highest rms current, A, with which the motor of a plate turns.

    They are what its circuit draws between idling and pull-out, with margins.
    """
    circuit, rated_a = fit_circuit(nameplate), nameplate.rated_current_a
    share = MAGNITUDES.min_over_idle if nameplate.supply == "grid" else MAGNITUDES.min_over_idle_drive
    pull_out_a = circuit.current_rms_a(circuit.breakdown_slip)
    return share * circuit.no_load_current_rms_a, max(pull_out_a, MAGNITUDES.min_pull_out * rated_a)


def check_magnitude(names: Sequence[str], rms_a: NDArray[np.float64], nameplate: Nameplate) -> Refusal | None:
    """Return the refusal of currents, rms (phases,), that no turning motor of this plate has; None without
    any."""
    lowest_a, highest_a = current_limits_a(nameplate)
    largest_a, large = float(rms_a.max()), rms_a > highest_a
    if large.any():
        return of_samples.ABOVE_PULL_OUT.refuse(largest_a, highest_a, _list(names, large))
    if largest_a >= lowest_a:
        return None
    return of_samples.BELOW_IDLE.refuse(largest_a, lowest_a, ", ".join(names))


def check_gains(
    names: Sequence[str],
    phasors: NDArray[np.complex128],
    rms_a: NDArray[np.float64],
    nameplate: Nameplate,
) -> Refusal | None:
    """Return the refusal of currents whose scale does not fit that of the others; None if none is told.

    Args:
        names: of the channels.
        phasors: (phases, parts), A, of consecutive parts of the window.
        rms_a: (phases,), of all that is in them.
        nameplate: of the motor.
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
    if ratio > 1 and np.delete(rms_a, odd).max() < current_limits_a(nameplate)[0]:
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


def check_directions(phasors: NDArray[np.complex128]) -> Refusal | None:
    """Return the refusal of two or three currents that are not those of one motor, each the right way round.

    Phasors are (phases, parts). The currents of a motor sum up to zero, however unbalanced: it has no
    neutral. Two of them must be a good third of a turn apart.
    """
    if len(phasors) == 2:
        angle_deg = phase_angle_deg(phasors)
        if angle_deg < WIRING.min_phase_angle_deg:
            return of_samples.PHASES_TOO_CLOSE.refuse(angle_deg)
        if angle_deg > WIRING.max_phase_angle_deg:
            return of_samples.PHASES_OPPOSED.refuse(angle_deg)
    if len(phasors) == 3:
        zero = zero_sequence(phasors)
        if zero > WIRING.max_zero_sequence:
            return of_samples.ZERO_SEQUENCE.refuse(zero)
    return None


def check_drift(phasors: NDArray[np.complex128], smallest_steps: float) -> Refusal | None:
    """Return the refusal of three currents of which one sensor's gain drifts; None if none does.

    Phasors are (phases, parts); `smallest_steps` is the smallest amplitude in steps of its converter.
    """
    if len(phasors) != 3:
        return None
    limit = WIRING.min_gain_drift + WIRING.gain_drift_per_step / max(1.0, smallest_steps)
    drift = gain_drift(phasors)
    return of_samples.GAIN_DRIFTS.refuse(drift, limit) if drift > limit else None


def zero_sequence(phasors: NDArray[np.complex128]) -> float:
    """Return the sum of three currents over three times their mean magnitude, from phasors (3, parts)."""
    whole = phasors.mean(axis=1)
    return float(abs(whole.sum()) / np.abs(whole).sum())


def phase_angle_deg(phasors: NDArray[np.complex128]) -> float:
    """Return the angle between two currents, 0 to 180, from phasors (2, parts)."""
    first, second = phasors
    return float(np.degrees(abs(np.angle(np.sum(second * np.conj(first))))))


def gain_drift(phasors: NDArray[np.complex128]) -> float:
    """Return how one sensor's gain drifts against the others in the window, relative; phasors (3, parts).

    The sum of the currents stays at the small value that unequal sensors give it, whatever supply
    and load do; it changes in proportion with the gain of one of them, and then three times as much
    as the negative sequence. Zero with few parts, and where the sum scatters or where it follows an
    unbalance that changes.
    """
    parts = phasors.shape[1]
    if parts < _MIN_PARTS:
        return 0.0
    turns = np.exp(2j * np.pi / 3 * np.arange(3))
    sequences = [(turns @ phasors) / 3.0, (np.conj(turns) @ phasors) / 3.0]
    negative, positive = sorted(sequences, key=lambda sequence: float(np.abs(sequence).sum()))
    drift, scatter = _trend(phasors.sum(axis=0) / positive)
    unbalance_drift, _ = _trend(negative / positive)
    if drift < _DRIFT_OVER_SCATTER * scatter or drift < _DRIFT_OVER_UNBALANCE * unbalance_drift:
        return 0.0
    return drift


def _trend(values: NDArray[np.complex128]) -> tuple[float, float]:
    """Return the change of values (parts,) along the straight line through them, and their rms beside it."""
    time = np.arange(values.size) - (values.size - 1) / 2
    centred = values - values.mean()
    slope = np.sum(centred * time) / np.sum(time * time)
    beside = centred - slope * time
    return float(abs(slope)) * values.size, float(np.sqrt(np.mean(np.abs(beside) ** 2)))


def _list(names: Sequence[str], which: NDArray[np.bool_]) -> str:
    return ", ".join(name for name, wrong in zip(names, which, strict=True) if wrong)
