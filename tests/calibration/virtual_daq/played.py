"""A DAQ that plays numbers which tell where they belong, and what a listener makes of the bytes."""

import json
import os
import select
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from calibration.virtual_daq.errors import DaqError
from edge_agent.acquire.drivers import cobs
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream

PATIENCE_S = 60.0


class Frame(NamedTuple):
    """A data frame, decoded by what the wire format says and nothing else."""

    stream: int
    sequence: int
    first_scan: int
    rate_hz: float
    flags: int
    counts: np.ndarray


class Heard(NamedTuple):
    """Everything in a stretch of bytes."""

    frames: list[Frame]
    descriptions: list[dict]
    damaged: int

    def counts(self, stream: int) -> np.ndarray:
        return np.concatenate([f.counts for f in self.frames if f.stream == stream])

    def sequences(self, stream: int = 0) -> list[int]:
        return [f.sequence for f in self.frames if f.stream == stream]


def heard(received: bytes) -> Heard:
    """Decode what was received; what follows the last delimiter is ignored."""
    result = Heard([], [], 0)
    damaged = 0
    for encoded in received.split(b"\0")[:-1]:
        try:
            frame = cobs.decode(encoded) if encoded else b""
        except cobs.CobsError:
            frame = b"damaged"
        if not frame:
            continue
        if zlib.crc32(frame[:-4]) != int.from_bytes(frame[-4:], "little"):
            damaged += 1
            continue
        version, kind, stream, channels, scans, flags, sequence, first, mhz = struct.unpack_from(
            "<BBBBHHIQI", frame
        )
        assert version == 1
        if kind == 1:
            result.descriptions.append(json.loads(frame[24:-4]))
            continue
        counts = np.frombuffer(frame[24:-4], "<i2").reshape(scans, channels)
        result.frames.append(Frame(stream, sequence, first, mhz / 1000, flags, counts))
    return result._replace(damaged=damaged)


def a_current(name: str = "ia") -> Channel:
    return Channel(name, ChannelKind.CURRENT, "A", 0.01, phase=name[-1])


def a_device(rate_hz: float = 10_000.0, currents: str = "abc", vibration_hz: float | None = None) -> Device:
    streams = [Stream(0, rate_hz, tuple(a_current(f"i{p}") for p in currents))]
    if vibration_hz is not None:
        streams.append(Stream(1, vibration_hz, (Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.1),)))
    return Device("test rig", "7", "1.0", tuple(streams))


def expected_counts(stream: int, channels: int, first: int, until: int) -> np.ndarray:
    """What `RampSource` gives: every scan tells its index."""
    scans = np.arange(first, until)[:, None]
    return ((scans * 7 + np.arange(channels) * 1000 + stream * 100) % 30_000 - 15_000).astype(np.int16)


class RampSource:
    """A source of numbers that tell where they belong."""

    def __init__(self, device: Device, length_s: float = 1e9) -> None:
        self.device = device
        self.broken_bars = 0
        self.elapsed_s = 0.0
        self._length_s = length_s
        self._next = dict.fromkeys((s.number for s in device.streams), 0)

    @property
    def finished(self) -> bool:
        return self.elapsed_s >= self._length_s

    def advance(self, duration_s: float) -> list[SampleBlock]:
        self.elapsed_s = min(self.elapsed_s + duration_s, self._length_s)
        blocks = []
        for stream in self.device.streams:
            first, until = self._next[stream.number], int(self.elapsed_s * stream.rate_hz + 1e-6)
            self._next[stream.number] = until
            counts = expected_counts(stream.number, len(stream.channels), first, until)
            blocks.append(SampleBlock(stream.number, first, counts))
        return [block for block in blocks if block.counts.size]

    def break_bars(self, count: int) -> None:
        if count > 4:
            raise DaqError("too many")
        self.broken_bars = count


def open_link(link: Path) -> int:
    return os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


def all_there(file: int, patience_s: float) -> bytes:
    """Read until nothing comes for `patience_s`; the kernel hands over what was written after a moment."""
    received = b""
    while select.select([file], [], [], patience_s)[0]:
        received += os.read(file, 65_536)
    return received


def read_until(file: int, enough: Callable[[bytes], bool]) -> bytes:
    """Read until there is enough, or the other end is closed."""
    received = b""
    deadline = time.monotonic() + PATIENCE_S
    while not enough(received):
        readable, _, _ = select.select([file], [], [], deadline - time.monotonic())
        assert readable, f"nothing more came after {len(received)} bytes"
        try:
            piece = os.read(file, 65_536)
        except OSError:
            piece = b""
        if not piece:
            break
        received += piece
    return received


def assert_every_sample(received: bytes, device: Device, seconds: float) -> None:
    said = heard(received)
    assert said.damaged == 0
    for stream in device.streams:
        scans = int(stream.rate_hz * seconds)
        expected = expected_counts(stream.number, len(stream.channels), 0, scans)
        assert np.array_equal(said.counts(stream.number), expected)
