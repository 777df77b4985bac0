"""How a DAQ describes itself: JSON in frames of type 1 or behind a `#` in lines of text."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge_agent.acquire.bounds import MAX_CHANNELS, MAX_OFFSET_COUNTS, rate_problem, window_problem
from edge_agent.acquire.naming import axis_of, in_usual_unit, kind_of, phase_of, unit_problem
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream

MAX_DESCRIPTION_BYTES = 16_384
"""Maximum bytes of a description: 64 channels with long names take half of it."""

MIN_SCALE, MAX_SCALE = 1e-12, 1e6
"""Smallest and largest units per count: squares of 2^31 counts and of one then fit into 32-bit floats."""

_SHORTEST_WINDOW_S = 0.5
"""Smallest window.length_s: a device that does not fit then never does."""
_Text = Annotated[str, Field(max_length=64)]
"""A text of at most 64 characters (wire format)."""
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)]
"""The name of a channel: these characters, at most 64 of them (wire format)."""
_Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]
"""A number of any sense: judgement, `MIN_SCALE` and `MAX_SCALE` bound a scale more closely."""


class DescriptionError(ValueError):
    """A description that cannot be right; the message says why."""


class _Part(BaseModel):
    """A part of a description. Keys of later versions are ignored, wrong types are not converted."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _Channel(_Part):
    name: _Name
    unit: Annotated[str, Field(max_length=16)]
    scale: _Number
    offset: Annotated[float, Field(ge=-MAX_OFFSET_COUNTS, le=MAX_OFFSET_COUNTS)] = 0.0
    full_scale: Annotated[float, Field(gt=0, le=1e12)] | None = None
    kind: Literal["current", "vibration", "speed", "voltage"] | None = None
    phase: Literal["a", "b", "c", "ab", "bc", "ca"] | None = None
    axis: Literal["radial", "tangential", "axial"] | None = None

    @model_validator(mode="after")
    def _sensible(self) -> "_Channel":
        if self.scale == 0:
            raise ValueError("scale is 0")
        if not MIN_SCALE <= abs(self.scale) <= MAX_SCALE:
            raise ValueError(f"scale {self.scale:g} of {self.name}, expected {MIN_SCALE:g} to {MAX_SCALE:g}")
        if self.kind is None and kind_of(self.unit, self.name) is None:
            raise ValueError(f"{self.name}: unit {self.unit!r} does not say the kind, and no kind is given")
        kind = ChannelKind(self.kind) if self.kind else None
        problem = unit_problem(kind, self.unit, self.name) if self.unit else None
        if problem is not None:
            raise ValueError(f"{self.name}: {problem}")
        between = self.phase is not None and len(self.phase) > 1
        if between and (kind or kind_of(self.unit, self.name)) is not ChannelKind.VOLTAGE:
            raise ValueError(f"{self.name}: {self.phase!r} is the phase of a voltage; expected a, b or c")
        return self

    def channel(self) -> Channel:
        kind = ChannelKind(self.kind) if self.kind else kind_of(self.unit, self.name)
        assert kind is not None
        told = Channel(
            name=self.name,
            kind=kind,
            unit=self.unit,
            scale=self.scale,
            offset=self.offset,
            full_scale=self.full_scale,
            phase=self.phase or phase_of(kind, self.name),
            axis=self.axis or axis_of(kind, self.name),
        )
        return in_usual_unit(told)


class _Stream(_Part):
    stream: Annotated[int, Field(ge=0, le=255)]
    rate_hz: Annotated[float, Field(allow_inf_nan=False)]
    channels: Annotated[list[_Channel], Field(min_length=1, max_length=MAX_CHANNELS)]

    @model_validator(mode="after")
    def _sensible(self) -> "_Stream":
        if problem := rate_problem((self.told(),)):
            raise ValueError(problem)
        return self

    def told(self) -> Stream:
        return Stream(self.stream, self.rate_hz, tuple(c.channel() for c in self.channels))


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
        streams = tuple(stream.told() for stream in self.streams)
        if problem := rate_problem(streams) or window_problem(streams, _SHORTEST_WINDOW_S):
            raise ValueError(problem)
        return self


def encode_description(device: Device, *, index: bool = False) -> bytes:
    """Return the JSON text; `index` says that text lines begin with the index of their scan."""
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
    """Read the JSON text; return the device, and whether text lines begin with an index.

    Raises DescriptionError if anything is missing, of a wrong type or out of bounds.
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
    streams = tuple(stream.told() for stream in sorted(read.streams, key=lambda s: s.stream))
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
