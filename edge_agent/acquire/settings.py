"""Settings of the acquisition."""

from dataclasses import dataclass

from edge_agent.acquire.overrides import ConfiguredChannel

CHANNEL_EXAMPLE = (
    "{name: ia, kind: current, phase: a, unit: A, scale: <A per count>, offset: <counts at 0 A>}"
)
"""A channel as it is written in the YAML, for messages: every key that a current of a silent DAQ needs."""
WANTED_CHANNELS = f"channels: with a line `- {CHANNEL_EXAMPLE}` for each column that is a channel"
"""What to write where a DAQ says nothing of its channels; for messages."""
WANTED_RATE = "acquisition.rate_hz, the scans a second as the DAQ takes them"
"""What to write where a DAQ says nothing of its rate; for messages."""


@dataclass(frozen=True, slots=True)
class FrameLayout:
    """How a DAQ lays out its frames: sync, counter, scans interleaved by channel, checksum."""

    sync: bytes
    """What each frame begins with."""
    counter: str
    """Type of the number behind it, which grows by one per frame: u8, u16le, u16be, u32le, u32be."""
    scans: int
    """Scans of a frame."""
    value_type: str = "i16le"
    """Type of each value: i16le, i16be, u16le, u16be, i32le, i32be."""
    checksum: str = "none"
    """What stands at the end, over everything between sync and checksum: none, xor, crc8, crc16."""


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Where the samples come from and what they are."""

    driver: str
    """How the bytes are to be read: a name of `drivers.DRIVERS`."""
    port: str
    """Path of the serial port, best one of /dev/serial/by-id."""
    baud_rate: int = 921_600
    """Bits per second of a UART; has no effect on USB CDC."""
    channels: tuple[ConfiguredChannel, ...] = ()
    """Channels that override what the device says of those with the same name."""
    rate_hz: float | None = None
    """Scans per second of lines of text that do not state it."""
    columns: tuple[str, ...] = ()
    """Names of all columns of lines, in order; empty if there are no others than the channels."""
    window_s: float = 12.0
    """Length of a window, s: a device whose window would not fit into memory is refused."""
    preset: str | None = None
    """A DAQ that the driver fixed_frame knows by name; None for one that `frame` describes."""
    inputs: tuple[str, ...] = ()
    """Input of the DAQ that each channel is connected to, in their order; empty for the first ones."""
    opening: tuple[bytes, ...] = ()
    """Commands that make a DAQ send, for the driver fixed_frame without a preset."""
    closing: tuple[bytes, ...] = ()
    """Commands that stop it, likewise."""
    frame: FrameLayout | None = None
    """Layout of the frames, likewise."""
    digital_inputs: int = 127
    """What the seven digital inputs of a DATAQ read, as a number: all ones where nothing is connected."""
