"""Least squares of a few parameters within bounds, and the root of a rising quantity.

Written here since `scipy.optimize` takes 23 MB in each agent. Levenberg's method (Quarterly of Applied
Mathematics 2, 1944), with Marquardt's scaling; a parameter at a bound stays there while the slope points out.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MAX_TURNS = 200
"""Steps after which a fit ends as it is; those of nameplates take about twenty (measured)."""
_SMALL_STEP = 1e-9
"""Largest change of a parameter at which a fit has ended; parameters are of the order of one."""
_DIFFERENCE = 1e-5
"""Distance over which slopes are taken, about the cube root of the rounding: central differences."""
_LEAST_DAMPING, _MOST_DAMPING = 1e-12, 1e12
"""Bounds of Marquardt's factor: below it steps are those of Gauss and Newton, above it nothing moves."""
_BISECTIONS = 40
"""Halvings of an interval: to less than a billionth of a thousandth of it."""


def fit_within(misfit: Callable[[Floats], Floats], guess: Floats, lowest: Floats, highest: Floats) -> Floats:
    """Return the parameters (n,) between two bounds with the least sum of squared misfits."""
    at = np.clip(guess, lowest, highest)
    errors, damping = misfit(at), 1e-3
    slopes = _slopes(misfit, at)
    for _ in range(_MAX_TURNS):
        step = _step(slopes, errors, damping, at, lowest, highest)
        if np.abs(step).max() < _SMALL_STEP:
            break
        there = misfit(at + step)
        if there @ there < errors @ errors:
            at, errors, damping = at + step, there, max(damping / 10, _LEAST_DAMPING)
            slopes = _slopes(misfit, at)
        elif damping >= _MOST_DAMPING:
            break
        else:
            damping *= 10
    return at


def rising_root(quantity: Callable[[float], float], wanted: float, lowest: float, highest: float) -> float:
    """Return where a rising quantity has a value; it has less at `lowest` and more at `highest`."""
    for _ in range(_BISECTIONS):
        middle = (lowest + highest) / 2
        if quantity(middle) < wanted:
            lowest = middle
        else:
            highest = middle
    return (lowest + highest) / 2


def _step(
    slopes: Floats, errors: Floats, damping: float, at: Floats, lowest: Floats, highest: Floats
) -> Floats:
    """Return how far to go, within the bounds."""
    uphill = slopes.T @ errors
    held = ((at <= lowest) & (uphill > 0)) | ((at >= highest) & (uphill < 0))
    free = ~held
    curvature = slopes[:, free].T @ slopes[:, free]
    curvature[np.diag_indices_from(curvature)] *= 1 + damping
    step = np.zeros(at.size)
    step[free] = -np.linalg.solve(curvature, uphill[free])
    return np.asarray(np.clip(at + step, lowest, highest) - at)


def _slopes(misfit: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return the derivative of each misfit by each parameter, (misfits, n)."""
    steps = _DIFFERENCE * np.eye(at.size)
    return np.column_stack([(misfit(at + step) - misfit(at - step)) / (2 * _DIFFERENCE) for step in steps])
