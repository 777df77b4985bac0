"""Which current sensor is the wrong way round, and which two sit on one conductor.

A motor has no neutral, so its three currents sum up to zero: they are a good third of a turn apart, however
unbalanced they are. Only their directions are looked at, for a wrong scale leaves them as they are. If all
sensors are turned round, or none, the currents are the same; so are they if one is turned round, or the two
others. What is named is the odd one of three.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from calibration.sensors.findings import Finding, Problem
from calibration.sensors.measured import Currents
from edge_agent.limits import WIRING

_SAME_DEG = 25.0
"""Angle between two currents, or to the opposite, below which they are one. Judgement: wired right they are
120 degrees apart, with one turned round 60; sensors err by a few degrees, unbalance moves them by 20."""


@dataclass(frozen=True, slots=True)
class Directions:
    """The way round of each sensor."""

    signs: tuple[float, ...]
    """1, or -1 for a sensor that is the wrong way round."""
    findings: tuple[Finding, ...] = ()
    """What is wrong."""

    @property
    def sure_signs(self) -> tuple[float, ...]:
        """The signs, or all 1 if one sensor is the wrong way round and it is not known which."""
        named = all(finding.channels for finding in self.findings)
        return self.signs if named else (1.0,) * len(self.signs)

    @property
    def known(self) -> bool:
        """True if the currents, with these signs, are those of one motor."""
        return all(finding.problem is Problem.REVERSED for finding in self.findings)


def directions_of(currents: Currents) -> Directions:
    """Return the way round of the sensors; without a finding where one or none shows a line."""
    count = len(currents.names)
    right = Directions((1.0,) * count)
    if count < 2 or not currents.clean.all():
        return right
    if same := _on_one_conductor(currents):
        return Directions(right.signs, (same,))
    return _of_three(currents) if count == 3 else _of_two(currents)


def _on_one_conductor(currents: Currents) -> Finding | None:
    for first, second in itertools.combinations(range(len(currents.names)), 2):
        apart_deg = _apart_deg(currents, first, second)
        if min(apart_deg, 180.0 - apart_deg) < _SAME_DEG:
            names = (currents.names[first], currents.names[second])
            return Finding(
                Problem.SAME_CONDUCTOR,
                names,
                f"they are {apart_deg:.0f} degrees apart, expected about 120",
                "both sensors sit on one conductor, or a phase is open: clamp each on its own conductor",
            )
    return None


def _of_three(currents: Currents) -> Directions:
    directions = currents.phasors_a / np.abs(currents.phasors_a)
    patterns = [(1.0, 1.0, 1.0), (-1.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, -1.0)]
    sums = [float(abs(np.dot(pattern, directions))) / 3.0 for pattern in patterns]
    best = int(np.argmin(sums))
    if sums[best] > WIRING.max_zero_sequence or best == 0:
        return Directions(patterns[0])
    name = currents.names[best - 1]
    others = " and ".join(other for other in currents.names if other != name)
    finding = Finding(
        Problem.REVERSED,
        (name,),
        f"it is the wrong way round against {others} (the sum of the three is {sums[0]:.2f} of what it can "
        f"be, and {sums[best]:.2f} with {name} turned round)",
        "turn its clamp round, or exchange its two wires, or change the sign of its scale",
    )
    return Directions(patterns[best], (finding,))


def _of_two(currents: Currents) -> Directions:
    apart_deg = _apart_deg(currents, 0, 1)
    if apart_deg > WIRING.min_phase_angle_deg:
        return Directions((1.0, 1.0))
    finding = Finding(
        Problem.REVERSED,
        (),
        f"{' or '.join(currents.names)} is the wrong way round: they are {apart_deg:.0f} degrees apart, "
        "expected about 120",
        "turn one of the clamps round; two currents do not tell which",
    )
    return Directions((1.0, -1.0), (finding,))


def _apart_deg(currents: Currents, first: int, second: int) -> float:
    turn = currents.phasors_a[second] * np.conj(currents.phasors_a[first])
    return abs(math.degrees(float(np.angle(turn))))
