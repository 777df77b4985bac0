"""The channels of the YAML over those that a device describes."""

from dataclasses import replace

from edge_agent.acquire.samples import Channel, Device, Stream


def with_channels(device: Device, channels: tuple[Channel, ...]) -> Device:
    """Give the device with its channels replaced by those of the same name.

    Where no name fits at all but their number does, the channels are taken in order: the device only
    has other names for them.
    """
    described = [channel for stream in device.streams for channel in stream.channels]
    by_name = {channel.name: channel for channel in channels}
    if len(channels) == len(described) and not any(c.name in by_name for c in described):
        by_name = {old.name: new for old, new in zip(described, channels, strict=True)}
    streams = tuple(
        replace(stream, channels=tuple(by_name.get(c.name, c) for c in stream.channels))
        for stream in device.streams
    )
    return replace(device, streams=streams)


def undescribed_device(channels: tuple[Channel, ...], rate_hz: float) -> Device:
    """Give the device of one stream 0 that these channels make, for a DAQ that does not describe itself."""
    return Device("", "", "", (Stream(0, rate_hz, channels),))
