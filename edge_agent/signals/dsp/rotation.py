"""Phasors that turn evenly: what shifts a line to zero, and what a spectrum is looked at with."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def rotation(turns: ArrayLike, count: int) -> NDArray[np.complex128]:
    """Return exp(-2πj turns k) for k = 0 .. count - 1, (..., count).

    Each is the product of a coarse and a fine step: exponentials are slow, and of these few are needed. The
    error stays that of the rounded angles.

    Args:
        turns: turns per sample, any shape (...).
        count: samples.
    """
    per_sample = -2j * np.pi * np.asarray(turns, np.float64)[..., np.newaxis]
    fine_steps = max(1, math.isqrt(count))
    fine = np.exp(per_sample * np.arange(fine_steps))
    coarse = np.exp(per_sample * np.arange(0, count, fine_steps))
    steps = coarse[..., np.newaxis] * fine[..., np.newaxis, :]
    return np.asarray(steps.reshape(*steps.shape[:-2], -1)[..., :count])
