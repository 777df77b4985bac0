"""The current sensor that is the wrong way round.

A motor has no neutral, so its three currents sum up to zero. Only their directions are looked at: a wrong
scale leaves them as they are. If all are turned round, or none, the currents are the same.
"""

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import WIRING

_SAME_DEG = 25.0
"""Angle between two currents, or to the opposite, below which they are one. Judgement: wired right they are
120 degrees apart, with one turned round 60; unbalance moves them by 20."""


def reversed_sensor(phasors: NDArray[np.complex128]) -> int | None:
    """Return which of three currents (3,) is the wrong way round; None if none is, or it does not show."""
    if len(phasors) != 3 or not np.all(np.abs(phasors) > 0):
        return None
    directions = phasors / np.abs(phasors)
    turns = np.degrees(np.angle(directions * np.conj(np.roll(directions, 1))))
    if np.abs(np.sin(np.radians(turns))).min() < np.sin(np.radians(_SAME_DEG)):
        return None
    signs = np.ones((4, 3)) - 2.0 * np.eye(4, 3, -1)
    sums = np.abs(signs @ directions) / 3.0
    best = int(np.argmin(sums))
    return None if best == 0 or sums[best] > WIRING.max_zero_sequence else best - 1
