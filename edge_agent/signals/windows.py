"""Sliding windows over the sample timeline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Stream


@dataclass(frozen=True, slots=True)
class StreamWindow:
    """What one stream holds of a window."""

    stream: Stream
    """Its rate and channels."""
    first_scan: int
    """Index of the first scan on the device's count."""
    counts: NDArray[np.int16] | NDArray[np.int32]
    """Raw counts, (channels, scans), zero where lost."""
    valid: NDArray[np.bool_]
    """(scans,), False where a scan was lost."""
    clipped_scans: int
    """Scans in blocks that the device marked as clipped."""

    @property
    def lost_samples(self) -> int:
        """Scans of this window that never came."""
        return int(self.valid.size - np.count_nonzero(self.valid))

    def units(self, channel: int) -> NDArray[np.float32]:
        """Samples of one channel in its unit, (scans,)."""
        of = self.stream.channels[channel]
        return (self.counts[channel].astype(np.float32) - np.float32(of.offset)) * np.float32(of.scale)


@dataclass(frozen=True, slots=True)
class Window:
    """The samples of one look at the motor, of all its streams."""

    start_s: float
    """Seconds on the timeline since its first sample."""
    length_s: float
    """As configured."""
    streams: tuple[StreamWindow, ...]
    """In the order of the device's streams."""
    received_unix_s: float
    """Host clock when the last sample of the window arrived; dates the window, times nothing."""
