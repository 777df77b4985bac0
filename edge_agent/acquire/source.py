"""A DAQ on a serial port as a source of samples: reader, queue and decoder in one."""

from types import TracebackType
from typing import Self

from edge_agent.acquire.byte_queue import ByteQueue, PortLost, PortOpened
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.csv_lines import CsvDecoder
from edge_agent.acquire.frames import FrameDecoder
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.serial_port import SerialReader
from edge_agent.acquire.settings import SerialSettings
from edge_agent.supervision import Watched

__all__ = ["News", "PortLost", "PortOpened", "SerialSource"]

News = Device | SampleBlock | PortOpened | PortLost
"""What a source gives."""

_MOST_BYTES = 262_144


class SerialSource:
    """Gives samples, and what happens to the port, in the order in which they came.

    `with SerialSource(settings) as source:` starts the reader and closes the port at the end.
    """

    def __init__(self, settings: SerialSettings) -> None:
        self._queue = ByteQueue()
        self._reader = SerialReader(settings.port, settings.baud_rate, self._queue)
        self._decoder = _decoder(settings)
        self._device: Device | None = None
        self._dropped_bytes = 0
        self._contradicting = 0

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.stop()

    @property
    def watched(self) -> Watched:
        """The reader's thread, for the supervisor."""
        return self._reader.watched

    @property
    def waiting_blocks(self) -> int:
        """Byte blocks that wait to be decoded."""
        return len(self._queue)

    @property
    def dropped_bytes(self) -> int:
        """Bytes dropped because they were not decoded in time."""
        return self._queue.dropped_bytes

    def silence(self) -> str:
        """Say, as far as it is known, why an open port brings no samples."""
        if self._decoder.description_problem is not None:
            return (
                f"no samples come: the device describes itself wrongly: {self._decoder.description_problem}"
            )
        if self._device is None and self._decoder.counts.undescribed:
            return (
                "no samples come that are described: give channels with kind and scale, and for lines rate_hz"
            )
        if self._decoder.counts.contradicting > self._contradicting:
            return "samples come with another rate, stream or number of channels than the device describes"
        return "no samples come"

    def counts(self) -> DecoderCounts:
        """What the decoder saw since the start."""
        return self._decoder.counts

    def poll(self, timeout_s: float) -> list[tuple[float, News]]:
        """Give what has come, each with when its last byte was read (monotonic clock, s).

        Waits up to `timeout_s` for something. A device is given when it is first known, and again only
        when it has changed.
        """
        found: list[tuple[float, News]] = []
        taken = self._queue.take(timeout_s, _MOST_BYTES)
        self._cut_where_bytes_were_dropped()
        for arrived_s, item in taken:
            if isinstance(item, bytes):
                found += [(arrived_s, part) for part in self._decoder.push(item) if self._is_news(part)]
            else:
                if isinstance(item, PortLost):
                    self._decoder.cut()
                found.append((arrived_s, item))
        return found

    def _cut_where_bytes_were_dropped(self) -> None:
        """Keep half a line from being joined to half of a later one, which could look like a line."""
        dropped_bytes = self._queue.dropped_bytes
        if dropped_bytes != self._dropped_bytes:
            self._dropped_bytes = dropped_bytes
            self._decoder.cut()

    def _is_news(self, part: Device | SampleBlock) -> bool:
        if isinstance(part, SampleBlock):
            self._contradicting = self._decoder.counts.contradicting
            return True
        known, self._device = self._device, part
        return part != known


def _decoder(settings: SerialSettings) -> FrameDecoder | CsvDecoder:
    if settings.driver == "csv_lines":
        return CsvDecoder(settings.channels, settings.rate_hz)
    return FrameDecoder(settings.channels)
