"""Filter and decimation in one: only what is kept is computed."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


def decimate(samples: NDArray[Any], taps: NDArray[Any], factor: int) -> NDArray[Any]:
    """Filter a signal (n,), real or complex, with symmetric real taps and keep every `factor`-th value.

    Output k rests on the `taps.size` samples from k `factor` on; there are as many as the samples reach. The
    same samples give the same output, bit for bit, whatever comes before and after them.
    """
    if np.iscomplexobj(samples):
        return np.asarray(decimate(samples.real, taps, factor) + 1j * decimate(samples.imag, taps, factor))
    kept = sliding_window_view(np.ascontiguousarray(samples), taps.size)[::factor]
    # No matrix product: in what order a BLAS sums up hangs on the machine and on where an output stands.
    return np.asarray(np.einsum("kn,n->k", kept, taps))
