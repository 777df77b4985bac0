"""A DAQ on a serial port as a source of samples: reader, queue and decoder in one."""

import math
import time
from types import TracebackType
from typing import NamedTuple, Self

from edge_agent.acquire.bounds import rate_problem, window_problem
from edge_agent.acquire.byte_queue import ByteQueue, PortLost, joined
from edge_agent.acquire.channel_watch import MAX_INVALID_SHARE, ChannelWatch
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.drivers import decoder_of
from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.likeness import SAMPLE_BYTES
from edge_agent.acquire.merging import merged
from edge_agent.acquire.pace import Pace
from edge_agent.acquire.samples import Device, SampleBlock, same_streams
from edge_agent.acquire.serial_port import SerialReader
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.silence import explain_silence
from edge_agent.acquire.source import News, Silence, Source
from edge_agent.supervision import Watched

_MAX_BYTES = 262_144
"""Maximum bytes decoded in one turn: judgement, some milliseconds of work."""
_FEW_BYTES = 64
"""Bytes since the last sample that mean nothing: the end of a frame or line that was cut."""
_QUIET_S = 10.0
"""Time without any byte after which nothing comes any more, whatever came before, s: judgement."""
_TALLY_S = 2.0
"""Time over which lines that are scans are weighed against those that are none, s: judgement."""
_FEW_LINES = 20
"""Refused lines in that time that mean nothing yet: judgement, as many as a boot loader says."""


class SerialSource(Source):
    """Gives samples, and what happens to the port, in the order in which they came.

    `with SerialSource(settings) as source:` starts the reader and closes the port at the end.
    """

    def __init__(self, settings: SerialSettings) -> None:
        self._queue = ByteQueue()
        self._decoder = decoder_of(settings.driver).from_settings(settings)
        self._reader = SerialReader(
            settings.port, settings.baud_rate, self._queue, self._decoder.opening, self._decoder.closing
        )
        self._settings = settings
        self._device: Device | None = None
        self._device_problem: str | None = None
        self._watches: dict[int, ChannelWatch] = {}
        self._dropped_bytes = 0
        self._misread = False
        self._partly = False
        self._partly_said: str | None = None
        self._tally = _Tally(math.inf, 0, 0)
        self._bytes_s = -math.inf
        self._pace: Pace | None = None
        self._unread, self._unread_bytes, self._refused_before = b"", 0, 0

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

    @property
    def understands_nothing(self) -> bool:
        """True while bytes come, and no samples in them."""
        if time.monotonic() - self._bytes_s > _QUIET_S:
            return False
        return self._unread_bytes >= _FEW_BYTES or self._refused() > 0 or self._misread

    @property
    def problem(self) -> str | None:
        """What is wrong although samples come, in words; None if nothing is."""
        dead = [name for watch in self._watches.values() for name in watch.dead]
        if not dead:
            return self._partly_said if self._partly else None
        many = len(dead) > 1
        return (
            f"{', '.join(dead)} {'give' if many else 'gives'} no values (not a number, an empty field, too "
            f"large): check sensor{'s' if many else ''} and cable; the other channels are used"
        )

    def silence(self) -> Silence:
        """Say, as far as it is known, why an open port brings no samples."""
        if not self.understands_nothing and self._device_problem is None:
            return Silence("nothing", "no samples come")
        a_second = self._pace.lines_a_second if self._pace is not None else None
        unread = Unread(self._unread, self._unread_bytes, self._refused(), a_second)
        return explain_silence(self._settings, self._decoder, unread, self._device_problem)

    def counts(self) -> DecoderCounts:
        """Return what the decoder saw since the start."""
        return self._decoder.counts

    def poll(self, timeout_s: float) -> list[tuple[float, News]]:
        """Return what has come, each with when its last byte was read (monotonic clock, s).
        Waits up to `timeout_s` for something. A device is given when it is first known, and again only
        when it has changed.
        """
        found: list[tuple[float, News]] = []
        taken = self._queue.take(timeout_s, _MAX_BYTES)
        self._cut_where_bytes_were_dropped()
        for arrived_s, item in joined(taken):
            if isinstance(item, bytes):
                found += [(arrived_s, part) for part in self._decode(arrived_s, item)]
            else:
                if isinstance(item, PortLost):
                    self._decoder.cut()
                found.append((arrived_s, item))
        return found

    def _decode(self, arrived_s: float, data: bytes) -> list[Device | SampleBlock]:
        """Return what bytes hold, frames that follow each other as one block."""
        if not self._unread_bytes:
            self._pace = Pace(arrived_s)
        self._bytes_s = arrived_s
        if math.isinf(self._tally.began_s):
            self._tally = _Tally(arrived_s, 0, 0)
        refused_before = self._decoder.counts.rejected
        parts = merged(self._decoder.push(data))
        self._weigh(arrived_s)
        news = [part for part in parts if self._is_news(part)]
        if news:
            self._understood(refused_before)
        samples = any(isinstance(part, SampleBlock) for part in news)
        only_described = bool(parts) and self._refused() == 0 and self._device_problem is None
        if samples or only_described:
            self._understood(self._decoder.counts.rejected)
        else:
            # The newest bytes: what came first may be a greeting.
            self._unread = (self._unread + data)[-SAMPLE_BYTES:]
            self._unread_bytes += len(data)
            if self._pace is not None:
                self._pace.take(arrived_s, data)
        return news

    def _understood(self, refused: int) -> None:
        """Start counting over what is not understood; so many lines or frames were refused up to here."""
        self._unread, self._unread_bytes, self._refused_before = b"", 0, refused

    def _weigh(self, now_s: float) -> None:
        """Call lines misread if most are no scans, though a few may look like some: hexadecimal ones do."""
        decoder = self._decoder
        if decoder.has_checksum or now_s - self._tally.began_s < _TALLY_S:
            return
        counts, before = decoder.counts, self._tally
        refused, read = counts.rejected - before.rejected, counts.frames - before.frames
        self._misread = refused > max(read, _FEW_LINES)
        self._partly = not self._misread and refused > max(MAX_INVALID_SHARE * read, _FEW_LINES)
        if read and not self._misread:
            said = decoder.take_refused()
            if self._partly and self._partly_said is None:  # the same text, however often it comes
                self._partly_said = said
        self._tally = _Tally(now_s, counts.rejected, counts.frames)

    def _refused(self) -> int:
        return self._decoder.counts.rejected - self._refused_before

    def _cut_where_bytes_were_dropped(self) -> None:
        """Keep half a line from being joined to half of a later one, which could look like a line."""
        dropped_bytes = self._queue.dropped_bytes
        if dropped_bytes != self._dropped_bytes:
            self._dropped_bytes = dropped_bytes
            self._decoder.cut()

    def _is_news(self, part: Device | SampleBlock) -> bool:
        if isinstance(part, Device):
            return self._is_new(part)
        if self._device_problem is not None or self._misread:
            return False
        if (watch := self._watches.get(part.stream)) is not None:
            watch.take(part)
        return True

    def _is_new(self, device: Device) -> bool:
        """True if the streams are others than before; a device whose texts alone vary is the same."""
        if self._device is not None and same_streams(self._device.streams, device.streams):
            return False
        self._device = device
        self._partly_said = None
        self._device_problem = rate_problem(device.streams) or window_problem(
            device.streams, self._settings.window_s
        )
        self._watches = {stream.number: ChannelWatch(stream) for stream in device.streams}
        return self._device_problem is None


class _Tally(NamedTuple):
    began_s: float
    rejected: int
    frames: int
