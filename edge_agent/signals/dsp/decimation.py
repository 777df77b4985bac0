"""Fewer samples: filter and decimation in one, and all channels of a stream at the rate of rotor faults."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edge_agent.signals.dsp.filters import low_pass_taps
from edge_agent.windows.sliding import StreamWindow

TARGET_RATE_HZ = 1000.0
"""Rate kept after decimation: shaft harmonics and the 5th and 7th of the line lie below 450 Hz."""

_TAPS_PER_STEP = 24
"""Length of the filter per step of the decimation: with a Kaiser window of 8 it stops by 80 dB (Kaiser's
formula)."""


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


def decimate_whole(samples: NDArray[Any], taps: NDArray[np.float64], factor: int) -> NDArray[Any]:
    """Do the same where no output is ever kept for another window, in a quarter of the time.

    The signal in columns of `factor` samples, times the taps in rows of as many, gives the parts whose sum is
    an output. How a matrix product rounds an output may hang on where it stands.
    """
    if np.iscomplexobj(samples):
        real, imag = (decimate_whole(part, taps, factor) for part in (samples.real, samples.imag))
        return np.asarray(real + 1j * imag)
    outputs = (samples.size - taps.size) // factor + 1
    rows = -(-taps.size // factor)
    by_row = np.zeros((rows, factor))
    by_row.ravel()[: taps.size] = taps
    padded = np.zeros((outputs + rows - 1, factor))
    padded.ravel()[: samples.size] = samples[: padded.size]
    parts = by_row @ padded.T
    total = parts[0, :outputs].copy()
    for row in range(1, rows):
        total += parts[row, row : row + outputs]
    return total


def unbroken(valid: NDArray[np.bool_], taps: int, factor: int) -> NDArray[np.bool_]:
    """Return which outputs of `decimate` with so many taps rest on samples that all came, of `valid` (n,)."""
    if valid.all():
        return np.ones((valid.size - taps) // factor + 1, bool)
    lost = np.concatenate(([0], np.cumsum(~valid)))
    return np.asarray(lost[taps::factor] == lost[:-taps:factor])


class Decimator:
    """Anti-alias filter and decimation of one stream that filters only what a new window adds.

    Each output is the same dot product of the same samples whether it was computed with its own
    window or kept from the one before, so that live and replayed samples give identical results.
    """

    def __init__(self, rate_hz: float) -> None:
        self.factor = max(1, int(rate_hz / TARGET_RATE_HZ))
        self.rate_hz = rate_hz / self.factor
        self._half = _TAPS_PER_STEP * self.factor // 2 if self.factor > 1 else 0
        self._taps = self._design()
        self._kept: tuple[StreamWindow, NDArray[np.float32]] | None = None

    def _design(self) -> NDArray[np.float32]:
        if self.factor == 1:
            return np.ones(1, np.float32)
        return low_pass_taps(2 * self._half + 1, 0.86 / self.factor, beta=9.5).astype(np.float32)

    def process(self, window: StreamWindow) -> NDArray[np.float32]:
        """Return the decimated window, (channels, scans // factor), in units.

        Samples nearer than the filter's half length to an end are left out: output k lies at
        scan `half + k * factor`. The result of the newest window is kept: it must not be changed.
        """
        if self._kept is not None and self._kept[0] is window:
            return self._kept[1]
        outputs = (window.counts.shape[1] - 2 * self._half - 1) // self.factor + 1
        reused = self._reusable(window, outputs)
        known = reused.shape[1]
        result = np.empty((len(window.stream.channels), outputs), np.float32)
        result[:, :known] = reused
        if known < outputs:
            new = slice(known * self.factor, (outputs - 1) * self.factor + 2 * self._half + 1)
            for channel, counts, decimated in zip(window.stream.channels, window.counts, result, strict=True):
                units = channel.units(counts[new])
                decimated[known:] = units if self.factor == 1 else decimate(units, self._taps, self.factor)
        self._kept = window, result
        return result

    def valid(self, window: StreamWindow) -> NDArray[np.bool_]:
        """Return which outputs rest on samples that all came, (scans // factor,)."""
        return unbroken(window.valid, self._taps.size, self.factor)

    def _reusable(self, window: StreamWindow, outputs: int) -> NDArray[np.float32]:
        """Return the leading outputs (channels, n) that were computed before, from the very same counts.

        The counts are compared since an index does not tell: a device that restarts uses it again,
        and a hole may have been filled meanwhile. Counts of 16 and of 32 bits become units in different ways.
        """
        nothing = np.empty((len(window.stream.channels), 0), np.float32)
        if self._kept is None:
            return nothing
        before, output = self._kept
        shift, rest = divmod(window.first_scan - before.first_scan, self.factor)
        if rest or output.shape != (nothing.shape[0], outputs) or not 0 <= shift < outputs:
            return nothing
        if before.counts.dtype != window.counts.dtype:
            return nothing
        scans = shift * self.factor
        overlap = window.counts.shape[1] - scans
        same = np.array_equal(before.counts[:, scans : scans + overlap], window.counts[:, :overlap])
        return output[:, shift:] if same else nothing
