"""How the samples of a recording came: in which blocks, in which order, and which values mean nothing.

An ordinary recording is one piece from scan 0 on and has none of it. What was kept of a live stream has the
keys `arrived_blocks` (blocks, 4), `arrived_first_scan` (channels,), and where a channel gave no value
`arrived_invalid` (channels, samples). Scans of which no block speaks never came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.samples import Counts, SampleBlock, Stream

BLOCKS, FIRST_SCAN, INVALID = "arrived_blocks", "arrived_first_scan", "arrived_invalid"
"""Keys of a recording."""
_CLIPPED, _OVERRUN, _WIDE = 1, 2, 4
"""Bits of a block's flags (recording format): something clipped, scans were lost before it, 32-bit counts."""
_COLUMNS = 4
"""A block is number of the stream, index of its first scan, number of scans, flags: recording format."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The blocks of a live stream."""

    first_scans: tuple[int, ...]
    """Per stream, the index that the device gave to the first of its scans."""
    blocks: NDArray[np.int64]
    """(blocks, 4), in the order in which they came: stream, index of the first scan, scans, flags."""
    invalid: tuple[NDArray[np.bool_] | None, ...]
    """Per stream (scans, channels), True where a channel gave no value; None for nowhere."""

    def replay(self, streams: Sequence[Stream], counts: Sequence[Counts]) -> Iterator[SampleBlock]:
        """Yield the blocks again, as they came."""
        places = {stream.number: place for place, stream in enumerate(streams)}
        for number, first_scan, scans, flags in self.blocks.tolist():
            place = places[number]
            start = first_scan - self.first_scans[place]
            at = slice(start, start + scans)
            own, invalid = counts[place][at], self.invalid[place]
            gaps = None if invalid is None or not invalid[at].any() else invalid[at]
            yield SampleBlock(
                stream=number,
                first_scan=first_scan,
                counts=own.astype(np.int32) if flags & _WIDE else own.astype(np.int16),
                clipped=flags & _CLIPPED != 0,
                overrun=flags & _OVERRUN != 0,
                invalid=gaps,
            )

    def arrays(self, streams: Sequence[Stream], samples: int) -> dict[str, NDArray[Any]]:
        """Return the keys of a recording with rows of so many samples."""
        widths = [len(stream.channels) for stream in streams]
        arrays: dict[str, NDArray[Any]] = {
            BLOCKS: self.blocks,
            FIRST_SCAN: np.repeat(np.array(self.first_scans, np.int64), widths),
        }
        if any(own is not None for own in self.invalid):
            rows = np.zeros((sum(widths), samples), bool)
            for start, width, own in zip(np.cumsum([0, *widths]), widths, self.invalid, strict=False):
                if own is not None:
                    rows[start : start + width, : len(own)] = own.T
            arrays[INVALID] = rows
        return arrays


def row_of(block: SampleBlock) -> tuple[int, int, int, int]:
    """Return what `Arrivals.blocks` says of a block."""
    flags = _CLIPPED * block.clipped | _OVERRUN * block.overrun | _WIDE * (block.counts.itemsize > 2)
    return block.stream, block.first_scan, block.counts.shape[0], flags


def arrivals_in(
    arrays: dict[str, NDArray[Any]],
    rows: Sequence[Sequence[int]],
    streams: Sequence[Stream],
    counts: Sequence[Counts],
) -> Arrivals | None:
    """Return what a recording says of its blocks, None if nothing; `rows` are those of x, per stream.

    Raises RecordingError for blocks that lie outside of its samples.
    """
    if BLOCKS not in arrays:
        return None
    channels, samples = arrays["x"].shape
    blocks = _checked(arrays, BLOCKS, "iu", (len(arrays[BLOCKS]) if arrays[BLOCKS].ndim else 0, _COLUMNS))
    firsts = _checked(arrays, FIRST_SCAN, "iu", (channels,))
    invalid: list[NDArray[np.bool_] | None] = [None] * len(rows)
    if INVALID in arrays:
        marked = _checked(arrays, INVALID, "b", (channels, samples))
        invalid = [marked[own, : len(scans)].T for own, scans in zip(rows, counts, strict=True)]
    arrivals = Arrivals(tuple(int(firsts[own[0]]) for own in rows), blocks.astype(np.int64), tuple(invalid))
    _check_places(arrivals, streams, counts)
    return arrivals


def _checked(arrays: dict[str, NDArray[Any]], key: str, kinds: str, shape: tuple[int, ...]) -> NDArray[Any]:
    found = arrays.get(key)
    if found is None or found.shape != shape or found.dtype.kind not in kinds:
        what = "missing" if found is None else f"{found.dtype} {found.shape}"
        raise RecordingError(
            f"{key} is {what}, expected {'truth values' if kinds == 'b' else 'whole numbers'} {shape}; "
            f"without {BLOCKS} it is an ordinary recording"
        )
    return found


def _check_places(arrivals: Arrivals, streams: Sequence[Stream], counts: Sequence[Counts]) -> None:
    known = np.zeros(len(arrivals.blocks), bool)
    numbers, begins, scans, _ = arrivals.blocks.T
    for stream, first, own in zip(streams, arrivals.first_scans, counts, strict=True):
        inside = (first >= 0) & (begins >= first) & (scans >= 1) & (begins - first <= len(own) - scans)
        known |= (numbers == stream.number) & inside
    if not known.all():
        number, begin, length, _ = arrivals.blocks[np.argmin(known)].tolist()
        raise RecordingError(
            f"{BLOCKS} has {length} scans from {begin} on in stream {number}, which its samples do not have; "
            f"without {BLOCKS} it is an ordinary recording"
        )
