"""Impacts of a pitted rolling bearing, counted by the shaft's angle."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from calibration.simulator.conditions import BearingCondition, BearingDefect, Mode
from calibration.simulator.kernel import kernel
from calibration.simulator.noise import generator

Floats = NDArray[np.float64]

_CAGE_ORDER = 0.4
"""Turns of the bearing's cage per turn of the shaft. Geometry of common deep-groove ball bearings, 0.38 to
0.42."""


class BearingImpacts:
    """The unit impulses that excite the structure.

    Impacts per turn: 0.4 Z at the outer race; 0.6 Z at the inner race, strongest when the pit passes
    the loaded side, once a turn; 0.23 Z (two contacts per spin of a ball, a common geometry), strongest
    once per turn of the cage. A condition with a ball ratio has the rates of its own geometry.
    Rolling elements slide by one or two per cent (Randall and Antoni, "Rolling element bearing diagnostics",
    2011).
    """

    def __init__(self, condition: BearingCondition, rate_hz: float, seed: int) -> None:
        """Draw where the first impact comes; `rate_hz` is that of the angles that `advance` takes."""
        self.order, cage_order = impact_order(condition)
        """Impacts per turn of the shaft."""
        loaded_side = {BearingDefect.OUTER: 0.0, BearingDefect.INNER: 1.0, BearingDefect.BALL: cage_order}
        self._modulation = loaded_side[condition.defect]
        self._amplitude = condition.amplitude
        self._sliding = condition.sliding
        self._ringing = None if condition.resonance is None else _Ringing(condition.resonance, rate_hz)
        self._rng = generator(seed, "bearing")
        self._next = np.array([np.nan])

    def advance(self, angle: Floats) -> Floats:
        """Return the impulses (steps,), m/s², at the shaft angles `angle`, rad."""
        spacing = 2 * np.pi / self.order
        if np.isnan(self._next[0]):
            self._next[0] = angle[0] + spacing * self._rng.uniform()
        most = int((angle[-1] - angle[0]) / spacing * 1.5) + 4
        spacings = spacing * (1.0 + self._sliding * self._rng.standard_normal(most))
        strengths = self._amplitude * self._rng.uniform(0.7, 1.3, most)
        impulses = np.zeros(angle.size)
        _strike(angle, self._next, spacings, strengths, self._modulation, impulses)
        return impulses if self._ringing is None else impulses + self._ringing.of(impulses)


def impact_order(condition: BearingCondition) -> tuple[float, float]:
    """Return impacts per turn of the shaft, and turns of the cage.

    With g the ball ratio times the cosine of the contact angle: (1 - g) / 2 turns of the cage, Z (1 - g) / 2
    impacts at the outer race, Z (1 + g) / 2 at the inner one, and two in each spin of a ball, of which there
    are (1 - g²) / 2 / ratio.
    """
    if condition.ball_ratio is None:
        common = {BearingDefect.OUTER: 0.4, BearingDefect.INNER: 0.6, BearingDefect.BALL: 0.46}
        return common[condition.defect] * condition.balls, _CAGE_ORDER
    ratio = condition.ball_ratio
    g = ratio * float(np.cos(np.radians(condition.contact_deg)))
    orders = {
        BearingDefect.OUTER: condition.balls * (1.0 - g) / 2.0,
        BearingDefect.INNER: condition.balls * (1.0 + g) / 2.0,
        BearingDefect.BALL: (1.0 - g * g) / ratio,
    }
    return orders[condition.defect], (1.0 - g) / 2.0


class _Ringing:
    """A resonance that impacts ring, continued from block to block."""

    def __init__(self, mode: Mode, rate_hz: float) -> None:
        w, damping = 2 * np.pi * mode.frequency_hz, 2.0 * mode.damping
        b, a = signal.bilinear([mode.gain, 0.0, 0.0], [1.0, damping * w, w * w], fs=rate_hz)
        self._taps = (np.asarray(b), np.asarray(a))
        self._state = np.zeros(2)

    def of(self, impulses: Floats) -> Floats:
        """Return what `impulses` (steps,) ring."""
        ringing, self._state = signal.lfilter(*self._taps, impulses, zi=self._state)
        return np.asarray(ringing)


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
