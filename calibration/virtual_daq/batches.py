"""Blocks of any length, cut into the batches of a fixed number of scans that go on the wire."""

from collections.abc import Iterator

import numpy as np

from edge_agent.acquire.samples import SampleBlock


class Batches:
    """Cuts the consecutive blocks of each stream into batches of `scans` scans."""

    def __init__(self, scans: int) -> None:
        self._scans = scans
        self._waiting: dict[int, SampleBlock] = {}

    def add(self, block: SampleBlock) -> Iterator[SampleBlock]:
        """Take the next block of a stream; yield the batches that are now full."""
        waiting = self._waiting.pop(block.stream, None)
        if waiting is not None:
            block = _joined(waiting, block)
        full = len(block.counts) // self._scans * self._scans
        for first in range(0, full, self._scans):
            yield _part(block, first, first + self._scans)
        if full < len(block.counts):
            self._waiting[block.stream] = _part(block, full, len(block.counts))

    def rest(self) -> list[SampleBlock]:
        """Return what is left at the end, as shorter batches."""
        left = list(self._waiting.values())
        self._waiting.clear()
        return left


def _joined(earlier: SampleBlock, later: SampleBlock) -> SampleBlock:
    counts = np.concatenate([earlier.counts, later.counts])
    clipped = earlier.clipped or later.clipped
    return SampleBlock(earlier.stream, earlier.first_scan, counts, clipped=clipped)


def _part(block: SampleBlock, start: int, stop: int) -> SampleBlock:
    first_scan = block.first_scan + start
    return SampleBlock(block.stream, first_scan, block.counts[start:stop], clipped=block.clipped)
