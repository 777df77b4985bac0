"""Blocks that were kept become a recording which, replayed, gives the same windows again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
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


def recording_of(
    name: str,
    device: Device,
    stretches: Sequence[Stretch],
    meta: dict[str, Any],
    breathe: Callable[[], None] = lambda: None,
) -> Recording:
    """Return stretches that follow each other as a recording; raises TooLongError.

    Scans that never came are zero, as in a window. What came twice counts the first time. `breathe` is called
    after each stretch, so that other threads get their turn.
    """
    parts = {stream.number: _Part(stream, blocks_of(stretches)) for stream in device.streams}
    _check_size(list(parts.values()))
    rows = []
    for stretch in stretches:
        for block in stretch.blocks:
            parts[block.stream].put(block)
            rows.append(row_of(block))
        breathe()
    identity = {"name": device.name, "serial_number": device.serial_number, "firmware": device.firmware}
    timeline = _redated([stretch.timeline for stretch in stretches], device)
    return Recording(
        name=name,
        device=Device(name, "", "", device.streams),
        counts=tuple(part.counts for part in parts.values()),
        meta={**meta, "device": identity, TIMELINE: timeline.to_json()},
        arrivals=Arrivals(
            first_scans=tuple(part.first for part in parts.values()),
            blocks=np.array(rows, np.int64).reshape(-1, 4),
            invalid=tuple(part.invalid for part in parts.values()),
        ),
    )


def timeline_in(recording: Recording) -> Timeline | None:
    """Return where the windows stood before the first block of a recording; None if it does not say so."""
    return Timeline.from_json(recording.meta.get(TIMELINE))


class _Part:
    """The scans of one stream, each at its place."""

    def __init__(self, stream: Stream, blocks: Sequence[SampleBlock]) -> None:
        own = [block for block in blocks if block.stream == stream.number]
        ends = [block.first_scan + block.counts.shape[0] for block in own]
        self.first = min((block.first_scan for block in own), default=0)
        self.shape = (max(ends, default=1) - self.first, len(stream.channels))
        self._dtype = np.result_type(np.int16, *{block.counts.dtype for block in own})
        self._has_gaps = any(block.invalid is not None for block in own)

    @cached_property
    def counts(self) -> Counts:
        """(scans, channels), zero where nothing came."""
        return np.zeros(self.shape, self._dtype)

    @cached_property
    def invalid(self) -> NDArray[np.bool_] | None:
        """(scans, channels), True where a channel gave no value; None for nowhere."""
        return np.zeros(self.shape, bool) if self._has_gaps else None

    @cached_property
    def _came(self) -> NDArray[np.bool_]:
        return np.zeros((self.shape[0], 1), bool)

    def put(self, block: SampleBlock) -> None:
        """Put a block at its place, but for scans that are there already."""
        at = slice(block.first_scan - self.first, block.first_scan - self.first + block.counts.shape[0])
        free = ~self._came[at]
        np.copyto(self.counts[at], block.counts, where=free)
        if self.invalid is not None and block.invalid is not None:
            np.copyto(self.invalid[at], block.invalid, where=free)
        self._came[at] = True


def _check_size(parts: Sequence[_Part]) -> None:
    """Raise before memory is taken: a count that jumps may span any time."""
    values = max(part.shape[0] for part in parts) * sum(part.shape[1] for part in parts)
    if values > _MAX_VALUES:
        raise TooLongError(
            f"the samples span {values:.3g} values, lost ones included; a recording holds {_MAX_VALUES:.3g}"
        )


def _redated(timelines: Sequence[Timeline], device: Device) -> Timeline:
    """Return the first timeline, with what it must know of later ones: how far streams are dated anew."""
    first, rates_hz = timelines[0], {stream.number: stream.rate_hz for stream in device.streams}
    moved_s = [0.0]
    for later in timelines:
        for before, after in zip(first.streams, later.streams, strict=True):
            if before.origin is not None and after.origin is not None:
                moved_s.append((before.origin - after.origin) / rates_hz[before.stream])
    return replace(first, redated_s=max(moved_s))
