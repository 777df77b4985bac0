"""Power of a window from its voltages and currents."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.prepared import space_vector
from edge_agent.signals.voltage.vector import channels_of_vector, voltage_vector
from edge_agent.windows.sliding import StreamWindow

Complexes = NDArray[np.complex128]

_MIN_SCANS = 16
"""Fewest scans that tell an rms or a power. Judgement: a period of the line at the slowest useful rate."""
_W_PER_KW = 1000.0
"""By definition."""


@dataclass(frozen=True, slots=True)
class Power:
    """What voltages and currents together show; None for what they do not."""

    voltage_v: dict[str, float]
    """V rms, by phase (a, b, c) or by pair of phases (ab, bc, ca), as measured."""
    power_kw: float | None = None
    """Active power of all phases, negative if the motor drives the supply."""
    power_factor: float | None = None
    """Active over apparent power of all phases, harmonics and unbalance included (IEEE 1459)."""


def measure_power(stream: StreamWindow) -> Power:
    """Return the power of the stream with the currents; without lost scans, and free of offsets."""
    known = stream.valid
    if np.count_nonzero(known) < _MIN_SCANS:
        return Power({})
    rms_v = {}
    for phase, i in stream.stream.voltages.items():
        if i not in stream.dead:
            rms_v[phase] = float(stream.units(i)[known].astype(np.float64).std())
    vectors = vectors_of(stream)
    if vectors is None:
        return Power(rms_v)
    voltage, current = (vector[known] for vector in vectors)
    watts = 1.5 * float(np.vdot(current, voltage).real) / voltage.size
    apparent_va = 1.5 * float(np.linalg.norm(voltage) * np.linalg.norm(current)) / voltage.size
    return Power(rms_v, watts / _W_PER_KW, watts / apparent_va if apparent_va > 0.0 else None)


def mean_power_w(stream: StreamWindow, first: int, last: int) -> float | None:
    """Return the mean power of scans from `first` to before `last`, W; None if it cannot be measured."""
    vectors = vectors_of(stream)
    known = stream.valid[first:last]
    if vectors is None or not known.any():
        return None
    voltage, current = (vector[first:last][known] for vector in vectors)
    return 1.5 * float(np.vdot(current, voltage).real) / voltage.size


def vectors_of(stream: StreamWindow) -> tuple[Complexes, Complexes] | None:
    """Return voltage and current as space vectors (scans,), V and A, without their means.

    None without two voltages of one sort and two currents, whose third then follows.
    """
    voltages = channels_of_vector(stream)
    currents = {phase: i for phase, i in stream.stream.phases.items() if i not in stream.dead}
    if not voltages or len(currents) < 2 or not stream.valid.any():
        return None
    volts = np.stack([_moving(stream, i) for i in voltages.values()])
    amperes = np.stack([_moving(stream, i) for i in currents.values()])
    return voltage_vector(volts, tuple(voltages)), space_vector(amperes, tuple(currents))


def _moving(stream: StreamWindow, channel: int) -> NDArray[np.float64]:
    """Return the samples of a channel (scans,) without their mean over the valid ones."""
    samples = stream.units(channel).astype(np.float64)
    return np.asarray(samples - samples[stream.valid].mean())
