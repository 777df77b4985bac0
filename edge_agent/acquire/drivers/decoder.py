"""What a driver is: a decoder of bytes, and what it can say of bytes that it cannot use."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from edge_agent.acquire.conversation import Exchange
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import Silence


@dataclass(frozen=True, slots=True)
class Unread:
    """What came since the last sample, or since the start."""

    sample: bytes
    """Its newest bytes."""
    size: int
    """How many bytes it is."""
    refused: int
    """Lines or frames in it."""
    lines_a_second: float | None = None
    """Ends of lines in a second; None as long as that is not known."""

    @property
    def pace(self) -> str:
        """How many lines come in a second, which is what `rate_hz` is to be; empty if that is unknown."""
        pace = self.lines_a_second
        return f", about {pace:.0f} a second" if pace is not None and pace >= 1.0 else ""

    def silence(self, key: str, text: str) -> Silence:
        """Return why no samples come where these bytes hold nothing that could be counted."""
        return Silence(key, f"{text} ({self.size} bytes came)", "refused_bytes", self.size)


class Decoder(Protocol):
    """Turns the bytes of one wire format into a device and its samples; counts and explains what it refuses.

    How the bytes are cut into pushes changes nothing, no bytes raise anything, and memory is bounded.
    """

    spoken: ClassVar[str]
    """What it reads, in the plural and in the middle of a sentence, e.g. `block frames`."""
    reads_lines: ClassVar[bool] = False
    """True for lines of text, one scan each: their columns may have names, in `acquisition.columns`."""
    tells_rate: ClassVar[bool] = True
    """False if the DAQ need not state its rate: `acquisition.rate_hz` then does."""
    describes_itself: ClassVar[bool] = True
    """False if a DAQ of this format never says what its channels are: the YAML then must."""
    has_checksum: ClassVar[bool] = True
    """True if a checksum, or as much that must repeat, vouches for all that is handed on. Without, it is
    believed only while little is refused."""

    description_problem: str | None
    """Why the last description of the device cannot be right and was ignored; None once a right one came."""

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: SerialSettings) -> Self:
        """Return a new decoder with the settings of the YAML."""

    @property
    def opening(self) -> tuple[Exchange, ...]:
        """What is said to the DAQ whenever its port was opened, so that it sends; nothing to most."""
        return ()

    @property
    def closing(self) -> tuple[Exchange, ...]:
        """What is said to the DAQ before its port is closed."""
        return ()

    @property
    @abstractmethod
    def counts(self) -> DecoderCounts:
        """What was seen so far: `frames` were handed on, `rejected` were whole, or nearly, and of no use."""

    @abstractmethod
    def push(self, data: bytes) -> list[Device | SampleBlock]:
        """Take bytes; return what they complete, a device before its first samples."""

    @abstractmethod
    def cut(self) -> None:
        """Forget what is incomplete: its end will never come, as bytes were lost or the port was closed."""

    def take_refused(self) -> str | None:
        """Return what is wrong with most of what was refused among samples, and what to do; then forget it.

        None if nothing is known of it. The counts go on.
        """
        return None

    def explain(self, unread: Unread) -> Silence | None:
        """Return why bytes that are of this format bring no samples; None if they are of another."""
        return None

    @classmethod
    def foreign(cls, sample: bytes) -> str:
        """Return what shows that bytes are not of this format."""
        return f"bytes come that are no {cls.spoken}"

    @classmethod
    def recognise(cls, unread: Unread, expected: str) -> str | None:
        """Return a hint that the bytes are of this format, and what to set; None if they are not."""
        return None
