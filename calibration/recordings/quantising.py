"""Numbers as counts: a recording holds integers and the scale of each channel."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Counts

_NEGLIGIBLE = 1e-18
"""Values up to here are zero: judgement, noise of computing. A step of less would vanish in float32."""


def quantise(values: NDArray[Any], bits: Literal[16, 32]) -> tuple[Counts, NDArray[np.float64]]:
    """Return counts, and what one count is worth in each channel.

    The largest magnitude of each channel becomes the largest count, so that the noise of rounding lies
    98 dB (16 bits) or more below a sine.

    Args:
        values: (scans, channels), finite.

    Returns:
        (scans, channels) and (channels,).
    """
    largest = np.abs(values).max(axis=0).astype(np.float64)
    steps = np.where(largest > _NEGLIGIBLE, largest, 1.0) / (2 ** (bits - 1) - 1)
    rounded = np.rint(values / steps)
    return rounded.astype(np.int16) if bits == 16 else rounded.astype(np.int32), steps


def as_counts(values: NDArray[Any]) -> Counts | None:
    """Return whole numbers as the counts that they are; None if they are no counts of 32 bits."""
    if not np.array_equal(values, np.rint(values)):
        return None
    lowest, highest = values.min(), values.max()
    if np.iinfo(np.int16).min <= lowest and highest <= np.iinfo(np.int16).max:
        return values.astype(np.int16)
    if np.iinfo(np.int32).min <= lowest and highest <= np.iinfo(np.int32).max:
        return values.astype(np.int32)
    return None
