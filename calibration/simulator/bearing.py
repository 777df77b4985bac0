"""Impacts of a pitted rolling bearing, counted by the shaft's angle."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.conditions import BearingCondition, BearingDefect
from calibration.simulator.kernel import kernel
from calibration.simulator.noise import generator

Floats = NDArray[np.float64]

_CAGE_ORDER = 0.4
"""Turns of the bearing's cage per turn of the shaft. Geometry of common deep-groove ball bearings, 0.38 to
0.42."""
_SLIDING = 0.01
"""Standard deviation of the distance between impacts, relative. Rolling elements slide by one or two per cent
(Randall and Antoni, "Rolling element bearing diagnostics", 2011)."""


class BearingImpacts:
    """The unit impulses that excite the structure.

    Impacts per turn: 0.4 Z at the outer race; 0.6 Z at the inner race, strongest when the pit passes
    the loaded side, once a turn; 0.23 Z (two contacts per spin of a ball, a common geometry), strongest
    once per turn of the cage.
    """

    def __init__(self, condition: BearingCondition, seed: int) -> None:
        orders = {BearingDefect.OUTER: 0.4, BearingDefect.INNER: 0.6, BearingDefect.BALL: 0.46}
        loaded_side = {BearingDefect.OUTER: 0.0, BearingDefect.INNER: 1.0, BearingDefect.BALL: _CAGE_ORDER}
        self.order = orders[condition.defect] * condition.balls
        """Impacts per turn of the shaft."""
        self._modulation = loaded_side[condition.defect]
        self._amplitude = condition.amplitude
        self._rng = generator(seed, "bearing")
        self._next = np.array([np.nan])

    def advance(self, angle: Floats) -> Floats:
        """Return the impulses (steps,), m/s², at the shaft angles `angle`, rad."""
        spacing = 2 * np.pi / self.order
        if np.isnan(self._next[0]):
            self._next[0] = angle[0] + spacing * self._rng.uniform()
        most = int((angle[-1] - angle[0]) / spacing * 1.5) + 4
        spacings = spacing * (1.0 + _SLIDING * self._rng.standard_normal(most))
        strengths = self._amplitude * self._rng.uniform(0.7, 1.3, most)
        impulses = np.zeros(angle.size)
        _strike(angle, self._next, spacings, strengths, self._modulation, impulses)
        return impulses


@kernel
def _strike(
    angle: Floats, following: Floats, spacings: Floats, strengths: Floats, modulation: float, out: Floats
) -> None:
    impact = 0
    for n in range(angle.size):
        while angle[n] >= following[0] and impact < spacings.size:
            loaded = 1.0 if modulation == 0.0 else max(np.cos(modulation * following[0]), 0.0)
            out[n] += strengths[impact] * (0.2 + 0.8 * loaded)
            following[0] += spacings[impact]
            impact += 1
