"""Which channels give no values, as seen over a second or so."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import SampleBlock, Stream

MAX_INVALID_SHARE = 0.02
"""Share of scans without a value up to which a channel can be used: that of lost samples in a window."""

_LOOK_S = 1.0
"""Time over which the share is taken, s: judgement, soon enough for a person, and some hundred scans."""


class ChannelWatch:
    """Counts, for one stream, the scans in which each channel gave no value."""

    def __init__(self, stream: Stream) -> None:
        self.dead: tuple[str, ...] = ()
        """Names of the channels that gave too few values in the last span."""
        self._names = [channel.name for channel in stream.channels]
        self._span = max(1, round(_LOOK_S * stream.rate_hz))
        self._invalid: NDArray[np.int64] = np.zeros(len(self._names), np.int64)
        self._scans = 0

    def take(self, block: SampleBlock) -> None:
        """Count a block."""
        self._scans += len(block.counts)
        if block.invalid is not None:
            self._invalid += np.count_nonzero(block.invalid, axis=0)
        if self._scans >= self._span:
            too_many = self._invalid > MAX_INVALID_SHARE * self._scans
            self.dead = tuple(name for name, bad in zip(self._names, too_many, strict=True) if bad)
            self._invalid[:] = 0
            self._scans = 0
