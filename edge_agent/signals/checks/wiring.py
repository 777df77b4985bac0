"""Check whether the current sensors belong to the three phases of one motor, each the right way round."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import WIRING

_DRIFT_OVER_SCATTER = 5.0
"""The drift over the scatter of the parts, so that noise is no drift. Judgement, held by the fault sets of
tests/bench/bench_evidence.py."""
_DRIFT_OVER_UNBALANCE = 1.0
"""A drift of one sensor moves the currents' sum more than their unbalance; a supply does not. Physics of
three wires."""
_MIN_PARTS = 4
"""Fewer parts show no trend. Judgement."""


def zero_sequence(phasors: NDArray[np.complex128]) -> float:
    """Sum of three currents over three times their mean magnitude, from phasors (3, parts).

    The currents of a motor sum up to zero, however unbalanced: it has no neutral.
    """
    whole = phasors.mean(axis=1)
    return float(abs(whole.sum()) / np.abs(whole).sum())


def phase_angle_deg(phasors: NDArray[np.complex128]) -> float:
    """Angle between two currents, 0 to 180, from phasors (2, parts)."""
    first, second = phasors
    return float(np.degrees(abs(np.angle(np.sum(second * np.conj(first))))))


def gain_drift(phasors: NDArray[np.complex128]) -> float:
    """Change of one sensor's gain against the others within the window, relative, from phasors (3, parts).

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
    """Change of values (parts,) along the straight line through them, and their rms beside it."""
    time = np.arange(values.size) - (values.size - 1) / 2
    centred = values - values.mean()
    slope = np.sum(centred * time) / np.sum(time * time)
    beside = centred - slope * time
    return float(abs(slope)) * values.size, float(np.sqrt(np.mean(np.abs(beside) ** 2)))


def drift_limit(amplitude_steps: float) -> float:
    """Largest drift that does not count, given the smallest amplitude in steps of its converter."""
    return WIRING.min_gain_drift + WIRING.gain_drift_per_step / max(1.0, amplitude_steps)
