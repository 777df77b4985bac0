"""Total harmonic distortion of the currents."""

import math

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.dsp.power import power_spectrum

_PART_S = 0.2
"""Length of a part, s, rounded to whole periods of the line: 10 at 50 Hz, 12 at 60 Hz (IEC 61000-4-7)."""
_MIN_PERIODS = 4
"""Periods of a part at least: with fewer, the bins of neighbouring harmonics touch (three belong to each)."""
_HIGHEST = 40
"""Highest harmonic that counts: the last one that IEC 61000-3-2 limits."""
_HIGHEST_SHARE = 0.45
"""Share of the rate up to which harmonics are read: that to which the filters before converters let pass."""


def total_harmonic_distortion(
    currents: NDArray[np.floating], valid: NDArray[np.bool_], rate_hz: float, line_hz: float
) -> float | None:
    """Return the harmonics of all phases together over their fundamentals, per unit, up to the 40th.

    This is the subgroup distortion THDS of IEC 61000-4-7: a harmonic is the power in three bins of 5 Hz, its
    own and one on either side. The standard lets the sampling clock follow the line. Here the clock is that
    of the DAQ: each part is as many scans long as fit whole periods best, and is tapered by Hann, which makes
    up for the fraction of a scan that is left over.

    The line may wander. The periods are those of its mean frequency in the window; a harmonic that lies 4 Hz
    beside its bin loses a twentieth of its amplitude. The 40th lies so far off where the line is 0.1 Hz off
    its mean, ten times what a public grid does in a window. Where a drive changes the speed by more within
    the window, the figure is too small.

    Only harmonics below 0.45 times the rate count: a rate of 1 kHz reaches the 7th of 60 Hz, and the figure
    then is a lower bound.

    Args:
        currents: (phases, n), A, without their means.
        valid: (n,), False where a scan was lost; parts with such a scan are left out.
        rate_hz: scans per second.
        line_hz: frequency of the line.

    Returns:
        None if the rate does not reach the second harmonic, or no part came whole.
    """
    periods = max(_MIN_PERIODS, round(_PART_S * line_hz))
    length = round(periods * rate_hz / line_hz)
    highest = min(_HIGHEST, int(_HIGHEST_SHARE * rate_hz / line_hz))
    if highest < 2 or length > valid.size:
        return None
    power = power_spectrum(currents, valid, length)
    if power is None:
        return None
    fundamental, *harmonics = (
        float(power[:, order * periods - 1 : order * periods + 2].sum()) for order in range(1, highest + 1)
    )
    return math.sqrt(sum(harmonics) / fundamental) if fundamental > 0.0 else None
