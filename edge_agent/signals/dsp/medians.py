"""Medians and percentiles by one partition: numpy looks for NaN as well, which takes ten times as long."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Float = TypeVar("_Float", np.float32, np.float64)


def medians(values: NDArray[_Float]) -> NDArray[_Float]:
    """Return the medians along the last axis of (..., n), n at least 1; of NaN nothing can be expected."""
    upper = values.shape[-1] // 2
    halves = np.partition(values, upper)
    if values.shape[-1] % 2:
        return np.asarray(halves[..., upper])
    return np.asarray((halves[..., :upper].max(axis=-1) + halves[..., upper]) / 2)


def median(values: NDArray[_Float]) -> float:
    """Return the median of (n,), n at least 1; of NaN nothing can be expected."""
    return float(medians(values))


def percentile(values: NDArray[_Float], percent: float) -> float:
    """Return a percentile of (n,), n at least 1, linear between two values; NaN gives anything."""
    place = percent / 100 * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    parted = np.partition(values, (below, above))
    return float(parted[below] + (place - below) * (parted[above] - parted[below]))
