"""What acquisition is told."""

from dataclasses import dataclass

from edge_agent.acquire.overrides import ConfiguredChannel


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Where the samples come from and what they are."""

    driver: str
    """How the bytes are to be read: a name of `drivers.DRIVERS`."""
    port: str
    """Path of the serial port, best one of /dev/serial/by-id."""
    baud_rate: int = 921_600
    """Bits per second of a UART; of no meaning for USB CDC."""
    channels: tuple[ConfiguredChannel, ...] = ()
    """Channels that win over what the device says of those with the same name."""
    rate_hz: float | None = None
    """Scans per second of lines of text that do not tell it."""
    columns: tuple[str, ...] = ()
    """Names of all columns of lines, in order; empty where there are no others than the channels."""
    window_s: float = 12.0
    """How much will be looked at, s: a device of which that would not fit into memory is refused."""
