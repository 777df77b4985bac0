"""Recordings: samples on disk (.npz), read, written and played back as blocks."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.naming import KIND_OF_UNIT, axis_of, in_usual_unit, phase_of, unit_of, unit_problem
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream

Counts = NDArray[np.int16] | NDArray[np.int32]

_KNOWN_KEYS = frozenset(
    {"x", "scale", "offset", "fs", "n", "channels", "units", "full_scale", "stream", "meta"}
)


class RecordingError(Exception):
    """A recording cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples of one device from scan 0 on."""

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


def read_recording(path: Path) -> Recording:
    """Read a recording; raises RecordingError when it is not one.

    Channels are grouped into streams by kind and rate, since one clock can be assumed only within a
    kind; the optional key `stream` (channels,) says otherwise.
    """
    try:
        arrays, unreadable = _load(path)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except Exception as error:  # of damaged files numpy and zipfile raise whatever they stumble over
        raise RecordingError(f"{path}: {error}") from error
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
    }
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes the keys for options


def replay_blocks(recording: Recording, block_s: float) -> Iterator[SampleBlock]:
    """Give the recording in blocks of `block_s` seconds, the streams interleaved in time order."""
    streams = recording.device.streams
    duration_s = max(c.shape[0] / s.rate_hz for s, c in zip(streams, recording.counts, strict=True))
    for k in range(int(duration_s / block_s) + 2):
        for stream, counts in zip(streams, recording.counts, strict=True):
            first = round(k * block_s * stream.rate_hz)
            block = counts[first : round((k + 1) * block_s * stream.rate_hz)]
            if block.size:
                yield SampleBlock(stream.number, first, block)


def _load(path: Path) -> tuple[dict[str, NDArray[Any]], list[str]]:
    loaded = np.load(path, allow_pickle=False)
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        raise RecordingError("it is a single array, expected an .npz with x, scale, fs and channels")
    arrays, unreadable = {}, []
    with loaded:
        for key in loaded.files:
            try:
                arrays[key] = loaded[key]
            except ValueError:
                if key in _KNOWN_KEYS:
                    raise
                unreadable.append(key)
    return arrays, unreadable


def _assemble(name: str, arrays: dict[str, NDArray[Any]], unreadable: list[str]) -> Recording:
    x = _samples(arrays)
    table = _ChannelTable.of(arrays, *x.shape)
    known = [row for row, kind in enumerate(table.kinds) if kind is not None]
    if not known:
        raise RecordingError(
            f"none of the channels {', '.join(table.names)} is of a known kind; "
            f"give `units`, one of {', '.join(KIND_OF_UNIT)} for each channel"
        )
    for row, name in enumerate(table.names):
        # A channel that is no current by its name, either, is merely left out.
        if table.kinds[row] is None and name in ("ia", "ib", "ic"):
            raise RecordingError(f"{name}: {unit_problem(ChannelKind.CURRENT, table.units[row])}")
    streams: list[Stream] = []
    counts: list[Counts] = []
    for number, rows in table.streams(known).items():
        streams.append(Stream(number, table.rates_hz[rows[0]], tuple(table.channel(r) for r in rows)))
        columns = x[rows, : table.lengths[rows[0]]].T
        counts.append(np.ascontiguousarray(columns))  # type: ignore[arg-type]  # keeps the dtype of x
    return Recording(
        name=name,
        device=Device(name, "", "", tuple(streams)),
        counts=tuple(counts),
        meta=_meta(arrays),
        extra={key: value for key, value in arrays.items() if key not in _KNOWN_KEYS},
        left_out=tuple(n for n, kind in zip(table.names, table.kinds, strict=True) if kind is None)
        + tuple(unreadable),
    )


def _samples(arrays: dict[str, NDArray[Any]]) -> Counts:
    x = _required(arrays, "x")
    if x.ndim != 2 or x.size == 0 or x.dtype.kind not in "iu":
        raise RecordingError(f"x is {x.dtype} {x.shape}, expected integers (channels, samples)")
    if np.can_cast(x.dtype, np.int16):
        return x.astype(np.int16)
    if x.max() > np.iinfo(np.int32).max or x.min() < np.iinfo(np.int32).min:
        raise RecordingError("x holds counts beyond 32 bits")
    return x.astype(np.int32)


def _meta(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    try:
        meta = json.loads(str(arrays["meta"])) if "meta" in arrays else {}
    except ValueError as error:
        raise RecordingError(f"meta is no JSON text: {error}") from error
    if not isinstance(meta, dict):
        raise RecordingError("meta is JSON, but no object")
    return meta


@dataclass(frozen=True, slots=True)
class _ChannelTable:
    """What the file says of each channel, in the order of the rows of x."""

    names: list[str]
    units: list[str]
    kinds: list[ChannelKind | None]
    scales: list[float]
    offsets: list[float]
    full_scales: list[float | None]
    rates_hz: list[float]
    lengths: list[int]
    numbers: list[int] | None

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]], channels: int, samples: int) -> "_ChannelTable":
        names = [str(n) for n in _per_channel(arrays, "channels", channels, "U")]
        if len(set(names)) < channels or not all(names):
            raise RecordingError(f"channel names {names} are not all different and non-empty")
        units = _units(arrays, names)
        full_scales = _numbers(arrays, "full_scale", channels, default=np.nan, finite=False)
        return cls(
            names=names,
            units=units,
            kinds=[KIND_OF_UNIT.get(unit) for unit in units],
            scales=_checked(_numbers(arrays, "scale", channels), "scale", lambda v: v != 0, "not 0"),
            offsets=_numbers(arrays, "offset", channels, default=0.0),
            full_scales=[v if v > 0 else None for v in full_scales],
            rates_hz=_rates_hz(arrays, channels),
            lengths=_lengths(arrays, channels, samples),
            numbers=_stream_numbers(arrays, channels),
        )

    def streams(self, rows: list[int]) -> dict[int, list[int]]:
        """Group rows by stream number, in the order in which the streams first appear."""
        if self.numbers is None:
            keys = [(self.kinds[row], self.rates_hz[row], self.lengths[row]) for row in rows]
            order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
            numbers = [order[key] for key in keys]
        else:
            numbers = [self.numbers[row] for row in rows]
        grouped: dict[int, list[int]] = {}
        for row, number in zip(rows, numbers, strict=True):
            first = grouped.setdefault(number, [row])[0]
            if row != first:
                grouped[number].append(row)
            if (self.rates_hz[row], self.lengths[row]) != (self.rates_hz[first], self.lengths[first]):
                raise RecordingError(f"the channels of stream {number} differ in rate or length")
        return grouped

    def channel(self, row: int) -> Channel:
        kind, name = self.kinds[row], self.names[row]
        assert kind is not None
        told = Channel(
            name=name,
            kind=kind,
            unit=self.units[row],
            scale=self.scales[row],
            offset=self.offsets[row],
            full_scale=self.full_scales[row],
            phase=phase_of(kind, name),
            axis=axis_of(kind, name),
        )
        return in_usual_unit(told)


def _required(arrays: dict[str, NDArray[Any]], key: str) -> NDArray[Any]:
    if key not in arrays:
        raise RecordingError(f"{key} is missing; there are only {', '.join(sorted(arrays)) or 'no keys'}")
    return arrays[key]


def _per_channel(arrays: dict[str, NDArray[Any]], key: str, channels: int, kinds: str) -> NDArray[Any]:
    value = np.atleast_1d(_required(arrays, key))
    if value.shape != (channels,) or value.dtype.kind not in kinds:
        raise RecordingError(
            f"{key} is {value.dtype} {value.shape}, expected one for each of {channels} rows"
        )
    return value


def _numbers(
    arrays: dict[str, NDArray[Any]],
    key: str,
    channels: int,
    *,
    default: float | None = None,
    finite: bool = True,
) -> list[float]:
    if default is not None and key not in arrays:
        return [default] * channels
    values = [float(v) for v in _per_channel(arrays, key, channels, "fiu")]
    return _checked(values, key, math.isfinite, "finite") if finite else values


def _checked(values: list[float], key: str, accept: Callable[[float], bool], expected: str) -> list[float]:
    for value in values:
        if not accept(value):
            raise RecordingError(f"{key} holds {value:g}, expected it to be {expected}")
    return values


def _rates_hz(arrays: dict[str, NDArray[Any]], channels: int) -> list[float]:
    if np.size(_required(arrays, "fs")) == 1:
        arrays = {"fs": np.full(channels, arrays["fs"].item())}
    return _checked(_numbers(arrays, "fs", channels), "fs", lambda v: v > 0, "above 0")


def _lengths(arrays: dict[str, NDArray[Any]], channels: int, samples: int) -> list[int]:
    if "n" not in arrays:
        return [samples] * channels
    lengths = [int(n) for n in _per_channel(arrays, "n", channels, "iu")]
    if not all(0 < n <= samples for n in lengths):
        raise RecordingError(f"n is {lengths}, expected lengths of 1 to the {samples} samples of x")
    return lengths


def _stream_numbers(arrays: dict[str, NDArray[Any]], channels: int) -> list[int] | None:
    if "stream" not in arrays:
        return None
    numbers = [int(n) for n in _per_channel(arrays, "stream", channels, "iu")]
    if not all(0 <= n <= 255 for n in numbers):
        raise RecordingError(f"stream is {numbers}, expected numbers of 0 to 255")
    return numbers


def _units(arrays: dict[str, NDArray[Any]], names: list[str]) -> list[str]:
    if "units" in arrays:
        return [str(u) for u in _per_channel(arrays, "units", len(names), "U")]
    return [unit_of(name) for name in names]
