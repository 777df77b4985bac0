"""How lines are read from samples: phasors that turn evenly, tapers, and levels in decibels."""

import math
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Float = TypeVar("_Float", np.float32, np.float64)

HANN_MAIN_LOBE_BINS = 2.0
"""Half width of the Hann taper's main lobe, bins of the window (Harris 1978)."""
BLACKMAN_MAIN_LOBE_BINS = 3.0
"""Half width of the Blackman taper's main lobe, bins of the window (Harris 1978)."""


def decibels(ratio: float) -> float:
    """Return the level of an amplitude ratio, dB; bounded at -160."""
    return float(20 * np.log10(max(ratio, 1e-8)))


def middle(values: NDArray[np.floating]) -> float:
    """Return the median of values (n,), the upper one of an even number: few values, and often."""
    half = values.size // 2
    return float(np.partition(values, half)[half])


@lru_cache(maxsize=32)
def hann(count: int) -> NDArray[np.float64]:
    """Return a Hann taper (count,) without the zeros at its ends: every sample has some weight.

    Tapers are kept, for windows are of few lengths; they cannot be written to.
    """
    return _kept(np.hanning(count + 2)[1:-1])


@lru_cache(maxsize=8)
def blackman(count: int) -> NDArray[np.float64]:
    """Return a Blackman taper (count,) without the zeros at its ends: every sample has some weight."""
    return _kept(np.blackman(count + 2)[1:-1])


@lru_cache(maxsize=8)
def closed_blackman(count: int) -> NDArray[np.float32]:
    """Return a Blackman taper (count,) that begins and ends with zero, as precisely as samples are."""
    return _kept(np.blackman(count).astype(np.float32))


@lru_cache(maxsize=8)
def closed_hann(count: int) -> NDArray[np.float64]:
    """Return a Hann taper (count,) that begins and ends with zero."""
    return _kept(np.hanning(count))


def _kept(taper: NDArray[_Float]) -> NDArray[_Float]:
    taper.flags.writeable = False
    return taper


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
