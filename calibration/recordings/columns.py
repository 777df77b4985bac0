"""Columns of numbers that have names at best, and the channels that they are: what all formats share."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from edge_agent.acquire.naming import KIND_OF_UNIT, axis_of, kind_of, phase_of, unit_of
from edge_agent.acquire.overrides import ChannelOverride, ConfiguredChannel
from edge_agent.acquire.recordings import RecordingError
from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.acquire.units import standard_unit

LEFT_OUT = "_"
"""Name that `--columns` and `--map` give to what is to be left out."""

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
    names: Mapping[str, str] = field(default_factory=dict)
    """Our name of a column by the name that the file gives it."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """What 1 of the numbers of a channel is worth in A, m/s2 or rpm, by our name."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the file describes it."""

    index: int
    """Its place in the file."""
    name: str
    """Its name, "" where it has none."""
    unit: str = ""
    """Its unit as a line of units says it, "" where none does."""
    in_file: str = ""
    """Name that the file gives it, where the user gave another; else ""."""
    counts: bool = False
    """Its numbers are counts of a converter, if nothing states a unit or a scale."""

    @property
    def label(self) -> str:
        """Name for people."""
        name = self.name or f"column {self.index + 1}"
        return f"{name} ({self.in_file})" if self.in_file else name

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
    reason: str = ""
    """Why its numbers have this worth, for people: "as the file states"."""


def renamed(columns: Sequence[Column], names: Mapping[str, str]) -> list[Column]:
    """Return the columns with our names in place of those of the file, with or without a unit behind them.

    Raises RecordingError if the file has no column, or several, of a name.
    """
    ours = list(columns)
    for in_file, name in names.items():
        wanted = in_file.strip().lower()
        found = [
            i for i, c in enumerate(columns) if wanted in (c.name.strip().lower(), c.base.strip().lower())
        ]
        if len(found) != 1:
            many = "several columns" if found else "no column"
            shown = ", ".join(column.name or column.label for column in columns)
            raise RecordingError(
                f"it has {many} named {in_file}, as --map {name}={in_file} says, but {shown}"
            )
        column = columns[found[0]]
        ours[found[0]] = replace(column, name=name, unit=column.stated_unit, in_file=column.base)
    return ours


def described(columns: Sequence[Column], description: Description) -> list[Told]:
    """Return the channel of each column; None if neither the YAML nor the name says what it is.

    As for a DAQ, channels of the YAML win by name, or in order where no name fits and their number does.
    By name alone, `ia`, `ib` and `ic` are currents in A, `vib...` is vibration in m/s2 and `speed...` is
    in rpm, in capitals as well. A unit that the file states is converted; a scale of the YAML, which is for
    the counts of a DAQ, is then not applied. A scale of the command line is always applied. Raises
    RecordingError if nothing says what a number is worth.
    """
    channels = description.channels
    by_name = {channel.name.lower(): channel for channel in channels}
    found = [by_name.get(column.name.lower()) or by_name.get(column.base.lower()) for column in columns]
    if len(channels) == len(columns) and not any(found):
        found = list(channels)
    return [
        _told(column, configured, description.scales)
        for column, configured in zip(columns, found, strict=True)
    ]


def check_scales(told: Sequence[Told], scales: Mapping[str, float]) -> None:
    """Raise RecordingError for a scale of the command line that no channel has taken."""
    used = {each.channel.name for each in told if each.channel is not None}
    for name in scales:
        if name not in used:
            raise RecordingError(
                f"--scale names {name}, the channels are {', '.join(sorted(used))}; correct it, or call the "
                f"column so with --map {name}=NAME"
            )


def _told(column: Column, configured: ConfiguredChannel | None, scales: Mapping[str, float]) -> Told:
    name = configured.name if configured is not None else column.base.strip()
    scale = scales.get(name, scales.get(name.lower()))
    if scale is not None:
        return _scaled(column, configured, scale)
    if configured is not None:
        return _configured(column, configured)
    return _by_name_alone(column)


def _by_name_alone(column: Column) -> Told:
    channel = _by_name(column)
    if channel is None or column.stated_unit:
        return Told(column, channel, reason="as the file states")
    if column.counts:
        raise RecordingError(
            f"{column.label} holds counts without a unit; give --scale {channel.name}=S, where S is "
            f"{channel.unit} per count, or describe it in the channels of a configuration (-c)"
        )
    return Told(column, channel, reason="since its name means that and the file states no unit")


def _scaled(column: Column, configured: ConfiguredChannel | None, scale: float) -> Told:
    """Return the channel with the scale of the command line, which wins over all else."""
    if configured is None:
        named = _by_name(replace(column, name=column.base, unit=""))
        channel = None if named is None else replace(named, scale=scale)
    else:
        whole = configured if isinstance(configured, Channel) else replace(configured, scale=1.0).alone()
        channel = None if whole is None else replace(whole, scale=scale, offset=0.0, full_scale=None)
    return Told(column, channel, reason=f"{scale:g} for 1 of its numbers, as --scale says")


def left_out_of(told: Sequence[Told]) -> tuple[str, ...]:
    """Return what of the columns is not used, for people."""
    unknown = tuple(each.column.label for each in told if each.channel is None)
    unused = (each.column.label for each in told if each.channel is not None and each.unused_scale)
    return unknown + tuple(f"the configured scale of {label}, whose unit the file states" for label in unused)


def no_channels(columns: Sequence[Column]) -> RecordingError:
    """Return what is wrong with a file none of whose columns is a channel."""
    labels = (c.label + (f" ({c.unit.strip('[]()')})" if c.unit else "") for c in columns)
    first = next((c.base.strip() for c in columns if c.name), "NAME")
    return RecordingError(
        f"none of the columns {', '.join(labels)} is of a known kind; call them ia, ib, ic, vib_... "
        f"(--map 'ia={first}', or --columns), or describe them, in this order, in the channels of a "
        "configuration (-c)"
    )


def _by_name(column: Column) -> Channel | None:
    """Return what the name of a column implies; None if it implies nothing."""
    name = column.base.strip().lower().replace(" ", "_")
    as_phase = _PHASE.fullmatch(name)
    name = f"i{as_phase['phase']}" if as_phase else name
    stated = _stated(column, None, name)
    unit = unit_of(name) or (stated[0] if stated else "")
    kind = KIND_OF_UNIT.get(unit)
    if kind is None:
        return None
    phase = phase_of(kind, name)
    if kind is ChannelKind.CURRENT and as_phase is None:
        return None  # `index` begins with an i too
    channel = Channel(name, kind, unit, 1.0, phase=phase, axis=axis_of(kind, name))
    return _in_stated_unit(column, channel)


def _stated(column: Column, kind: ChannelKind | None, name: str) -> tuple[str, float] | None:
    """Return the unit that the file states, and its factor; None if it states none that is known.

    Volts are what any sensor may give out, so they are a unit only of what is known to be a voltage.
    """
    stated = standard_unit(column.stated_unit)
    is_volt = stated is not None and KIND_OF_UNIT[stated[0]] is ChannelKind.VOLTAGE
    if is_volt and ChannelKind.VOLTAGE not in (kind, kind_of("V", name)):
        return None
    return stated


def _configured(column: Column, configured: ConfiguredChannel) -> Told:
    """Return a channel of the YAML; the unit that the file states wins over its scale."""
    stated = _stated(column, configured.kind, configured.name)
    named = _by_name(column) if stated or not column.stated_unit else None
    kind = configured.kind or (named and named.kind)
    if stated and kind in (None, KIND_OF_UNIT[stated[0]]):
        in_units = Channel(configured.name, KIND_OF_UNIT[stated[0]], stated[0], stated[1])
        as_override = configured if isinstance(configured, ChannelOverride) else _override(configured)
        values = (configured.scale, configured.offset or 0.0)
        unused = configured.scale is not None and values != (stated[1], 0.0)
        return Told(column, as_override.over_recorded(in_units), unused, "as the file states")
    by_configuration = "with the scale of the configuration"
    if isinstance(configured, Channel):
        return Told(column, configured, reason=by_configuration)
    if configured.scale is None and named is not None and not column.stated_unit:
        if column.counts:
            raise RecordingError(_lacks_scale(column, configured))
        meant = "since its name means that and nothing states a unit"
        return Told(column, configured.over(replace(named, name=configured.name)), reason=meant)
    whole = configured.alone()
    if whole is None:
        raise RecordingError(_lacks_scale(column, configured))
    return Told(column, whole, reason=by_configuration)


def _lacks_scale(column: Column, configured: ChannelOverride) -> str:
    of = f"is in {column.stated_unit}" if column.stated_unit else "has no unit"
    if configured.scale is not None:
        return (
            f"{column.label} {of}, and channel {configured.name} of the configuration has no kind; add kind"
        )
    return (
        f"{column.label} {of}, and channel {configured.name} of the configuration has no scale; add "
        f"scale: what 1 of the numbers is worth in its unit, or give --scale {configured.name}=S"
    )


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
            f"give --scale {channel.name}=S, where S is {channel.unit} per {column.stated_unit}, or describe "
            f"it in the channels of a configuration (-c), with scale: {channel.unit} per {column.stated_unit}"
        )
    return replace(channel, unit=stated[0], scale=stated[1])
