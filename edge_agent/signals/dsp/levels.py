"""Levels in decibels, and the tapers through which spectra are taken."""

import numpy as np
from numpy.typing import NDArray

HANN_MAIN_LOBE_BINS = 2.0
"""Half width of the Hann taper's main lobe, bins of the window (Harris 1978)."""
BLACKMAN_MAIN_LOBE_BINS = 3.0
"""Half width of the Blackman taper's main lobe, bins of the window (Harris 1978)."""


def decibels(ratio: float) -> float:
    """Return the level of an amplitude ratio, dB; bounded at -160."""
    return float(20 * np.log10(max(ratio, 1e-8)))


def hann(count: int) -> NDArray[np.float64]:
    """Return a Hann taper (count,) without the zeros at its ends: every sample has some weight."""
    return np.asarray(np.hanning(count + 2)[1:-1])


def blackman(count: int) -> NDArray[np.float64]:
    """Return a Blackman taper (count,) without the zeros at its ends: every sample has some weight."""
    return np.asarray(np.blackman(count + 2)[1:-1])
