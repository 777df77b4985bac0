"""Fixed frames and DATAQ scans as devices write them, and what may come of them: never a shifted channel."""

import binascii
import struct
from collections.abc import Iterable, Sequence

import numpy as np

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock
from edge_agent.acquire.settings import FrameLayout, SerialSettings

SCANS = 5
CHANNELS = 3
OPEN = 0x7F00


def currents(count: int = CHANNELS) -> tuple[Channel, ...]:
    """So many currents of the YAML."""
    return tuple(Channel(f"i{n}", ChannelKind.CURRENT, "A", 0.01) for n in range(count))


def frame_settings(
    checksum: str = "none", counter: str = "u32le", opening: tuple[bytes, ...] = (), value_type: str = "i16le"
) -> SerialSettings:
    layout = FrameLayout(b"\xff\xff", counter, SCANS, value_type, checksum)
    return SerialSettings(
        "fixed_frame", "/dev/null", channels=currents(), rate_hz=1000.0, frame=layout, opening=opening
    )


def dataq_settings(count: int = CHANNELS, inputs: tuple[str, ...] = ()) -> SerialSettings:
    return SerialSettings("dataq", "/dev/null", channels=currents(count), rate_hz=10_000.0, inputs=inputs)


def scans_of(number: int, seed: int = 0, scans: int = SCANS) -> np.ndarray:
    """The samples of a frame; bytes FF are many among them, so that they look like a sync everywhere."""
    rng = np.random.default_rng((seed, number))
    counts = rng.integers(-2000, 2000, (scans, CHANNELS))
    counts[rng.random(counts.shape) < 0.4] = -1
    return counts.astype(np.int16)


def a_frame(
    number: int, seed: int = 0, checksum: str = "none", counter: str = "<I", wrap: int = 2**32
) -> bytes:
    """That frame on the wire."""
    body = struct.pack(counter, number % wrap) + scans_of(number, seed).astype("<i2").tobytes()
    return b"\xff\xff" + body + _checksum(checksum, body)


def _checksum(name: str, body: bytes) -> bytes:
    """Checksums in the simplest way there is."""
    if name == "xor":
        result = 0
        for byte in body:
            result ^= byte
        return bytes([result])
    if name == "crc8":
        crc = 0
        for byte in body:
            crc ^= byte
            for _ in range(8):
                crc = (crc << 1 ^ 0x107) if crc & 0x80 else crc << 1
        return bytes([crc])
    return binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "little") if name == "crc16" else b""


def frames(numbers: Iterable[int], seed: int = 0, checksum: str = "none") -> bytes:
    return b"".join(a_frame(number, seed, checksum) for number in numbers)


def dataq_scans(counts: np.ndarray) -> bytes:
    """Scans (scans, channels) with the open digital inputs behind each."""
    digital = np.full((len(counts), 1), OPEN, np.int16)
    return np.hstack([counts, digital]).astype("<i2").tobytes()


def blocks(found: Sequence[Device | SampleBlock]) -> list[SampleBlock]:
    return [part for part in found if isinstance(part, SampleBlock)]
