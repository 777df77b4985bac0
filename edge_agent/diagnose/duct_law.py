"""How the equivalent bars of one rotor follow the slip: the law of broken bars, of axial ducts, or of both.

Three things make a backward voltage in the rotor, and with it the lower sideband. By the equations of the
two-axis machine, with the forward rotor current I_r, at small slip and with a stiff supply:

    broken bars add dR to one axis                 dR I_r*
    leakage that is not round, by dX_l             j s dX_l I_r*
    a yoke that is not round, by dX_m              (dX_m / X_m) R_r I_m*,    I_m = j (R_r / s) I_r / X_m

Equivalent bars are that voltage over R_r I_r. So over the slip they are constant for broken bars, grow with s
where the leakage is not round, and fall with 1/s where the yoke is not: its magnetising current does not
follow the load. Axial ducts lie in the yoke. Bars and iron may point anywhere, so they add with an unknown
angle d:

    m(s)² = m_c² + 2 m_c u q cos(d) + u² q²,    q = s / s0 or s0 / s - r s / s0

Here m = n (1 + b n) is what n equivalent bars show, and m_c the same of the c that are broken.
`read_laws` returns which c the measured bars allow: by the misfit at each c, least over u, d and both laws.
`duct_odds` weighs a broken bar against none, over all of them.
The simulator's machine, which knows none of these approximations, holds both laws within some percent
(tests/calibration/simulator/test_ducts.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

IRON_LAWS = ((1.0, 0.0), (-1.0, 0.0), (-1.0, 0.08), (-1.0, 0.16))
"""Power and r of the iron's laws. Physics: the same ducts make the leakage uneven, which counts against the
yoke; as uneven as the yoke, it has r = s0² X_lr X_m / R_r², 0.05 to 0.15 of common motors at half load."""
_NOISE = 0.02
"""Relative error of the bars at one slip, beside the window's noise. Measured on simulated motors
(bench_ducts.py): they scatter by 0.5 to 1 %; doubled, since real rotors are warmer at one time than at
another."""
_BIAS = 0.08
"""Standard deviation of d ln n / d ln s that broken bars alone show: error of the circuit and heat. Measured
on simulated motors (bench_ducts.py): -0.10 to 0.11."""
BIASES = tuple(float(bias) for bias in np.linspace(-2 * _BIAS, 2 * _BIAS, 5))
"""Values of it that are tried."""
_BARS = np.linspace(0.0, 1.0, 41) ** 2
"""Grid of c: 1 is the largest that is tried. Judgement: dense where it decides."""
_IRON = np.linspace(0.0, 1.0, 101)
"""Grid of u, likewise. Judgement: 1 % of the largest is below the errors."""
_REACH = 1.5
"""Largest c and u that are tried, over the most equivalent bars. Judgement: beyond, bars and iron would have
to cancel at all slips, which their laws do not allow."""
_WITHIN = 2.7
"""Misfit above the least up to which a c is possible. Physics: 90 % of a chi-square of one unknown."""
_NORMAL_90 = 1.645
"""Half width of the middle 90 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Point:
    """Bars at one slip, of several looks."""

    slip: float
    """s."""
    bars: float
    """Equivalent bars."""
    noise: float
    """Their standard deviation by noise."""
    bend: float
    """b of n (1 + b n), what n bars show together: iron adds to that, not to the number."""


@dataclass(frozen=True, slots=True)
class Law:
    """Bars and iron together."""

    bars: float
    """c."""
    iron: float
    """u."""
    cosine: float
    """cos(d)."""
    power: float
    """1 for the leakage, -1 for the yoke."""
    against: float
    """r, the leakage that counts against the yoke."""
    middle: float
    """s0."""

    def at(self, slip: float, bend: float) -> float:
        """Return the equivalent bars at a slip, counted with the bend of its load."""
        shown = self.bars * (1 + bend * self.bars)
        iron = self.iron * float(_course(np.array(slip / self.middle), self.power, self.against))
        square = shown**2 + 2 * shown * self.cosine * iron + iron**2
        together = float(np.sqrt(max(square, 0.0)))
        return float(2 * together / (1 + np.sqrt(1 + 4 * bend * together)))


@dataclass(frozen=True, slots=True)
class Laws:
    """What the bars over the slip mean."""

    slope: float
    """d ln n / d ln s: 0 for bars, about 1 or -1 for iron."""
    slope_interval: tuple[float, float]
    """Holds the slope in nine of ten motors."""
    bars: float
    """c that fits best."""
    bars_interval: tuple[float, float]
    """All c that are possible."""
    against_constant: float
    """Misfit of bars without any iron, above the least."""
    misfit: float
    """The least, per point: far above one, neither law holds."""
    best: Law
    """The law that fits best."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What all slips showed, in the form in which the laws are fitted to it."""

    middle: float
    """s0."""
    x: Floats
    """s / s0, (points,)."""
    together: Floats
    """m, what bars and iron show together, (points,)."""
    errors: Floats
    """Relative standard deviations, (points,)."""
    bends: Floats
    """b, (points,)."""
    top: float
    """Largest c and u that are tried."""

    def squares(self, c: Floats, u: Floats, law: tuple[float, float], bias: float) -> tuple[Floats, Floats]:
        """Return the rest of m² without cos(d), and what multiplies cos(d), each (c, u, points), weighted.

        The misfit of an angle is the sum of (rest - cos(d) along)² over the points, and that of the bias.
        """
        squares = (self.together / self.x**bias) ** 2
        weights = 1.0 / (2.0 * self.errors * squares)
        of_bars = (c[:, np.newaxis] * (1 + self.bends * c[:, np.newaxis]))[:, np.newaxis]
        of_iron = u[:, np.newaxis] * _course(self.x, *law)
        return weights * (squares - of_bars**2 - of_iron**2), weights * 2 * of_bars * of_iron


def shown_by(points: Sequence[Point]) -> Shown:
    """Return what points showed, with the errors that count."""
    table = np.array([(p.slip, max(p.bars, 1e-3), p.noise, p.bend) for p in points]).T
    slips, bars, noise, bends = table
    middle = float(np.exp(np.log(slips).mean()))
    errors = np.hypot(_NOISE, noise / bars)
    return Shown(middle, slips / middle, bars * (1 + bends * bars), errors, bends, _REACH * float(bars.max()))


def bias_misfit(bias: float) -> float:
    """Return the misfit of a slope that bars alone show."""
    return (bias / _BIAS) ** 2


def read_laws(points: Sequence[Point]) -> Laws:
    """Fit the laws to the bars of three slips or more."""
    shown = shown_by(points)
    top = shown.top
    fits = [(law, *_misfits(shown, law, bias)) for law in IRON_LAWS for bias in BIASES]
    at_bars = np.min([misfits.min(axis=1) for _, misfits, _ in fits], axis=0)
    least = float(at_bars.min())
    constant = min(float(misfits[:, 0].min()) for _, misfits, _ in fits)
    possible = top * _BARS[at_bars <= least + _WITHIN]
    law, misfits, cosines = min(fits, key=lambda fit: float(fit[1].min()))
    i, k = np.unravel_index(int(misfits.argmin()), misfits.shape)
    best = Law(float(top * _BARS[i]), float(top * _IRON[k]), float(cosines[i, k]), *law, shown.middle)
    bars = np.array([max(point.bars, 1e-3) for point in points])
    slope, error = _slope(np.log(shown.x), np.log(bars), shown.errors)
    return Laws(
        slope=slope,
        slope_interval=(slope - _NORMAL_90 * error, slope + _NORMAL_90 * error),
        bars=float(top * _BARS[i]),
        bars_interval=(float(possible[0]), float(possible[-1])),
        against_constant=constant - least,
        misfit=least / len(points),
        best=best,
    )


def _course(x: Floats, power: float, against: float) -> Floats:
    """Return q over x = s / s0."""
    return np.asarray(x**power - against * x**-power)


def _misfits(shown: Shown, law: tuple[float, float], bias: float) -> tuple[Floats, Floats]:
    """Return misfit and cos(d), each (c, u), at the best angle d.

    For given c and u the square of what is shown is linear in cos(d): least squares, held to what a cosine
    can be.
    """
    rest, along = shown.squares(shown.top * _BARS, shown.top * _IRON, law, bias)
    cosines = np.clip((rest * along).sum(axis=-1) / ((along**2).sum(axis=-1) + 1e-30), -1.0, 1.0)
    misfits = ((rest - cosines[..., np.newaxis] * along) ** 2).sum(axis=-1) + bias_misfit(bias)
    return misfits, cosines


def _slope(at: Floats, values: Floats, errors: Floats) -> tuple[float, float]:
    """Return a weighted line's slope and its standard deviation, which includes the bias of bars."""
    weights = errors**-2.0
    from_mean = at - (weights @ at) / weights.sum()
    spread = weights @ from_mean**2
    return float((weights * from_mean) @ values / spread), float(np.hypot(_BIAS, spread**-0.5))
