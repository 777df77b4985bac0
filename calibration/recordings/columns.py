"""From columns of numbers that have names at best to a recording: what CSV and WAV have in common."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.quantising import as_counts, quantise
from edge_agent.acquire.naming import KIND_OF_UNIT, axis_of, phase_of, unit_of
from edge_agent.acquire.overrides import ChannelOverride, ConfiguredChannel
from edge_agent.acquire.recordings import Recording, RecordingError, check_streams
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.acquire.units import standard_unit

_UNIT_BEHIND = re.compile(r"\s*[\[(](?P<unit>[^\])]*)[\])]\s*$")
_PHASE = re.compile(r"i[ _-]?(?P<phase>[abc])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a file that does not say it itself."""

    channels: tuple[ConfiguredChannel, ...] = ()
    """Channels of the agent's YAML; empty if the names must say it."""
    rate_hz: float | None = None
    """Scans per second; None if the file must say it."""
    meta: dict[str, Any] = field(default_factory=dict)
    """What the recording shall carry, e.g. the nameplate."""
    columns: tuple[str, ...] = ()
    """Names of the columns of a text file, `_` for one to leave out; empty if the file must say it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the file describes it."""

    index: int
    """Its place in the file."""
    name: str
    """Its name, "" where it has none."""
    unit: str = ""
    """Its unit as a line of units says it, "" where none does."""

    @property
    def label(self) -> str:
        """Name for people."""
        return self.name or f"column {self.index + 1}"

    @property
    def base(self) -> str:
        """Name without a unit in brackets."""
        return _UNIT_BEHIND.sub("", self.name)

    @property
    def stated_unit(self) -> str:
        """Unit of a line of units or in brackets behind the name, "" if there is none."""
        in_name = _UNIT_BEHIND.search(self.name)
        unit = self.unit.strip().strip("[]()").strip() or (in_name["unit"].strip() if in_name else "")
        return "" if unit == "-" else unit


@dataclass(frozen=True, slots=True)
class Told:
    """A column, and the channel that it is."""

    column: Column
    """The column."""
    channel: Channel | None
    """What it measures, and what its numbers are worth; None if nothing says it."""
    unused_scale: bool = False
    """A scale is configured and not applied, since the file states a unit."""


def described(columns: Sequence[Column], channels: Sequence[ConfiguredChannel]) -> list[Told]:
    """Return the channel of each column; None if neither the YAML nor the name says what it is.

    As for a DAQ, channels of the YAML win by name, or in order where no name fits and their number does.
    By name alone, `ia`, `ib` and `ic` are currents in A, `vib...` is vibration in m/s2 and `speed...` is
    in rpm, in capitals as well. A unit that the file states is converted; a scale of the YAML, which is for
    the counts of a DAQ, is then not applied. Raises RecordingError if nothing says what a number is worth.
    """
    by_name = {channel.name.lower(): channel for channel in channels}
    found = [by_name.get(column.name.lower()) or by_name.get(column.base.lower()) for column in columns]
    if len(channels) == len(columns) and not any(found):
        found = list(channels)
    return [
        Told(column, _by_name(column)) if configured is None else _configured(column, configured)
        for column, configured in zip(columns, found, strict=True)
    ]


def recording_of(
    name: str, values: NDArray[Any], told: Sequence[Told], rate_hz: float, meta: dict[str, Any]
) -> Recording:
    """Make the recording of one clock that columns (scans, told) hold; all must have a channel.

    Whole numbers stay the counts that they are. Others are quantised to 32 bits, with the scale of their
    channel changed accordingly. Raises RecordingError if a value is not finite or cannot be a measured one.
    """
    channels = tuple(each.channel for each in told if each.channel is not None)
    if not np.isfinite(values).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise RecordingError(
            f"scan {row} of {told[column].column.label} is not finite; cut the file there, or leave it out"
        )
    counts = as_counts(values)
    if counts is None:
        values = values.astype(np.float64) - np.array([channel.offset for channel in channels])
        counts, steps = quantise(values, 32)
        channels = tuple(
            replace(channel, scale=channel.scale * float(step), offset=0.0)
            for channel, step in zip(channels, steps, strict=True)
        )
    streams = (Stream(0, rate_hz, channels),)
    check_streams(streams, (counts,))
    return Recording(name, Device(name, "", "", streams), (counts,), meta)


def no_channels(columns: Sequence[Column]) -> RecordingError:
    """Return what is wrong with a file none of whose columns is a channel."""
    labels = (c.label + (f" ({c.unit})" if c.unit else "") for c in columns)
    return RecordingError(
        f"none of the columns {', '.join(labels)} is of a known kind; call them ia, ib, ic, vib_... "
        "(--columns), or describe them, in this order, in the channels of a configuration (-c)"
    )


def _by_name(column: Column) -> Channel | None:
    """Return what the name of a column implies; None if it implies nothing."""
    name = column.base.strip().lower().replace(" ", "_")
    as_phase = _PHASE.fullmatch(name)
    name = f"i{as_phase['phase']}" if as_phase else name
    stated = standard_unit(column.stated_unit)
    unit = unit_of(name) or (stated[0] if stated else "")
    kind = KIND_OF_UNIT.get(unit)
    if kind is None:
        return None
    phase = phase_of(kind, name)
    if kind is ChannelKind.CURRENT and as_phase is None:
        return None  # `index` begins with an i too
    channel = Channel(name, kind, unit, 1.0, phase=phase, axis=axis_of(kind, name))
    return _in_stated_unit(column, channel)


def _configured(column: Column, configured: ConfiguredChannel) -> Told:
    """Return a channel of the YAML; the unit that the file states wins over its scale."""
    stated = standard_unit(column.stated_unit)
    named = _by_name(column) if stated or not column.stated_unit else None
    kind = configured.kind or (named and named.kind)
    if stated and kind in (None, KIND_OF_UNIT[stated[0]]):
        in_units = Channel(configured.name, KIND_OF_UNIT[stated[0]], stated[0], stated[1])
        as_override = configured if isinstance(configured, ChannelOverride) else _override(configured)
        values = (configured.scale, configured.offset or 0.0)
        unused = configured.scale is not None and values != (stated[1], 0.0)
        return Told(column, as_override.over_recorded(in_units), unused)
    if isinstance(configured, Channel):
        return Told(column, configured)
    if configured.scale is None and named is not None and not column.stated_unit:
        return Told(column, configured.over(replace(named, name=configured.name)))
    whole = configured.alone()
    if whole is None:
        of = f"is in {column.stated_unit}" if column.stated_unit else "has no unit"
        lacking = "scale" if configured.scale is None else "kind"
        raise RecordingError(
            f"{column.label} {of}, and channel {configured.name} of the configuration has no {lacking}; add "
            f"{'scale: what 1 of the numbers is worth in its unit' if lacking == 'scale' else 'kind'}"
        )
    return Told(column, whole)


def _override(channel: Channel) -> ChannelOverride:
    return ChannelOverride(channel.name, channel.kind, phase=channel.phase, axis=channel.axis)


def _in_stated_unit(column: Column, channel: Channel) -> Channel:
    """Return a channel whose numbers are in the unit that the file states, which must fit its kind."""
    if not column.stated_unit:
        return channel
    stated = standard_unit(column.stated_unit)
    if stated is None or KIND_OF_UNIT[stated[0]] is not channel.kind:
        raise RecordingError(
            f"{column.label} is in {column.stated_unit}, which is not a unit of a {channel.kind} here; "
            "describe it in the channels of a configuration (-c), with "
            f"scale: {channel.unit} per {column.stated_unit}"
        )
    return replace(channel, unit=stated[0], scale=stated[1])
