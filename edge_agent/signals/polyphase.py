"""Filter and decimation in one: only what is kept is computed, as a matrix product."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_TILE = 64
"""Steps are filled up to whole tiles of the product, so that a sum has the same order wherever it stands."""


def decimate(samples: NDArray[Any], taps: NDArray[Any], factor: int) -> NDArray[Any]:
    """Filter a signal (n,), real or complex, with symmetric real taps and keep every `factor`-th value.

    Output k rests on the `taps.size` samples from k `factor` on; there are as many as the samples reach. The
    same samples give the same output, bit for bit, whatever comes before and after them.
    """
    if np.iscomplexobj(samples):
        return np.asarray(decimate(samples.real, taps, factor) + 1j * decimate(samples.imag, taps, factor))
    outputs = (samples.size - taps.size) // factor + 1
    reach = -(-taps.size // factor)
    branches = np.zeros(reach * factor, taps.dtype)
    branches[: taps.size] = taps
    steps = -(-(outputs + reach - 1) // _TILE) * _TILE
    filled = np.zeros(steps * factor, samples.dtype)
    used = min(samples.size, filled.size)
    filled[:used] = samples[:used]
    # What a step of `factor` samples adds to each of the outputs that it reaches, (reach, steps).
    shares = branches.reshape(reach, factor) @ filled.reshape(steps, factor).T
    result = np.zeros(outputs, shares.dtype)
    for step, share in enumerate(shares):
        result += share[step : step + outputs]
    return result
