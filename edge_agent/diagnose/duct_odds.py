"""How much likelier a broken bar is than none, by how the equivalent bars of one rotor follow the slip.

The laws of `duct_law` leave the strength of the iron and its angle to the bars open. The best fit alone would
let a bar hide wherever some angle of some iron hides it, however special the angle must be. So the likelihood
is averaged over all that is open: over u evenly, over the angle evenly, over the laws, and over the error of
the circuit. A rotor that iron alone explains at most angles then counts for iron.
"""

from collections.abc import Sequence

import numpy as np

from edge_agent.diagnose.duct_law import BIASES, IRON_LAWS, Floats, Point, Shown, bias_misfit, shown_by
from edge_agent.limits import BARS

_NONE = np.linspace(0.0, BARS.sound, 6)
"""Equivalent bars of a sound casting. Judgement: closer than they can be told apart."""
_A_BAR = np.linspace(BARS.broken, 1.5, 16)
"""Those of a broken bar, with cracks beside it at most. Judgement: more bars are told apart sooner."""
_IRON = np.linspace(0.0, 1.0, 101)
"""Grid of u, where 1 is the largest that is tried. Measured on the motors of `limits.DUCTS`: three times as
fine changes the odds by a factor of two, and none near one."""
_COSINES = np.cos((np.arange(32) + 0.5) * np.pi / 32)
"""Angles evenly over half a turn, as cosines; the other half has the same."""


def odds_of_a_bar(points: Sequence[Point]) -> float:
    """Return the likelihood of a broken bar over that of none, by the bars of three slips or more."""
    shown = shown_by(points)
    none, bar = _misfits(shown, _NONE), _misfits(shown, _A_BAR)
    least = min(float(none.min()), float(bar.min()))
    likely_none, likely_bar = (float(np.exp(-(own - least) / 2).mean()) for own in (none, bar))
    return likely_bar / max(likely_none, np.finfo(float).tiny)


def _misfits(shown: Shown, c: Floats) -> Floats:
    """Return the misfits of all that is open, one axis each: laws, biases, (c, u) and angles."""
    return np.array(
        [
            [
                _of_angles(*shown.squares(c, shown.top * _IRON, law, bias)) + bias_misfit(bias)
                for bias in BIASES
            ]
            for law in IRON_LAWS
        ]
    )


def _of_angles(rest: Floats, along: Floats) -> Floats:
    """Return the misfit at each angle, (c, u, angles)."""
    alone, mixed, turned = (rest**2).sum(-1), (rest * along).sum(-1), (along**2).sum(-1)
    return np.asarray(
        alone[..., np.newaxis] - 2 * mixed[..., np.newaxis] * _COSINES + turned[..., np.newaxis] * _COSINES**2
    )
