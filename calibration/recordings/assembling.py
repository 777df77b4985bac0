"""Columns whose channels are known become a recording, which says how each of them was understood."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.columns import Column, Told
from calibration.recordings.quantising import as_counts, quantise
from edge_agent.acquire.recordings import Recording, RecordingError, check_streams
from edge_agent.acquire.samples import Counts, Device, Stream

IMPORTED = "imported"
"""Key of a recording's meta: what the import concluded, in sentences."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Columns that were sampled together."""

    values: NDArray[Any]
    """(scans, columns)."""
    told: tuple[Told, ...]
    """The columns; all have a channel."""
    rate_hz: float
    """Scans per second."""
    rate_from: str
    """Where the rate comes from, for people: "from column time_s"."""


def recording_of(name: str, clocks: Sequence[Clock], meta: dict[str, Any]) -> Recording:
    """Make the recording that the columns of one clock or several hold.

    Raises RecordingError if a value is not finite or cannot be a measured one.
    """
    made = [_stream(number, clock) for number, clock in enumerate(clocks)]
    streams, counts = tuple(stream for stream, _ in made), tuple(counts for _, counts in made)
    check_streams(streams, counts)
    concluded = [sentence for clock in clocks for sentence in _conclusions(clock)]
    return Recording(name, Device(name, "", "", streams), counts, {**meta, IMPORTED: concluded})


def _stream(number: int, clock: Clock) -> tuple[Stream, Counts]:
    """Return what one clock sampled.

    Whole numbers stay the counts that they are. Others are quantised to 32 bits, with the scale of their
    channel changed accordingly.
    """
    values = clock.values
    channels = tuple(each.channel for each in clock.told if each.channel is not None)
    if not np.isfinite(values).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise RecordingError(
            f"scan {row} of {clock.told[column].column.label} is not finite; cut the file there, or leave it "
            "out"
        )
    counts = as_counts(values)
    if counts is None:
        values = values.astype(np.float64) - np.array([channel.offset for channel in channels])
        counts, steps = quantise(values, 32)
        channels = tuple(
            replace(channel, scale=channel.scale * float(step), offset=0.0)
            for channel, step in zip(channels, steps, strict=True)
        )
    return Stream(number, clock.rate_hz, channels), counts


def _conclusions(clock: Clock) -> list[str]:
    """Say at which rate the columns are, and of each what it is and why."""
    seconds = len(clock.values) / clock.rate_hz
    said = [f"{clock.rate_hz:g} Hz {clock.rate_from}, {len(clock.values)} scans ({seconds:.3g} s)"]
    alike: dict[str, list[str]] = {}
    for each in clock.told:
        if each.channel is None:
            continue
        unit = each.column.stated_unit if each.reason == "as the file states" else each.channel.unit
        alike.setdefault(f"in {unit}, {each.reason}", []).append(_whose(each.channel.name, each.column))
    return said + [f"{', '.join(names)} {why}" for why, names in alike.items()]


def _whose(channel: str, column: Column) -> str:
    """Return the name of a channel, with that of its column where the two differ."""
    name = column.in_file or column.base.strip()
    return channel if name.lower() == channel.lower() else f"{channel} ({name})"
