"""What the agent needs of any source of samples, and what a source reports."""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from edge_agent.acquire.byte_queue import PortLost, PortOpened
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.supervision import Watched

__all__ = ["News", "PortLost", "PortOpened", "Silence", "Source"]

News = Device | SampleBlock | PortOpened | PortLost
"""What a source gives."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Why no samples come."""

    key: str
    """The same for each kind of reason, whatever lines and numbers show it."""
    text: str
    """The reason in words, and what to do."""
    quantity: str = "silent_s"
    """What was counted: refused_lines, refused_frames, refused_bytes or refused_descriptions."""
    refused: int = 0
    """How many came since the last sample; 0 if nothing comes that could be refused."""


class Source(Protocol):
    """Where samples come from: entered, it begins to acquire on a thread of its own; left, it stops.

    Neither `poll` nor the other methods raise for what comes from outside: it is reported as news, problem
    or silence.
    """

    def __enter__(self) -> Self:
        """Begin to acquire."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and let go of the hardware."""

    @property
    def watched(self) -> Watched:
        """Its thread, for the supervisor."""

    @property
    def waiting_blocks(self) -> int:
        """Blocks that were acquired and not polled yet."""

    @property
    def dropped_bytes(self) -> int:
        """Bytes dropped because they were not polled in time."""

    @property
    def understands_nothing(self) -> bool:
        """True while something comes, and no samples in it."""

    @property
    def problem(self) -> str | None:
        """What is wrong although samples come, in words; None if nothing is."""

    def silence(self) -> Silence:
        """Return, as far as it is known, why no samples come."""

    def counts(self) -> DecoderCounts:
        """Return what was seen since the start."""

    def poll(self, timeout_s: float) -> list[tuple[float, News]]:
        """Return what has come in order, each with when it arrived (monotonic clock, s).

        Waits up to `timeout_s` for something. A device is given before its first samples, and again only
        when it has changed.
        """
