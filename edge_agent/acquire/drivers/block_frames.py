"""Block frames: the wire format of a DAQ that sends samples in blocks (architecture: wire format).

A frame is COBS-encoded and ends with a zero byte. Decoded, little-endian: header, payload, and the
CRC-32 (zlib) of both. The payload of type 0 are int16 scans interleaved by channel, that of type 1 is
JSON that describes the device; its scan count is the number of its bytes, or 0.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Self

import numpy as np

from edge_agent.acquire import description
from edge_agent.acquire.counts import Counter, DecoderCounts
from edge_agent.acquire.drivers import cobs
from edge_agent.acquire.drivers.decoder import Decoder, Unread
from edge_agent.acquire.drivers.sequence import Arrival, SequenceTracker
from edge_agent.acquire.drivers.splitting import Splitter
from edge_agent.acquire.overrides import ConfiguredChannel, undescribed_device, with_channels
from edge_agent.acquire.samples import Device, SampleBlock, same_rate
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import Silence

VERSION = 1
"""Version of the wire format in every header (architecture: wire format)."""
DATA = 0
"""Frame type of samples (wire format)."""
DESCRIPTION = 1
"""Frame type of a description (wire format)."""
CLIPPED = 1
"""Flag bit 0 (wire format)."""
OVERRUN = 2
"""Flag bit 1 (wire format)."""
DELIMITER = b"\0"
"""What ends every frame (wire format); COBS keeps it out of them."""
MAX_FRAME_BYTES = 262_144
"""Longest frame as encoded, without its delimiter; the wire format counts that in."""

_HEADER = struct.Struct("<BBBBHHIQI")
"""Version, type, stream, channels, scans, flags, sequence, first scan, rate in mHz (wire format)."""
_CRC = struct.Struct("<I")
"""CRC-32 of zlib behind the payload (wire format)."""
_RESIDUE = zlib.crc32(bytes(_CRC.size))  # the CRC of anything that ends with its own CRC
_OVERHEAD = _HEADER.size + _CRC.size
_PATIENCE_S = 2.0
"""Data of an unknown device waits this long for its description, s: twice the period at which one is
sent."""
_MAX_STARTS = 64
"""Places in a damaged frame at which another may begin that are tried; bounds the work on garbage.
Judgement."""
_START_OF_DESCRIPTION = rb"\x03\x01\x01"
"""How a description begins on the wire: COBS length 3, version 1, type 1, then a zero for the stream."""


def encode_data(block: SampleBlock, rate_hz: float, sequence: int) -> bytes:
    """Return a block of int16 counts as a frame with its delimiter."""
    scans, channels = block.counts.shape
    flags = (CLIPPED if block.clipped else 0) | (OVERRUN if block.overrun else 0)
    header = _HEADER.pack(
        VERSION,
        DATA,
        block.stream,
        channels,
        scans,
        flags,
        sequence,
        block.first_scan,
        _millihertz(rate_hz),
    )
    return _sealed(header + block.counts.astype("<i2", casting="same_kind").tobytes())


def encode_description(device: Device) -> bytes:
    """Return what a device is as a frame with its delimiter."""
    text = description.encode_description(device)
    header = _HEADER.pack(VERSION, DESCRIPTION, 0, 0, len(text), 0, 0, 0, 0)
    return _sealed(header + text)


class FrameDecoder(Decoder):
    """Finds the frames in a stream of bytes, whatever lies between them.

    Only a frame whose stuffing, checksum, version and lengths all fit is handed on, each once. How the
    bytes are cut into pushes changes nothing. Memory is bounded by MAX_FRAME_BYTES and by 16 streams.
    """

    spoken: ClassVar = "block frames"

    def __init__(self, channels: tuple[ConfiguredChannel, ...] = ()) -> None:
        """Take the channels that override what the device says; those of stream 0 if it says nothing."""
        self.description_problem: str | None = None
        """Why the last description cannot be right and was ignored; None once a right one came."""
        self._channels = channels
        self._counter = Counter()
        self._splitter = Splitter(DELIMITER, MAX_FRAME_BYTES)
        self._described: Device | None = None
        self._widths: dict[int, tuple[int, int]] = {}
        self._trackers: dict[int, SequenceTracker] = {}
        self._doubted: set[int] = set()
        self._lost_before = 0
        self._starts = re.compile(b"(?=" + _START_OF_DESCRIPTION + b")")
        self._assumed = True
        self._waited_s = 0.0

    @classmethod
    def from_settings(cls, settings: SerialSettings) -> Self:
        """Return a decoder with the configured channels; frames state the rest."""
        return cls(settings.channels)

    @property
    def counts(self) -> DecoderCounts:
        """What was seen so far."""
        lost = self._lost_before + sum(tracker.lost for tracker in self._trackers.values())
        return self._counter.snapshot(lost, self._splitter)

    def push(self, data: bytes) -> list[Device | SampleBlock]:
        """Take bytes; return what their complete frames hold."""
        found: list[Device | SampleBlock] = []
        for encoded in self._splitter.push(data):
            found += self._take(encoded)
        return found

    def cut(self) -> None:
        """Forget the beginning of a frame, since its end will never come: the port was closed."""
        self._splitter.cut()

    def explain(self, unread: Unread) -> Silence | None:
        """Return why whole frames bring no samples; None if none came."""
        if self._counter.contradicting:
            text = "samples arrive with another rate, stream or number of channels than the DAQ describes"
            return Silence("contradicting", text, "refused_frames", max(1, unread.refused))
        if self._counter.undescribed:
            text = "frames arrive, but nothing says what is in them: "
            text += "give channels in the YAML, one for each column"
            return Silence("undescribed", text, "refused_frames", max(1, unread.refused))
        return None

    @classmethod
    def foreign(cls, sample: bytes) -> str:
        """Return in words that no frame is whole, or that none even ends."""
        return f"bytes come, but {'no frame is whole' if DELIMITER in sample else 'no frame ends'}"

    @classmethod
    def recognise(cls, unread: Unread, expected: str) -> str | None:
        """Return a hint that the bytes are block frames, and what to set; None without a whole frame."""
        if not any(is_frame(piece) for piece in unread.sample.split(DELIMITER) if piece):
            return None
        return f"block frames come, not {expected}: set acquisition.driver: block_frames"

    def _take(self, encoded: bytes) -> list[Device | SampleBlock]:
        """Return what a piece between two delimiters holds."""
        frame = _checked(encoded)
        if isinstance(frame, bytes):
            return self._read(frame, len(encoded))
        if frame is _WRONG_CRC:
            self._counter.crc_errors += 1
        else:
            self._counter.malformed += 1
        return self._rescue(encoded)

    def _rescue(self, encoded: bytes) -> list[Device | SampleBlock]:
        """Look for a frame behind garbage that did not end with a delimiter.

        So a lost delimiter costs only its own frame, and noise before a frame costs nothing.
        """
        for number, start in enumerate(self._starts.finditer(encoded)):
            if number == _MAX_STARTS:
                break
            frame = _checked(encoded[start.start() :])
            if isinstance(frame, bytes):
                self._counter.bytes_discarded += start.start()
                return self._read(frame, len(encoded) - start.start())
        self._counter.bytes_discarded += len(encoded)
        return []

    def _read(self, frame: bytes, encoded_bytes: int) -> list[Device | SampleBlock]:
        header = _Header._make(_HEADER.unpack_from(frame))
        payload_bytes = len(frame) - _OVERHEAD
        if header.version == VERSION:
            if header.kind == DATA and 0 < 2 * header.channels * header.scans == payload_bytes:
                return self._read_data(header, frame)
            if header.kind == DESCRIPTION and header.scans in (0, payload_bytes):
                return self._read_description(frame[_HEADER.size : -_CRC.size])
        self._counter.malformed += 1
        self._counter.bytes_discarded += encoded_bytes
        return []

    def _read_data(self, header: "_Header", frame: bytes) -> list[Device | SampleBlock]:
        found: list[Device | SampleBlock] = []
        channels, rate_mhz = self._widths.get(header.stream, (0, 0))
        fits = channels == header.channels and same_rate(rate_mhz, header.rate_mhz)
        if not fits:
            found += self._assume(header)
        if header.stream in self._widths:
            tracker = self._tracker(header)
            checksum = int.from_bytes(frame[-_CRC.size :], "little")
            arrival = tracker.judge(header.sequence, checksum, header.first_scan, header.scans)
            if arrival is not Arrival.NEXT:
                self._counter.note(arrival)
            if arrival is Arrival.REPEATED:
                return found
        if not fits and not found:
            self._counter.contradicting += self._described is not None
            self._counter.undescribed += self._described is None
            return found
        self._counter.frames += 1
        shape = header.scans, header.channels
        counts = np.frombuffer(frame, "<i2", header.scans * header.channels, _HEADER.size).reshape(shape)
        clipped, overrun = header.flags & CLIPPED != 0, header.flags & OVERRUN != 0
        found.append(SampleBlock(header.stream, header.first_scan, counts, clipped, overrun))
        return found

    def _tracker(self, header: "_Header") -> SequenceTracker:
        """Return who follows the numbers of this frame's stream.

        A device of another name begins its own numbers, unless they go on: then only a text has changed.
        """
        tracker = self._trackers.setdefault(header.stream, SequenceTracker())
        if header.stream in self._doubted:
            self._doubted.discard(header.stream)
            if not tracker.expects(header.sequence):
                self._lost_before += tracker.lost
                tracker = self._trackers[header.stream] = SequenceTracker()
        return tracker

    def _read_description(self, text: bytes) -> list[Device | SampleBlock]:
        try:
            device, _ = description.decode_description(text)
        except description.DescriptionError as error:
            self._counter.bad_descriptions += 1
            self.description_problem = str(error)
            return []
        self._counter.frames += 1
        self.description_problem = None
        self._assumed = False
        if device != self._described:
            self._accept(device)
        return [with_channels(device, self._channels)]

    def _accept(self, device: Device) -> None:
        before, self._described = self._described, device
        if before is not None and _identity(before) != _identity(device):
            self._doubted.update(self._trackers)
        self._widths = {s.number: (len(s.channels), _millihertz(s.rate_hz)) for s in device.streams}
        starts = [_START_OF_DESCRIPTION, *_starts_of_data(self._widths)]
        self._starts = re.compile(b"(?=" + b"|".join(starts) + b")", re.DOTALL)

    def _assume(self, header: "_Header") -> list[Device | SampleBlock]:
        """Take the configured channels once two seconds of samples came without a description."""
        if (
            not self._assumed
            or header.stream
            or header.channels != len(self._channels)
            or not header.rate_mhz
        ):
            return []
        self._waited_s += 1000 * header.scans / header.rate_mhz
        if self._waited_s < _PATIENCE_S:
            return []
        self._waited_s = 0.0
        device = undescribed_device(self._channels, header.rate_mhz / 1000)
        if device is None:
            return []
        self._accept(device)
        return [device]


class _Header(NamedTuple):
    version: int
    kind: int
    stream: int
    channels: int
    scans: int
    flags: int
    sequence: int
    first_scan: int
    rate_mhz: int


def is_frame(encoded: bytes) -> bool:
    """True if bytes without a delimiter are a whole frame of any content."""
    return isinstance(_checked(encoded), bytes)


_WRONG_CRC = object()
"""Stands for a frame whose checksum does not fit."""
_NO_FRAME = object()
"""Stands for bytes that are not stuffed as COBS does it, or that are too few for a frame."""


def _checked(encoded: bytes) -> bytes | object:
    """Return a frame whose stuffing and checksum fit, else what is wrong with it."""
    try:
        frame = cobs.decode(encoded)
    except cobs.CobsError:
        return _NO_FRAME
    if len(frame) < _OVERHEAD:
        return _NO_FRAME
    return frame if zlib.crc32(frame) == _RESIDUE else _WRONG_CRC


def _sealed(body: bytes) -> bytes:
    return cobs.encode(body + _CRC.pack(zlib.crc32(body))) + DELIMITER


def _starts_of_data(widths: dict[int, tuple[int, int]]) -> Iterator[bytes]:
    """Return patterns of how encoded data frames begin: version, a stuffed zero, stream, channel count."""
    for number, (channels, _) in widths.items():
        stream = b"\x01." if number == 0 else b"." + re.escape(bytes([number]))
        yield b"\x02\x01" + stream + re.escape(bytes([channels]))


def _identity(device: Device) -> tuple[str, str]:
    return device.name, device.serial_number


def _millihertz(rate_hz: float) -> int:
    return round(rate_hz * 1000)
