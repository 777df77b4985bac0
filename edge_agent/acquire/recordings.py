"""Recordings: samples on disk (.npz), read, written and played back as blocks."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire import arrivals as arrived
from edge_agent.acquire.archive import RecordingError, load_arrays
from edge_agent.acquire.arrivals import Arrivals
from edge_agent.acquire.bounds import MAX_CHANNELS, MAX_MAGNITUDE, rate_problem
from edge_agent.acquire.channel_table import AXIS, PHASE, ChannelTable, required
from edge_agent.acquire.naming import KIND_OF_UNIT, axis_of, phase_of, unit_problem
from edge_agent.acquire.samples import Channel, ChannelKind, Counts, Device, SampleBlock, Stream

__all__ = [
    "Counts",
    "Recording",
    "RecordingError",
    "check_streams",
    "read_recording",
    "replay_blocks",
    "write_recording",
]


_KNOWN_KEYS = frozenset(
    {"x", "scale", "offset", "fs", "n", "channels", "units", "full_scale", "stream", "meta"}
    | {PHASE, AXIS, arrived.BLOCKS, arrived.FIRST_SCAN, arrived.INVALID}
)


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples of one device, from scan 0 on unless `arrivals` says otherwise."""

    name: str
    """Name of the file without its suffix."""
    device: Device
    """The channels, grouped into streams of one clock each."""
    counts: tuple[Counts, ...]
    """Raw counts, one (scans, channels) per stream of the device."""
    meta: dict[str, Any] = field(default_factory=dict)
    """What else is known of it, e.g. the condition of the motor."""
    extra: dict[str, NDArray[Any]] = field(default_factory=dict)
    """Keys that this program does not know, as they were."""
    left_out: tuple[str, ...] = ()
    """Channels of no known kind, and keys that are no plain arrays."""
    arrivals: Arrivals | None = None
    """In which blocks the samples came, for what was kept of a live stream; None for one piece."""


def read_recording(path: Path) -> Recording:
    """Read a recording; raises RecordingError if it is not one.

    Channels are grouped into streams by kind and rate, since one clock can be assumed only within a
    kind; the optional key `stream` (channels,) says otherwise. Values in mA, g and the like are converted.
    Rates, scales and sizes that no recording of a motor can have are refused.
    """
    try:
        arrays, unreadable = load_arrays(path, _KNOWN_KEYS)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error
    except Exception as error:  # numpy and zipfile raise all kinds of errors for damaged files
        said = " ".join(str(error).split()) or type(error).__name__
        raise RecordingError(f"{path}: it cannot be read, it is damaged: {said}; copy it again") from error
    try:
        return _assemble(path.stem, arrays, unreadable)
    except (RecordingError, ValueError) as error:
        raise RecordingError(f"{path}: {error}") from error


def write_recording(path: Path, recording: Recording) -> None:
    """Write a recording so that reading it gives the same streams again."""
    streams = recording.device.streams
    rows = [(s, i) for s, stream in enumerate(streams) for i in range(len(stream.channels))]
    channels = [streams[s].channels[i] for s, i in rows]
    lengths = [recording.counts[s].shape[0] for s, _ in rows]
    x = np.zeros((len(rows), max(lengths)), np.result_type(*(c.dtype for c in recording.counts)))
    for row, (s, i) in enumerate(rows):
        x[row, : lengths[row]] = recording.counts[s][:, i]
    arrays = {
        **recording.extra,
        "x": x,
        "scale": np.array([c.scale for c in channels]),
        "offset": np.array([c.offset for c in channels]),
        "full_scale": np.array([np.nan if c.full_scale is None else c.full_scale for c in channels]),
        "fs": np.array([streams[s].rate_hz for s, _ in rows]),
        "n": np.array(lengths),
        "channels": np.array([c.name for c in channels]),
        "units": np.array([c.unit for c in channels]),
        "stream": np.array([streams[s].number for s, _ in rows]),
        "meta": np.array(json.dumps(recording.meta)),
        **_unnamed(channels),
    }
    if recording.arrivals is not None:
        arrays |= recording.arrivals.arrays(streams, x.shape[1])
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes the keys for options


def _unnamed(channels: list[Channel]) -> dict[str, NDArray[Any]]:
    """Return the phases and axes, if they are not those that the names of the channels imply."""
    phases = [channel.phase for channel in channels] != [phase_of(c.kind, c.name) for c in channels]
    axes = [channel.axis for channel in channels] != [axis_of(c.kind, c.name) for c in channels]
    return {
        **({PHASE: np.array([channel.phase or "" for channel in channels])} if phases else {}),
        **({AXIS: np.array([channel.axis or "" for channel in channels])} if axes else {}),
    }


def replay_blocks(recording: Recording, block_s: float) -> Iterator[SampleBlock]:
    """Yield the recording in blocks of `block_s` seconds, the streams interleaved in time order.

    What was kept of a live stream comes again as it came, in its own blocks.
    """
    streams = recording.device.streams
    if recording.arrivals is not None:
        yield from recording.arrivals.replay(streams, recording.counts)
        return
    duration_s = max(c.shape[0] / s.rate_hz for s, c in zip(streams, recording.counts, strict=True))
    for k in range(int(duration_s / block_s) + 2):
        for stream, counts in zip(streams, recording.counts, strict=True):
            first = round(k * block_s * stream.rate_hz)
            block = counts[first : round((k + 1) * block_s * stream.rate_hz)]
            if block.size:
                yield SampleBlock(stream.number, first, block)


def _assemble(name: str, arrays: dict[str, NDArray[Any]], unreadable: list[str]) -> Recording:
    x = _samples(arrays)
    table = ChannelTable.of(arrays, *x.shape)
    known = [row for row, kind in enumerate(table.kinds) if kind is not None]
    if not known:
        told = (f"{n} ({u or 'no unit'})" for n, u in zip(table.names, table.units, strict=True))
        raise RecordingError(
            f"none of the channels {', '.join(told)} is of a known kind; "
            f"give `units`, one of {', '.join(KIND_OF_UNIT)} for each channel, and the scale that leads to it"
        )
    for row, channel in enumerate(table.names):
        # A channel that is not a current by its name, either, is left out.
        if table.kinds[row] is None and channel in ("ia", "ib", "ic"):
            raise RecordingError(f"{channel}: {unit_problem(ChannelKind.CURRENT, table.units[row])}")
    streams: list[Stream] = []
    counts: list[Counts] = []
    grouped = table.streams(known)
    for number, rows in grouped.items():
        streams.append(Stream(number, table.rates_hz[rows[0]], tuple(table.channel(r) for r in rows)))
        columns = x[rows, : table.lengths[rows[0]]].T
        counts.append(np.ascontiguousarray(columns))  # type: ignore[arg-type]  # keeps the dtype of x
    check_streams(streams, counts)
    return Recording(
        name=name,
        device=Device(name, "", "", tuple(streams)),
        counts=tuple(counts),
        meta=_meta(arrays),
        extra={key: value for key, value in arrays.items() if key not in _KNOWN_KEYS},
        left_out=tuple(n for n, kind in zip(table.names, table.kinds, strict=True) if kind is None)
        + tuple(unreadable),
        arrivals=arrived.arrivals_in(arrays, list(grouped.values()), streams, counts),
    )


def check_streams(streams: Sequence[Stream], counts: Sequence[Counts]) -> None:
    """Raise RecordingError for rates, scales and values that no recording of a motor can have."""
    if problem := rate_problem(tuple(streams)):
        raise RecordingError(f"fs: {problem}")
    for stream, scans in zip(streams, counts, strict=True):
        _check_magnitudes(stream, scans)


def _check_magnitudes(stream: Stream, counts: Counts) -> None:
    """Refuse values that no sensor can have measured: their squares would overflow later."""
    lowest, highest = counts.min(axis=0), counts.max(axis=0)
    for channel, low, high in zip(stream.channels, lowest.tolist(), highest.tolist(), strict=True):
        largest = max(abs(low - channel.offset), abs(high - channel.offset)) * abs(channel.scale)
        if not largest <= MAX_MAGNITUDE:
            raise RecordingError(
                f"{channel.name} reaches {largest:.3g} {channel.unit}, expected at most {MAX_MAGNITUDE:g}; "
                f"correct its scale of {channel.scale:g} {channel.unit} per count"
            )


def _samples(arrays: dict[str, NDArray[Any]]) -> Counts:
    x = required(arrays, "x")
    if x.ndim != 2 or x.size == 0 or x.dtype.kind not in "iu":
        raise RecordingError(
            f"x is {x.dtype} {x.shape}, expected integers (channels, samples); what is in units already "
            "becomes counts by dividing it by a scale, and by rounding"
        )
    if x.shape[0] > MAX_CHANNELS:
        raise RecordingError(
            f"x is {x.shape}, expected (channels, samples) with at most {MAX_CHANNELS} channels; save x.T"
        )
    if np.can_cast(x.dtype, np.int16):
        return x.astype(np.int16, copy=False)
    if x.max() > np.iinfo(np.int32).max or x.min() < np.iinfo(np.int32).min:
        raise RecordingError("x holds counts beyond 32 bits")
    return x.astype(np.int32, copy=False)


def _meta(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    try:
        meta = json.loads(str(arrays["meta"])) if "meta" in arrays else {}
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"meta is not JSON: {error}") from error
    if not isinstance(meta, dict):
        raise RecordingError("meta is JSON, but not an object")
    return meta
