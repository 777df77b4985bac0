"""Blocks that were kept become a recording which, replayed, gives the same windows again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.arrivals import Arrivals, row_of
from edge_agent.acquire.recordings import Counts, Recording
from edge_agent.acquire.samples import Device, SampleBlock, Stream
from edge_agent.captures.recent import Stretch, blocks_of
from edge_agent.windows.timeline import Timeline

TIMELINE = "timeline"
"""Key of `meta` that says where the windows stood before the first block."""
_MAX_VALUES = 200_000_000
"""Maximum values of a recording; scans that were lost take their place, too. Judgement: 400 MB."""


class TooLongError(ValueError):
    """The samples span more time than a recording may hold."""


def recording_of(name: str, device: Device, stretches: Sequence[Stretch], meta: dict[str, Any]) -> Recording:
    """Return stretches that follow each other as a recording; raises TooLongError.

    Scans that never came are zero, as in a window. What came twice counts the first time.
    """
    blocks = blocks_of(stretches)
    parts = [_timed(stream, blocks) for stream in device.streams]
    _check_size(device, [scans for _, scans in parts])
    filled = [_filled(stream, *part, blocks) for stream, part in zip(device.streams, parts, strict=True)]
    table = np.array([row_of(block) for block in blocks], np.int64).reshape(-1, 4)
    identity = {
        "name": device.name,
        "serial_number": device.serial_number,
        "firmware": device.firmware,
    }
    timeline = _redated([stretch.timeline for stretch in stretches], device)
    return Recording(
        name=name,
        device=Device(name, "", "", device.streams),
        counts=tuple(counts for counts, _ in filled),
        meta={**meta, "device": identity, TIMELINE: timeline.to_json()},
        arrivals=Arrivals(tuple(first for first, _ in parts), table, tuple(invalid for _, invalid in filled)),
    )


def timeline_in(recording: Recording) -> Timeline | None:
    """Return where the windows stood before the first block of a recording; None if it does not say so."""
    return Timeline.from_json(recording.meta.get(TIMELINE))


def _timed(stream: Stream, blocks: Sequence[SampleBlock]) -> tuple[int, int]:
    """Return the index of a stream's first scan and the number of scans up to the last one, at least 1."""
    own = [block for block in blocks if block.stream == stream.number]
    first = min((block.first_scan for block in own), default=0)
    return first, max((block.first_scan + block.counts.shape[0] for block in own), default=1) - first


def _check_size(device: Device, lengths: Sequence[int]) -> None:
    values = max(lengths) * sum(len(stream.channels) for stream in device.streams)
    if values > _MAX_VALUES:
        raise TooLongError(
            f"the samples span {values:.3g} values, lost ones included; a recording holds {_MAX_VALUES:.3g}"
        )


def _filled(
    stream: Stream, first: int, scans: int, blocks: Sequence[SampleBlock]
) -> tuple[Counts, NDArray[np.bool_] | None]:
    """Return the counts of a stream (scans, channels), each at its place, and where they mean nothing."""
    own = [block for block in blocks if block.stream == stream.number]
    dtype = np.result_type(np.int16, *(block.counts.dtype for block in own))
    counts = np.zeros((scans, len(stream.channels)), dtype)
    came = np.zeros(scans, bool)
    invalid = np.zeros(counts.shape, bool) if any(b.invalid is not None for b in own) else None
    for block in own:
        at = slice(block.first_scan - first, block.first_scan - first + block.counts.shape[0])
        free = ~came[at, np.newaxis]
        np.copyto(counts[at], block.counts, where=free)
        if invalid is not None and block.invalid is not None:
            np.copyto(invalid[at], block.invalid, where=free)
        came[at] = True
    return counts, invalid


def _redated(timelines: Sequence[Timeline], device: Device) -> Timeline:
    """Return the first timeline, with what it must know of later ones: how far streams are dated anew."""
    first, rates_hz = timelines[0], {stream.number: stream.rate_hz for stream in device.streams}
    moved_s = [0.0]
    for later in timelines:
        for before, after in zip(first.streams, later.streams, strict=True):
            if before.origin is not None and after.origin is not None:
                moved_s.append((before.origin - after.origin) / rates_hz[before.stream])
    return replace(first, redated_s=max(moved_s))
