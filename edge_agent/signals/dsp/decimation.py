"""All channels of a stream brought down to the rate at which faults of the rotor live."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from edge_agent.signals.dsp.polyphase import decimate
from edge_agent.windows.sliding import StreamWindow

TARGET_RATE_HZ = 1000.0
"""Rate kept after decimation: shaft harmonics and the 5th and 7th of the line lie below 450 Hz."""

_TAPS_PER_STEP = 24
"""Length of the filter per step of the decimation: with a Kaiser window of 8 it stops by 80 dB (Kaiser's
formula)."""


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
        taps = signal.firwin(2 * self._half + 1, 0.86 / self.factor, window=("kaiser", 9.5))
        return taps.astype(np.float32)

    def process(self, window: StreamWindow) -> NDArray[np.float32]:
        """Return the decimated window, (channels, scans // factor), in units.

        Samples nearer than the filter's half length to an end are left out: output k lies at
        scan `half + k * factor`.
        """
        outputs = (window.counts.shape[1] - 2 * self._half - 1) // self.factor + 1
        reused = self._reusable(window, outputs)
        result = np.empty((len(window.stream.channels), outputs), np.float32)
        result[:, : reused.shape[1]] = reused
        if reused.shape[1] < outputs:
            for channel in range(result.shape[0]):
                result[channel, reused.shape[1] :] = self._filter(window, channel, reused.shape[1], outputs)
        self._kept = window, result
        return result

    def valid(self, window: StreamWindow) -> NDArray[np.bool_]:
        """Return which outputs rest on samples that all came, (scans // factor,)."""
        lost = np.concatenate(([0], np.cumsum(~window.valid)))
        outputs = (window.valid.size - 2 * self._half - 1) // self.factor + 1
        first = np.arange(outputs) * self.factor
        return np.asarray(lost[first + 2 * self._half + 1] == lost[first])

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

    def _filter(self, window: StreamWindow, channel: int, first: int, outputs: int) -> NDArray[np.float32]:
        begin, end = first * self.factor, (outputs - 1) * self.factor + 2 * self._half + 1
        units = window.stream.channels[channel].units(window.counts[channel, begin:end])
        return units if self.factor == 1 else decimate(units, self._taps, self.factor)
