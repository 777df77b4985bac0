"""Frames of a fixed length that the YAML describes: sync, counter, scans interleaved by channel, checksum.

A sync may stand anywhere among samples, so that it is never believed alone. A frame is handed on only if the
frame behind it begins where it ends, with a counter that is one more; where a crc16 fits, a larger one will
do. To find the beginning of a frame, everything within the length of one is looked at: there must be only one
place at which that is so. What is lost is counted by the counter.
"""

import logging
from typing import ClassVar, Self

from edge_agent.acquire.conversation import Exchange
from edge_agent.acquire.counts import Counter, DecoderCounts
from edge_agent.acquire.drivers import due_daq
from edge_agent.acquire.drivers.decoder import Decoder, Unread
from edge_agent.acquire.drivers.due_daq import Plan
from edge_agent.acquire.drivers.frame_shape import FrameShape, period_of
from edge_agent.acquire.drivers.scan_index import ScanIndex
from edge_agent.acquire.overrides import undescribed_device
from edge_agent.acquire.samples import Device, SampleBlock, same_rate
from edge_agent.acquire.settings import WANTED_CHANNELS, FrameLayout, SerialSettings
from edge_agent.acquire.source import Silence

_LOG = logging.getLogger(__name__)

PRESETS = {"due_daq": due_daq.plan}
"""DAQs that are known by name, and what each is told and sends."""
_REMEMBERED_BYTES = 65_536
"""Bytes without a frame that are kept to see which frames they are: judgement, some of the longest."""
_MAX_JUMP = 2
"""A counter that jumped ahead by less than its range over this has lost frames; else the DAQ restarted.
Judgement."""


class FixedFrameDecoder(Decoder):
    """Finds frames of a fixed length; holds each back until the head of the next one has come."""

    spoken: ClassVar = "fixed frames"
    tells_rate: ClassVar = False
    describes_itself: ClassVar = False

    def __init__(self, settings: SerialSettings) -> None:
        self.description_problem: str | None = None
        """None: there is no description on the wire."""
        self._plan = plan_of(settings)
        if settings.rate_hz and not same_rate(settings.rate_hz, self._plan.rate_hz):
            _LOG.info(
                "the DAQ gives %.2f scans a second, %g are asked for", self._plan.rate_hz, settings.rate_hz
            )
        device = undescribed_device(settings.channels, self._plan.rate_hz) if settings.channels else None
        self._device = device if self._plan.rate_hz else None
        self._shape = FrameShape(self._plan.layout, max(1, len(self._plan.columns)))
        self._index = ScanIndex(self._plan.rate_hz, settings.window_s)
        self._counter = Counter()
        self._lost_frames = 0
        self._buffer = bytearray()
        self._locked = False
        self._told = False
        self._expected: int | None = None
        self._broken = False
        self._unread = b""

    @classmethod
    def from_settings(cls, settings: SerialSettings) -> Self:
        """Return a decoder of the frames that the YAML describes, or of those of its preset."""
        return cls(settings)

    @property
    def opening(self) -> tuple[Exchange, ...]:
        """The commands that make the DAQ send."""
        return self._plan.opening

    @property
    def closing(self) -> tuple[Exchange, ...]:
        """The commands that stop it."""
        return self._plan.closing

    @property
    def counts(self) -> DecoderCounts:
        """What was seen so far; lost frames are those that the counters say are missing."""
        return self._counter.snapshot(self._lost_frames)

    def push(self, data: bytes) -> list[Device | SampleBlock]:
        """Take bytes; return the frames that they confirm."""
        self._buffer += data
        found: list[Device | SampleBlock] = []
        while self._follow(found) if self._locked else self._search():
            pass
        return found

    def cut(self) -> None:
        """Forget what is incomplete; a DAQ that is told to start counts anew, nobody knows how much later."""
        self._discard(len(self._buffer))
        self._locked = False
        if self._plan.opening and self._expected is not None:
            self._expected = None
            self._broken = True

    def explain(self, unread: Unread) -> Silence | None:
        """Return why frames bring no samples: nothing says what is in them, or they have another length."""
        layout = self._plan.layout
        period = period_of(self._unread + bytes(self._buffer), layout)
        if period is None and not self._counter.undescribed:
            return None
        if period == self._shape.size and self._device is not None:
            return None
        if self._device is None:
            text = f"frames arrive, but nothing says what is in them: put into the YAML {WANTED_CHANNELS}"
            return Silence("undescribed", text, "refused_frames", max(1, unread.refused))
        text = (
            f"frames of {period} bytes come, expected {self._shape.size} ({layout.scans} scans of "
            f"{len(self._plan.columns)} channels): correct acquisition.frame, or the list of channels"
        )
        return Silence("other length", text, "refused_frames", max(1, unread.refused))

    @classmethod
    def recognise(cls, unread: Unread, expected: str) -> str | None:
        """Return a hint that the bytes are frames of a known DAQ, and what to set; None if they are not."""
        if period_of(unread.sample, FrameLayout(due_daq.SYNC, due_daq.COUNTER, 1)) is None:
            return None
        return (
            f"frames as an Arduino Due with DaqOpen sends them come, not {expected}: set acquisition.driver: "
            f"fixed_frame and acquisition.preset: due_daq, and add {WANTED_CHANNELS}"
        )

    def _search(self) -> bool:
        """Look for the only beginning of a frame within the length of one; False if more bytes are needed."""
        shape = self._shape
        if len(self._buffer) < 2 * shape.size + shape.head_bytes:
            return False
        places = self._beginnings()
        self._locked = len(places) == 1
        self._discard(places[0] if self._locked else shape.size)
        return True

    def _beginnings(self) -> list[int]:
        shape, found = self._shape, []
        last = shape.size + len(shape.sync) - 1
        place = self._buffer.find(shape.sync, 0, last)
        while place >= 0:
            counter = shape.counter_at(self._buffer, place)
            if self._comes_before(counter, place + shape.size) and shape.is_sound(self._buffer, place):
                found.append(place)
            place = self._buffer.find(shape.sync, place + 1, last)
        return found

    def _comes_before(self, counter: int | None, place: int) -> bool:
        return counter is not None and self._shape.counter_at(self._buffer, place) == self._next_of(counter)

    def _follow(self, found: list[Device | SampleBlock]) -> bool:
        """Judge the frame at the beginning by the head behind it; False if that has not come yet."""
        shape = self._shape
        if len(self._buffer) < shape.size + shape.head_bytes:
            return False
        counter, behind = (shape.counter_at(self._buffer, place) for place in (0, shape.size))
        missing = None if counter is None or behind is None else (behind - counter - 1) % shape.wrap
        if counter is None or missing is None:
            self._counter.malformed += 1
        elif not shape.is_sound(self._buffer):
            self._counter.crc_errors += 1
        elif self._is_credible(missing):
            self._give(counter, found)
            del self._buffer[: shape.size]
            return True
        self._locked = missing == 0
        self._discard(shape.size if self._locked else 1)
        return True

    def _is_credible(self, missing: int) -> bool:
        """True if so many frames may be missing between a sound frame and the head behind it."""
        return missing == 0 or (self._shape.stands_alone and missing < self._shape.wrap // _MAX_JUMP)

    def _give(self, counter: int, found: list[Device | SampleBlock]) -> None:
        gap = self._broken
        if self._expected is not None and counter != self._expected:
            gap = True
            missing = (counter - self._expected) % self._shape.wrap
            if missing < self._shape.wrap // _MAX_JUMP:
                self._lost_frames += missing
                self._index.advance(missing * self._plan.layout.scans)
            else:
                self._broken = True
        self._expected = self._next_of(counter)
        if self._broken:
            self._counter.restarts += 1
            self._index.begin_anew()
            self._broken = False
        if self._device is None:
            self._counter.undescribed += 1
            return
        if not self._told:
            found.append(self._device)
            self._told = True
        counts = self._shape.counts(self._buffer, self._plan.columns)
        found.append(SampleBlock(0, self._index.next, counts, overrun=gap))
        self._index.advance(len(counts))
        self._counter.frames += 1

    def _next_of(self, counter: int) -> int:
        return (counter + 1) % self._shape.wrap

    def _discard(self, size: int) -> None:
        self._unread = (self._unread + bytes(self._buffer[:size]))[-_REMEMBERED_BYTES:]
        self._counter.bytes_discarded += size
        del self._buffer[:size]


def plan_of(settings: SerialSettings) -> Plan:
    """Return what the DAQ of these settings is told, and what it then sends.

    The frames of the YAML, or a preset; where neither is given, the first preset.
    """
    channels = len(settings.channels)
    if settings.frame is None:
        preset = settings.preset or next(iter(PRESETS))
        return PRESETS[preset](settings.inputs, max(1, channels), settings.rate_hz)
    return Plan(
        layout=settings.frame,
        rate_hz=settings.rate_hz or 0.0,
        opening=tuple(Exchange(command) for command in settings.opening),
        closing=tuple(Exchange(command) for command in settings.closing),
        columns=tuple(range(channels)),
    )
