"""The latest scans of one stream, each at the place of its index."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Counts, SampleBlock, Stream
from edge_agent.windows.timeline import StreamTime

_MAX_LAG_S = 0.5
"""Streams of one device arrive within this time of each other, s; a longer lag is a clock that drifts.
Judgement."""
_LOOK_S = 10.0  # longer than what was held back on the way takes to catch up


@dataclass(frozen=True, slots=True)
class Fill:
    """What putting a block changed."""

    new: int
    """Scans beyond the newest so far."""
    late: int
    """Scans that filled a hole."""
    repeated: int
    """Scans that were there already, or too old to be of use."""
    jumped: bool
    """Nothing of what was held before is held any more."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of the ring, copied."""

    first_scan: int
    """Index of its first scan."""
    counts: Counts
    """(channels, scans), zero where lost."""
    valid: NDArray[np.bool_]
    """(scans,)."""
    clipped: NDArray[np.bool_]
    """(scans,), True where the device said that something clipped."""
    overrun: NDArray[np.bool_]
    """(scans,), True at a scan just before which the device said that it lost some."""
    invalid: NDArray[np.bool_] | None = None
    """(channels, scans), True where a channel gave no value; None for nowhere."""


class ScanRing:
    """Holds a window and a little more, in one piece of memory that is shifted now and then.

    Columns run by scan index from `_base`; what never came is zero and not valid.
    """

    def __init__(self, stream: Stream, length_s: float, wait_s: float) -> None:
        self.stream = stream
        self.origin: int | None = None
        """Scan index at time zero; None before the first block."""
        self._scans = round(length_s * stream.rate_hz)
        self._held = self._scans + round(2 * wait_s * stream.rate_hz) + 2
        self.largest_piece = max(1, self._held // 4)
        """Most scans that one `put` may bring."""
        columns = self._held + self.largest_piece
        self._counts: Counts = np.zeros((len(stream.channels), columns), np.int16)
        self._valid, self._clipped, self._overrun = (np.zeros(columns, bool) for _ in range(3))
        self._invalid: NDArray[np.bool_] | None = None  # most devices never need it
        self._base = 0
        self._end = 0
        self._least_lag_s = math.inf
        self._looked_at = 0

    @property
    def elapsed_s(self) -> float:
        """Time from the origin to the newest scan."""
        return 0.0 if self.origin is None else (self._end - self.origin) / self.stream.rate_hz

    @property
    def oldest_s(self) -> float:
        """Time from the origin to the oldest scan that is held."""
        return 0.0 if self.origin is None else (self._base - self.origin) / self.stream.rate_hz

    def begin(self, first_scan: int, at_s: float) -> None:
        """Set where the time begins, from the index of the first scan and its time."""
        self.origin = first_scan - round(at_s * self.stream.rate_hz)
        self._base = self._end = first_scan

    def time(self) -> StreamTime:
        """Return how the scans are dated now."""
        lag_s = None if math.isinf(self._least_lag_s) else self._least_lag_s
        wide = self._counts.dtype.itemsize > np.dtype(np.int16).itemsize
        return StreamTime(self.stream.number, self.origin, self._end, self._looked_at, lag_s, wide)

    def resume(self, time: StreamTime) -> None:
        """Date what comes as it was dated then; of the scans before, none is held."""
        if time.wide:
            self._counts = self._counts.astype(np.int32)
        if time.origin is None:
            return
        self.origin, self._end = time.origin, time.end
        self._base = time.end - self._held  # so that what comes late still finds its place
        self._looked_at = time.looked_at
        self._least_lag_s = math.inf if time.least_lag_s is None else time.least_lag_s

    def clear(self) -> None:
        """Forget everything."""
        self.origin = None
        self._base = self._end = 0
        self._blank(0, self._valid.size)
        self._look_anew()

    def follow(self, furthest_s: float) -> None:
        """Date the scans anew where the newest ones stay behind the time of the furthest stream, s.

        To be called after each block. Blocks that are long or come late catch up sooner or later; a lag
        that stays is that of a clock which runs slower, or which did not count while it stood still.
        """
        self._least_lag_s = min(self._least_lag_s, furthest_s - self.elapsed_s)
        if self.origin is None or self._looked_at < _LOOK_S * self.stream.rate_hz:
            return
        if self._least_lag_s > _MAX_LAG_S:
            self.origin -= round(self._least_lag_s * self.stream.rate_hz)
        self._look_anew()

    def precedes(self, block: SampleBlock) -> bool:
        """True if a block lies before all that could be held: its device counts anew."""
        return self.origin is not None and block.first_scan + block.counts.shape[0] <= self._end - self._held

    def put(self, block: SampleBlock) -> Fill:
        """Put scans at their place; `begin` must have been called."""
        scans, first = block.counts.shape[0], block.first_scan
        if first + scans <= self._base:
            return Fill(new=0, late=0, repeated=scans, jumped=False)
        before_end = self._end
        jumped = first >= before_end + self._held
        self._make_room(first + scans, jumped, first)
        skip = max(0, self._base - first)
        at = slice(first + skip - self._base, first + scans - self._base)
        is_free = ~self._valid[at]
        if block.counts.dtype.itemsize > self._counts.dtype.itemsize:
            self._counts = self._counts.astype(np.int32)
        np.copyto(self._counts[:, at], block.counts[skip:].T, where=is_free)
        self._clipped[at] |= is_free & block.clipped
        self._overrun[at.start] |= block.overrun and not skip
        if block.invalid is not None and self._invalid is None:
            self._invalid = np.zeros(self._counts.shape, bool)
        if self._invalid is not None:
            invalid = False if block.invalid is None else block.invalid[skip:].T
            np.copyto(self._invalid[:, at], invalid, where=is_free)
        self._valid[at] = True
        new, free = max(0, first + scans - max(before_end, first + skip)), int(is_free.sum())
        self._looked_at += new
        return Fill(new=new, late=free - new, repeated=scans - free, jumped=jumped)

    def cut(self, start_s: float) -> Cut:
        """Copy the window that begins at a time; what is not held is not valid."""
        first = (self.origin or 0) + round(start_s * self.stream.rate_hz)
        counts = np.zeros((self._counts.shape[0], self._scans), self._counts.dtype)
        valid, clipped, overrun = (np.zeros(self._scans, bool) for _ in range(3))
        invalid = None if self._invalid is None else np.zeros(counts.shape, bool)
        begin, end = max(first, self._base), min(first + self._scans, self._end)
        if begin < end:
            to, source = slice(begin - first, end - first), slice(begin - self._base, end - self._base)
            valid[to] = self._valid[source]
            clipped[to] = self._clipped[source]
            overrun[to] = self._overrun[source]
            counts[:, to] = self._counts[:, source]
            if invalid is not None and self._invalid is not None:
                invalid[:, to] = self._invalid[:, source]
        return Cut(first, counts, valid, clipped, overrun, invalid)

    def _make_room(self, end: int, jumped: bool, first: int) -> None:
        """Make columns up to an index, shifting out the oldest when there are none left."""
        if jumped:
            self._blank(0, self._valid.size)
            self._base = self._end = first
        if end - self._base > self._valid.size:
            keep_from = max(self._base, end - self._held)
            shift, kept = keep_from - self._base, max(0, self._end - keep_from)
            for array in self._arrays():
                array[..., :kept] = array[..., shift : shift + kept].copy()
            self._base = keep_from
            self._blank(kept, self._valid.size)
        self._end = max(self._end, end)

    def _blank(self, begin: int, end: int) -> None:
        for array in self._arrays():
            array[..., begin:end] = 0

    def _arrays(self) -> list[NDArray[np.generic]]:
        arrays: list[NDArray[np.generic]] = [self._counts, self._valid, self._clipped, self._overrun]
        return arrays if self._invalid is None else [*arrays, self._invalid]

    def _look_anew(self) -> None:
        self._least_lag_s = math.inf
        self._looked_at = 0
