"""The channels of the YAML over those that a device, a recording or a file describes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from edge_agent.acquire.naming import UNIT_OF_KIND, axis_of, kind_of, phase_of, unit_of
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.acquire.units import standard_unit


@dataclass(frozen=True, slots=True)
class ChannelOverride:
    """What is configured for a channel; what is None here comes from the device."""

    name: str
    """Name of the channel."""
    kind: ChannelKind | None = None
    """What it measures."""
    unit: str | None = None
    """Unit of the scaled value."""
    scale: float | None = None
    """Units per count."""
    offset: float | None = None
    """Counts that the sensor gives at zero."""
    full_scale: float | None = None
    """Largest magnitude the converter can give, in units."""
    phase: str | None = None
    """Phase of a current: a, b or c; of a voltage also ab, bc or ca."""
    axis: str | None = None
    """Direction of a vibration: radial, tangential, axial."""

    def over(self, described: Channel) -> Channel:
        """Return the channel of a device, with what is configured in place of what the device says.

        A new scale makes the device's full scale, which is in units, unknown. A unit such as mA is converted,
        even if it is given alone: then it says in which unit the device's own scale is.
        """
        kind = self.kind or described.kind
        same = kind is described.kind
        stays = described.unit if same and described.unit else UNIT_OF_KIND[kind]
        unit, factor = standard_unit(self.unit or stays) or (self.unit or stays, 1.0)
        scale = described.scale if self.scale is None else self.scale
        full_scale = self.full_scale or (described.full_scale if self.scale is None else None)
        return Channel(
            name=self.name,
            kind=kind,
            unit=unit,
            scale=scale * factor,
            offset=described.offset if self.offset is None else self.offset,
            full_scale=None if full_scale is None else full_scale * factor,
            phase=self.phase or (described.phase if same else None) or phase_of(kind, self.name),
            axis=self.axis or (described.axis if same else None) or axis_of(kind, self.name),
        )

    def over_recorded(self, described: Channel) -> Channel:
        """Return the channel of a recording: its scale, offset, full scale and unit stay.

        They belong to its own counts, which need not be those of the DAQ that is configured: an importer may
        have made them. To apply the scale of the DAQ to them would be to apply it twice.
        """
        renamed = self.kind is None or self.kind is described.kind
        unit = None if renamed else self.unit
        return replace(self, unit=unit, scale=None, offset=None, full_scale=None).over(described)

    def alone(self) -> Channel | None:
        """Return the channel where no device describes it; None if its scale or its kind is unknown."""
        kind = self.kind or kind_of(self.unit or unit_of(self.name), self.name)
        if kind is None or self.scale is None:
            return None
        return self.over(Channel(self.name, kind, "", self.scale))


ConfiguredChannel = Channel | ChannelOverride
"""A channel that is described as a whole, or only in part."""

_Configured = TypeVar("_Configured", Channel | ChannelOverride, ChannelOverride)


def with_channels(device: Device, channels: Sequence[ConfiguredChannel]) -> Device:
    """Return the device with what is configured in place of what it says of the channels of the same name.

    If no name fits but their number does, the channels are taken in order: the device just names
    them differently. A channel that is described as a whole replaces that of the device.
    """
    return _changed(device, channels, merged)


def with_channels_of_recording(device: Device, channels: Sequence[ChannelOverride]) -> Device:
    """Return the device of a recording, as `with_channels` does, but with the scales of the recording."""

    def merge(configured: ChannelOverride | None, recorded: Channel) -> Channel:
        return recorded if configured is None else configured.over_recorded(recorded)

    return _changed(device, channels, merge)


def merged(configured: ConfiguredChannel | None, described: Channel) -> Channel:
    """Return a channel as described, with what is configured of it in its place."""
    match configured:
        case None:
            return described
        case Channel():
            return configured
        case ChannelOverride():
            return configured.over(described)


def undescribed_device(channels: Sequence[ConfiguredChannel], rate_hz: float) -> Device | None:
    """Return the device of one stream 0 that these channels make, for a DAQ that does not describe itself.

    None if scale or kind of a channel is not configured.
    """
    whole = [c if isinstance(c, Channel) else c.alone() for c in channels]
    known = tuple(channel for channel in whole if channel is not None)
    return Device("", "", "", (Stream(0, rate_hz, known),)) if len(known) == len(whole) else None


def _changed(
    device: Device,
    channels: Sequence[_Configured],
    merge: Callable[[_Configured | None, Channel], Channel],
) -> Device:
    described = [channel for stream in device.streams for channel in stream.channels]
    by_name = {channel.name: channel for channel in channels}
    if len(channels) == len(described) and not any(c.name in by_name for c in described):
        by_name = {old.name: new for old, new in zip(described, channels, strict=True)}
    streams = tuple(
        replace(stream, channels=tuple(merge(by_name.get(c.name), c) for c in stream.channels))
        for stream in device.streams
    )
    return replace(device, streams=streams)
