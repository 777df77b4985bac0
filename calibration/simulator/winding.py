"""An uneven stator in the form of the machine's kernel: resistances in series, a phase without current."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.kernel import kernel
from calibration.simulator.stator import PHASES, StatorCondition

_INTERRUPTING_PER_S = 2000.0
"""Rate at which an opened phase loses its current, 1/s. Judgement: an arc lasts less than a millisecond; it
also holds the current at zero against the integration's error."""
NONE_OPEN = -1
"""In place of the number of an open phase."""


class Winding(NamedTuple):
    """What lies between supply and stator."""

    uneven: bool
    """False for three phases alike: nothing of this is computed then."""
    added_ohm: NDArray[np.float64]
    """Resistance in series with each phase, (3,)."""
    open_phase: int
    """Number of the phase without current, or NONE_OPEN."""


EVEN = Winding(False, np.zeros(3), NONE_OPEN)
"""Three phases alike: the ordinary stator."""


def winding_of(stator: StatorCondition, resistance_ohm: float, time_s: float) -> Winding:
    """Return the winding of a stator of `resistance_ohm` per phase, as it is at a time of the recording."""
    opened = stator.open_phase
    number = NONE_OPEN
    if opened is not None and time_s >= opened.from_s:
        number = PHASES.index(opened.phase)
    added = resistance_ohm * np.array(stator.added_resistance, np.float64)
    return Winding(bool(added.any()) or number != NONE_OPEN, added, number)


@kernel
def stator_slopes(
    slopes: Any, current: Any, m: Any, leak: Any, l_ls: float, turned: Any, winding: Winding
) -> tuple[float, float]:
    """Return d psi_s / dt of an uneven stator from that of an even one, both in the rotor's frame.

    `slopes` are those of psi_s and psi_r, `current` is i_s, `turned` the rotor's electrical speed and angle.
    A resistance r_k takes 2/3 r_k i_k along its phase's axis u, as the star's point is free. An open phase
    has the voltage along its axis that keeps u i_s at zero, where
    i_s = (1 - m / L_ls) psi_s / L_ls - m psi_r / L_r / L_ls; `m` solves for the main flux, `leak` is 1 / L_r.
    """
    a, b = slopes[0], slopes[1]
    for k in range(3):
        at = 2.0 * math.pi / 3.0 * k - turned[1]
        ua, ub = math.cos(at), math.sin(at)
        along = ua * current[0] + ub * current[1]
        drop = 2.0 / 3.0 * winding.added_ohm[k] * along
        a, b = a - drop * ua, b - drop * ub
    if winding.open_phase != NONE_OPEN:
        at = 2.0 * math.pi / 3.0 * winding.open_phase - turned[1]
        ua, ub = math.cos(at), math.sin(at)
        along = ua * current[0] + ub * current[1]
        turning = turned[0] * (ub * current[0] - ua * current[1])
        a11, a12, a22 = (1.0 - m[0] / l_ls) / l_ls, -m[1] / l_ls / l_ls, (1.0 - m[2] / l_ls) / l_ls
        ra, rb = leak[0] * slopes[2] + leak[1] * slopes[3], leak[1] * slopes[2] + leak[2] * slopes[3]
        ia = a11 * a + a12 * b - (m[0] * ra + m[1] * rb) / l_ls
        ib = a12 * a + a22 * b - (m[1] * ra + m[2] * rb) / l_ls
        rising = ua * ia + ub * ib + turning
        stiffness = ua * (a11 * ua + a12 * ub) + ub * (a12 * ua + a22 * ub)
        push = -(_INTERRUPTING_PER_S * along + rising) / stiffness
        a, b = a + push * ua, b + push * ub
    return a, b
