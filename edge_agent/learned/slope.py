"""The line between current and slip, through looks at several loads."""

import math
from collections.abc import Sequence

import numpy as np

from edge_agent.limits import LEARNED
from edge_agent.signals.slip.known import CurrentLine


def have_two_loads(slips: Sequence[float]) -> bool:
    """True if looks are enough, and two of them lie at another load than two others."""
    if len(slips) < LEARNED.min_looks:
        return False
    ordered = sorted(slips)
    return ordered[-2] >= LEARNED.min_spread * ordered[1]


def fit_line(currents_a: Sequence[float], slips: Sequence[float]) -> CurrentLine | None:
    """Return the line through looks of known slip; None if they are too few, or two loads lack two each.

    I² = I_0² + b s², by the medians of Theil and Sen: a single look whose slip is another shaft's moves them
    little. None as well if that is no line of a motor.
    """
    if not have_two_loads(slips):
        return None
    squares_a, squares = np.square(currents_a), np.square(slips)
    before, after = np.triu_indices(squares.size, 1)
    apart, apart_a = squares[after] - squares[before], squares_a[after] - squares_a[before]
    # Between looks at one load the slope is noise.
    far = np.abs(apart) > (1 - LEARNED.min_spread**-2) * np.maximum(squares[after], squares[before])
    if not far.any():  # the spread is the least one, but for rounding
        return None
    slope = float(np.median(apart_a[far] / apart[far]))
    squared_a = float(np.median(squares_a - slope * squares))
    if slope <= 0 or squared_a <= 0:
        return None
    scatter = np.sqrt((squared_a + slope * squares) / squares_a) - 1
    return CurrentLine(
        no_load_a=math.sqrt(squared_a),
        a_per_slip=math.sqrt(slope),
        error=max(LEARNED.current_error, float(np.sqrt(np.mean(scatter**2)))),
        lowest_a=float(min(currents_a)),
        highest_a=float(max(currents_a)),
    )


def fits_plate(line: CurrentLine, no_load_a: float, rated_a: float, rated_slip: float) -> bool:
    """True if a line may be that of a motor with such a no-load current, rated current and rated slip."""
    at_rated = line.slip(rated_a)
    if at_rated is None:
        return False
    no_load, slip = line.no_load_a / no_load_a, at_rated / rated_slip
    return (
        1 / LEARNED.no_load_within <= no_load <= LEARNED.no_load_within
        and 1 / LEARNED.rated_slip_within <= slip <= LEARNED.rated_slip_within
    )
