"""The voltages of a stream as one turning vector, from phases to neutral or between phases."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.windows.sliding import StreamWindow

Floats = NDArray[np.floating]
Complexes = NDArray[np.complex128]

_TURN = complex(np.exp(2j * np.pi / 3))
"""The operator a = exp(2j pi/3) of symmetrical components (Fortescue 1918)."""
_PHASES = ("a", "b", "c")
"""Phases in their order."""
_PAIRS = ("ab", "bc", "ca")
"""Pairs of phases in the order in which their voltages add up to zero."""


def channels_of_vector(stream: StreamWindow) -> dict[str, int]:
    """Return the voltage channels that give a vector, two or three of one sort; empty with fewer."""
    alive = {phase: i for phase, i in stream.stream.voltages.items() if i not in stream.dead}
    for sort in (_PHASES, _PAIRS):
        found = {phase: alive[phase] for phase in sort if phase in alive}
        if len(found) >= 2:
            return found
    return {}


def voltage_vector(samples: Floats, phases: tuple[str, ...]) -> Complexes:
    """Return the space vector (n,), V, of phases to neutral, from the rows (phases, n) of a vector's
    channels.

    It is amplitude-invariant, and free of what all phases have in common. The third of two voltages is minus
    their sum: exact between phases, and to a neutral if nothing drives that one.
    """
    sort = _PAIRS if phases[0] in _PAIRS else _PHASES
    rows = dict(zip(phases, samples.astype(np.float64), strict=True))
    for missing in set(sort) - set(rows):
        rows[missing] = -np.sum(list(rows.values()), axis=0)
    first, second, third = (rows[phase] for phase in sort)
    if sort is _PAIRS:
        first, second, third = (first - third) / 3.0, (second - first) / 3.0, (third - second) / 3.0
    return np.asarray(2.0 / 3.0 * (first + _TURN * second + _TURN**2 * third))
