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
