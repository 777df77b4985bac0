"""How a DAQ describes itself: JSON in frames of type 1 or behind a `#` in lines of text."""

import json
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge_agent.acquire.naming import KIND_OF_UNIT, axis_of, phase_of
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream

MAX_DESCRIPTION_BYTES = 16_384

MAX_VALUES_HELD = 2**24
"""Values of all channels in a window and what is held beside it; 2^24 of 4 bytes, twice over and with the
copies that are worked on, take some 350 MB: the service may have 500."""
MIN_WAVE_RATE_HZ = 100.0
"""Least rate of currents and vibration: a supply of 50 Hz is not to be seen below twice that (Nyquist)."""
MIN_RATE_HZ = 0.1
"""Least rate of anything else, as a tachometer: judgement, a window has a value of it then."""
MAX_RATE_HZ = 4_000_000.0
"""Largest rate: judgement, beyond all converters that are meant; the header counts up to 4.29 MHz."""
MAX_RATE_CHANGE = 1e-3
"""Share by which a rate may differ and be the same one: judgement, a DAQ that measures its own rate by
milliseconds over a second tells it no better."""
MIN_SCALE, MAX_SCALE = 1e-12, 1e6
"""Least and largest units per count: squares of 2^31 counts and of one then fit into 32-bit floats."""

_SHORTEST_WINDOW_S = 0.5
"""Least window.length_s: what does not fit then never does."""
_HELD_BESIDE_S = 4.0
"""Time of samples that is held beside a window, s: what Windows waits for late streams, twice."""
_MOST_COUNTS = 2.0**31
_Text = Annotated[str, Field(max_length=64)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)]
_Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]


class DescriptionError(ValueError):
    """A description that cannot be right; the message says why."""


class _Part(BaseModel):
    """A part of a description. Keys of later versions are ignored, wrong types are not converted."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Channel(_Part):
    name: _Name
    unit: Annotated[str, Field(max_length=16)]
    scale: _Number
    offset: Annotated[float, Field(ge=-_MOST_COUNTS, le=_MOST_COUNTS)] = 0.0
    full_scale: Annotated[float, Field(gt=0, le=1e12)] | None = None
    kind: Literal["current", "vibration", "speed"] | None = None
    phase: Literal["a", "b", "c"] | None = None
    axis: Literal["radial", "tangential", "axial"] | None = None

    @model_validator(mode="after")
    def _sensible(self) -> "_Channel":
        if self.scale == 0:
            raise ValueError("scale is 0")
        if not MIN_SCALE <= abs(self.scale) <= MAX_SCALE:
            raise ValueError(f"scale {self.scale:g} of {self.name}, expected {MIN_SCALE:g} to {MAX_SCALE:g}")
        if self.kind is None and self.unit not in KIND_OF_UNIT:
            raise ValueError(f"unit {self.unit!r} tells no kind, and no kind is given")
        return self

    def channel(self) -> Channel:
        kind = ChannelKind(self.kind or KIND_OF_UNIT[self.unit])
        return Channel(
            name=self.name,
            kind=kind,
            unit=self.unit,
            scale=self.scale,
            offset=self.offset,
            full_scale=self.full_scale,
            phase=self.phase or phase_of(kind, self.name),
            axis=self.axis or axis_of(kind, self.name),
        )


class _Stream(_Part):
    stream: Annotated[int, Field(ge=0, le=255)]
    rate_hz: Annotated[float, Field(allow_inf_nan=False)]
    channels: Annotated[list[_Channel], Field(min_length=1, max_length=64)]

    @model_validator(mode="after")
    def _sensible(self) -> "_Stream":
        if problem := rate_problem(self.rate_hz, [c.channel() for c in self.channels]):
            raise ValueError(problem)
        return self


class _Description(_Part):
    name: _Text
    serial_number: _Text = ""
    firmware: _Text = ""
    streams: Annotated[list[_Stream], Field(min_length=1, max_length=16)]
    index: bool = False

    @model_validator(mode="after")
    def _unique(self) -> "_Description":
        numbers = [s.stream for s in self.streams]
        names = [c.name for s in self.streams for c in s.channels]
        if len(set(numbers)) < len(numbers) or len(set(names)) < len(names):
            raise ValueError("two streams have one number, or two channels one name")
        streams = [Stream(s.stream, s.rate_hz, tuple(c.channel() for c in s.channels)) for s in self.streams]
        if problem := memory_problem(streams, _SHORTEST_WINDOW_S):
            raise ValueError(problem)
        return self


def rate_problem(rate_hz: float, channels: Sequence[Channel]) -> str | None:
    """Return why a stream of these channels cannot have this rate; None where it can."""
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:  # a NaN, too
        return f"rate_hz {rate_hz:g}, expected {MIN_RATE_HZ:g} to {MAX_RATE_HZ:g} scans a second"
    waves = [channel.name for channel in channels if channel.kind is not ChannelKind.SPEED]
    if waves and rate_hz < MIN_WAVE_RATE_HZ:
        return (
            f"rate_hz {rate_hz:g} of {waves[0]}: the waves of current and vibration are needed, not their "
            f"rms values; expected {MIN_WAVE_RATE_HZ:g} scans a second at least, 1,000 or more are good"
        )
    return None


def memory_problem(streams: Sequence[Stream], window_s: float) -> str | None:
    """Return why windows of these streams would not fit into the memory; None where they do."""
    values = sum(s.rate_hz * len(s.channels) for s in streams) * (window_s + _HELD_BESIDE_S)
    if values <= MAX_VALUES_HELD:
        return None
    told = ", ".join(f"{len(s.channels)} channels at {s.rate_hz:g} Hz" for s in streams)
    return (
        f"windows of {window_s:g} s of {told} are {values:.2g} values, at most {MAX_VALUES_HELD:.2g} fit "
        "into the memory: lower the rate, leave out channels, or shorten window.length_s"
    )


def same_streams(known: Sequence[Stream], said: Sequence[Stream]) -> bool:
    """True if two descriptions mean the same streams, whatever texts stand beside them."""
    return len(known) == len(said) and all(
        (old.number, old.channels) == (new.number, new.channels) and same_rate(old.rate_hz, new.rate_hz)
        for old, new in zip(known, said, strict=True)
    )


def same_rate(known_hz: float, said_hz: float) -> bool:
    """True if two rates are one, as far as a device tells them the same each time."""
    return abs(said_hz - known_hz) <= MAX_RATE_CHANGE * known_hz


def encode_description(device: Device, *, index: bool = False) -> bytes:
    """Give the JSON text; `index` says that text lines begin with the index of their scan."""
    streams = [
        {
            "stream": stream.number,
            "rate_hz": stream.rate_hz,
            "channels": [_channel_fields(channel) for channel in stream.channels],
        }
        for stream in device.streams
    ]
    fields: dict[str, object] = {
        "name": device.name[:64],
        "serial_number": device.serial_number[:64],
        "firmware": device.firmware[:64],
        "streams": streams,
    }
    if index:
        fields["index"] = True
    return json.dumps(fields, separators=(",", ":"), allow_nan=False).encode()


def decode_description(text: bytes) -> tuple[Device, bool]:
    """Read the JSON text; give the device, and whether text lines begin with an index.

    Raises DescriptionError where anything is missing, of a wrong type or out of bounds.
    """
    if len(text) > MAX_DESCRIPTION_BYTES:
        raise DescriptionError(f"{len(text)} bytes, expected at most {MAX_DESCRIPTION_BYTES}")
    try:
        read = _Description.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise DescriptionError(f"{place or 'description'}: {said}") from error
    streams = tuple(
        Stream(s.stream, s.rate_hz, tuple(c.channel() for c in s.channels))
        for s in sorted(read.streams, key=lambda s: s.stream)
    )
    return Device(read.name, read.serial_number, read.firmware, streams), read.index


def _channel_fields(channel: Channel) -> dict[str, str | float | None]:
    return {
        "name": channel.name,
        "kind": channel.kind.value,
        "unit": channel.unit,
        "scale": channel.scale,
        "offset": channel.offset,
        "full_scale": channel.full_scale,
        "phase": channel.phase,
        "axis": channel.axis,
    }
