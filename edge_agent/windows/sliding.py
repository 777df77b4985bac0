"""Sliding windows over the sample timeline."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.channel_watch import MAX_INVALID_SHARE
from edge_agent.acquire.samples import ChannelKind, Device, SampleBlock, Stream
from edge_agent.windows.ring import Cut, ScanRing
from edge_agent.windows.timeline import Timeline

LONGEST_WAIT_S = 2.0
"""How far a stream may fall behind the others before its scans count as lost."""
_RESTART_REPEATS_S = 0.5
"""Repeated samples of more than this, s, are a device that started anew, not frames sent twice.
Judgement."""


@dataclass(frozen=True, slots=True, eq=False)
class StreamWindow:
    """What one stream holds of a window; equal to itself alone, so that a cache may have it as its key."""

    stream: Stream
    """Its rate and channels."""
    first_scan: int
    """Index of the first scan on the device's count."""
    counts: NDArray[np.int16] | NDArray[np.int32]
    """Raw counts, (channels, scans), zero where lost."""
    valid: NDArray[np.bool_]
    """(scans,), False where a scan was lost, or a current of it that is not dead gave no value."""
    clipped_scans: int
    """Scans in blocks that the device marked as clipped."""
    overruns: int = 0
    """Times that the device says it lost scans where its count goes on as if it had not."""
    dead: tuple[int, ...] = ()
    """Channels, rising, that gave no value too often to be of any use in this window."""

    @property
    def lost_samples(self) -> int:
        """Scans of this window that never came."""
        return int(self.valid.size - np.count_nonzero(self.valid))

    def units(self, channel: int) -> NDArray[np.float32]:
        """Return the samples of one channel in its unit, (scans,)."""
        return self.stream.channels[channel].units(self.counts[channel])


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

    @property
    def current(self) -> StreamWindow:
        """The first stream that measures a phase current; the very first if none does."""
        return next((own for own in self.streams if own.stream.phases), self.streams[0])


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """What became of the samples since the start."""

    samples_received: int = 0
    """Scans taken in, of all streams."""
    samples_repeated: int = 0
    """Scans that came again and were dropped."""
    samples_late: int = 0
    """Scans that came out of order and filled a hole."""
    blocks_rejected: int = 0
    """Blocks of a stream that the device does not have, or with another number of channels."""
    windows_made: int = 0
    """Windows given out."""
    windows_skipped: int = 0
    """Windows left out because whoever works on them was behind."""
    device_restarts: int = 0
    """Times that the device began to count its scans anew."""


class Windows:
    """Collects blocks of all streams and gives a window every `step_s`.

    Window k covers the time from k step_s to k step_s + length_s since a stream's first scan. It is
    given once every stream has reached its end, or once the others are LONGEST_WAIT_S ahead of one
    that has gone silent. Memory is bounded: per stream, a window and twice the longest wait, and a quarter
    of that.

    What came together belongs together: the order of the blocks of different streams tells whose clock
    runs slower, and its scans are dated again now and then. Streams that come in step are left alone.
    """

    def __init__(self, length_s: float, step_s: float, clock: Callable[[], float] = time.time) -> None:
        self._length_s = length_s
        self._step_s = step_s
        self._clock = clock
        self._rings: dict[int, ScanRing] = {}
        self._next = 0
        self._repeats_s = 0.0
        self._counted = {field.name: 0 for field in fields(WindowCounts)}

    @property
    def counts(self) -> WindowCounts:
        """What became of the samples since the start."""
        return WindowCounts(**self._counted)

    def configure(self, device: Device) -> None:
        """Start over with the streams of a device."""
        self._rings = {s.number: ScanRing(s, self._length_s, LONGEST_WAIT_S) for s in device.streams}
        self._next = 0
        self._repeats_s = 0.0

    @property
    def elapsed_s(self) -> float:
        """Time since the start, of the stream that is furthest."""
        return max((ring.elapsed_s for ring in self._rings.values()), default=0.0)

    def timeline(self) -> Timeline:
        """Return where the windows stand, for `resume`."""
        times = tuple(ring.time() for ring in self._rings.values())
        return Timeline(self._length_s, self._step_s, self._next, self._repeats_s, times)

    def resume(self, timeline: Timeline) -> bool:
        """Go on from a timeline, with the first window of which no scan came before it.

        The same blocks then give the same windows as they gave there. To be called after `configure`. Return
        False, and change nothing, if it is one of other windows or other streams.
        """
        if (timeline.length_s, timeline.step_s) != (self._length_s, self._step_s):
            return False
        if [time.stream for time in timeline.streams] != list(self._rings):
            return False
        self._next, self._repeats_s = timeline.next_window, timeline.repeats_s
        for time_of in timeline.streams:
            ring = self._rings[time_of.stream]
            ring.resume(time_of)
            whole_from_s = ring.elapsed_s + timeline.redated_s
            self._next = max(self._next, math.ceil(whole_from_s / self._step_s))
        return True

    def restarts_with(self, block: SampleBlock) -> bool:
        """True if a block would show that the device has begun to count its scans anew."""
        ring = self._rings.get(block.stream)
        return ring is not None and self._starts_over(ring, block)

    def push(self, block: SampleBlock, behind: bool = False) -> list[Window]:
        """Take a block; return the windows that it completes, oldest first.

        Args:
            block: consecutive scans of one stream.
            behind: whole windows are left out and counted rather than given.
        """
        ring = self._rings.get(block.stream)
        if ring is None or block.counts.shape[1] != len(ring.stream.channels):
            self._count(blocks_rejected=1)
            return []
        windows = []
        for piece in _pieces(block, ring.largest_piece):
            self._take(ring, piece)
            windows += self._complete(behind)
        ring.follow(self.elapsed_s)
        return windows

    def _take(self, ring: ScanRing, block: SampleBlock) -> None:
        if self._starts_over(ring, block):
            self._restart()
        if ring.origin is None:
            ring.begin(block.first_scan, self._late_start_s())
        fill = ring.put(block)
        self._repeats_s = fill.repeated / ring.stream.rate_hz + (0.0 if fill.new else self._repeats_s)
        self._count(
            samples_received=block.counts.shape[0], samples_repeated=fill.repeated, samples_late=fill.late
        )
        if fill.jumped:
            self._skip_the_empty(ring)

    def _starts_over(self, ring: ScanRing, block: SampleBlock) -> bool:
        return ring.precedes(block) or self._repeats_s > _RESTART_REPEATS_S

    def _restart(self) -> None:
        """Begin anew as the device counts from the beginning: how long it was away cannot be known."""
        for ring in self._rings.values():
            ring.clear()
        self._next = 0
        self._repeats_s = 0.0
        self._count(device_restarts=1)

    def _late_start_s(self) -> float:
        """Return the time at which a stream begins: that of the furthest one if it comes late."""
        return self.elapsed_s if self.elapsed_s > LONGEST_WAIT_S else 0.0

    def _skip_the_empty(self, jumped: ScanRing) -> None:
        """Skip, after a gap of all streams, to the first window that holds some of the one that is back."""
        others_s = max((ring.elapsed_s for ring in self._rings.values() if ring is not jumped), default=0.0)
        if jumped.oldest_s > others_s + LONGEST_WAIT_S:
            self._next = max(self._next, math.floor((jumped.oldest_s - self._length_s) / self._step_s) + 1)

    def _complete(self, behind: bool) -> list[Window]:
        windows = []
        while self._is_complete(self._next * self._step_s + self._length_s):
            if behind:
                self._count(windows_skipped=1)
            else:
                windows.append(self._cut(self._next * self._step_s))
                self._count(windows_made=1)
            self._next += 1
        return windows

    def _is_complete(self, end_s: float) -> bool:
        elapsed_s = [ring.elapsed_s + 0.5 / ring.stream.rate_hz for ring in self._rings.values()]
        return min(elapsed_s) >= end_s or max(elapsed_s) >= end_s + LONGEST_WAIT_S

    def _cut(self, start_s: float) -> Window:
        streams = []
        for ring in self._rings.values():
            cut = ring.cut(start_s)
            clipped = int(np.count_nonzero(cut.clipped))
            untraced = int(np.count_nonzero(cut.overrun[1:] & cut.valid[:-1]))
            valid, dead = _usable(cut, ring.stream)
            streams.append(
                StreamWindow(ring.stream, cut.first_scan, cut.counts, valid, clipped, untraced, dead)
            )
        return Window(start_s, self._length_s, tuple(streams), self._clock())

    def _count(self, **more: int) -> None:
        for name, number in more.items():
            self._counted[name] += number


def _pieces(block: SampleBlock, largest: int) -> Iterator[SampleBlock]:
    """Yield a block in pieces of at most `largest` scans; most blocks are one."""
    if block.counts.shape[0] <= largest:
        yield block
        return
    for start in range(0, block.counts.shape[0], largest):
        piece = slice(start, start + largest)
        yield replace(
            block,
            first_scan=block.first_scan + start,
            counts=block.counts[piece],
            invalid=None if block.invalid is None else block.invalid[piece],
            overrun=block.overrun and start == 0,
        )


def _usable(cut: Cut, stream: Stream) -> tuple[NDArray[np.bool_], tuple[int, ...]]:
    """Return which scans are valid, and which channels are dead.

    A current that gave no value now and then costs the scan, for the currents are looked at together. A
    dead one is left out by name, and other channels keep the value that the decoder put in its place.
    """
    if cut.invalid is None or not cut.invalid.any():
        return cut.valid, ()
    share = cut.invalid.sum(axis=1) / max(1, np.count_nonzero(cut.valid))
    dead = tuple(np.flatnonzero(share > MAX_INVALID_SHARE).tolist())
    alive = [
        i
        for i, channel in enumerate(stream.channels)
        if channel.kind is ChannelKind.CURRENT and i not in dead
    ]
    return cut.valid & ~cut.invalid[alive].any(axis=0), dead
