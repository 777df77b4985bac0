"""Loads in bins: scatter and baseline of a motor change with its load."""

from bisect import bisect_right
from itertools import pairwise

EDGES = (0.0, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.2)
"""Edges of the bins, torque per unit of the rated one. Judgement: looks below a quarter scatter most."""
NAMES = tuple(f"{low:.2f}-{high:.2f}" for low, high in pairwise(EDGES))
"""Name of each bin, by which it is published and kept."""


def bin_of(load: float) -> str | None:
    """Return the name of a load's bin; None beyond the last one, and for what is no load."""
    if not EDGES[0] <= load < EDGES[-1]:
        return None
    return NAMES[bisect_right(EDGES, load) - 1]
