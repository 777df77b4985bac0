"""Where things are in frames of a fixed length: sync, counter, values, checksum."""

import binascii
from collections.abc import Sequence
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Counts
from edge_agent.acquire.settings import FrameLayout

COUNTERS = {"u8": 1, "u16le": 2, "u16be": 2, "u32le": 4, "u32be": 4}
"""Counters of frames by name, as `acquisition.frame` has them (acquire/README.md), and their bytes."""
VALUES = {"i16le": "<i2", "i16be": ">i2", "u16le": "<u2", "u16be": ">u2", "i32le": "<i4", "i32be": ">i4"}
"""Types of values by name, as `acquisition.frame` has them, and as numpy writes them."""
CHECKSUMS = {"none": 0, "xor": 1, "crc8": 1, "crc16": 2}
"""Checksums by name, as `acquisition.frame` has them, and their bytes."""

_CRC8_POLYNOMIAL = 0x07
"""CRC-8/SMBUS: x^8 + x^2 + x + 1, from 0 on (Koopman's catalogue of CRCs: 0x83)."""
_CRC16_START = 0xFFFF
"""CRC-16/CCITT-FALSE (IBM-3740): polynomial 0x1021 from 0xFFFF on; stored with its low byte first."""


def _crc8_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = byte << 1 ^ _CRC8_POLYNOMIAL if byte & 0x80 else byte << 1
    return byte & 0xFF


_CRC8 = tuple(_crc8_of_byte(byte) for byte in range(256))
"""The checksum of each single byte, from which that of many follows."""


def checksum(name: str, data: bytes) -> bytes:
    """Return the checksum of this name, as it stands in a frame."""
    match name:
        case "xor":
            return bytes([int(np.bitwise_xor.reduce(np.frombuffer(data, np.uint8)))])
        case "crc8":
            return bytes([reduce(lambda crc, byte: _CRC8[crc ^ byte], data, 0)])
        case "crc16":
            return binascii.crc_hqx(data, _CRC16_START).to_bytes(2, "little")
        case _:
            return b""


class FrameShape:
    """The layout of frames with so many channels."""

    def __init__(self, layout: FrameLayout, channels: int) -> None:
        self._layout = layout
        self._channels = channels
        self._dtype = np.dtype(VALUES[layout.value_type])
        self._order: Literal["big", "little"] = "big" if layout.counter.endswith("be") else "little"
        counter_bytes = COUNTERS[layout.counter]
        self.sync = layout.sync
        """What each frame begins with."""
        self.wrap: int = 256**counter_bytes
        """Where the counter starts over."""
        self.head_bytes = len(layout.sync) + counter_bytes
        """Length of sync and counter."""
        self.values_bytes = layout.scans * channels * self._dtype.itemsize
        """Length of the scans."""
        self.size = self.head_bytes + self.values_bytes + CHECKSUMS[layout.checksum]
        """Length of a frame."""
        self.stands_alone = CHECKSUMS[layout.checksum] > 1
        """True if the checksum alone tells a whole frame from parts of two; 8 bits fit every 256th time."""

    def counter_at(self, data: bytes | bytearray, place: int) -> int | None:
        """Return the counter of a frame that begins at a place; None if no sync stands there."""
        if not data.startswith(self.sync, place):
            return None
        number = data[place + len(self.sync) : place + self.head_bytes]
        return int.from_bytes(number, self._order)

    def is_sound(self, data: bytes | bytearray, place: int = 0) -> bool:
        """True if the checksum of the frame at a place fits, or if it has none."""
        values_end = place + self.head_bytes + self.values_bytes
        covered = bytes(data[place + len(self.sync) : values_end])
        return bytes(data[values_end : place + self.size]) == checksum(self._layout.checksum, covered)

    def counts(self, data: bytes | bytearray, columns: Sequence[int]) -> Counts:
        """Return these columns of the scans (scans, columns) of the frame at the beginning of some bytes."""
        values: NDArray[np.integer] = np.frombuffer(
            bytes(data[self.head_bytes : self.head_bytes + self.values_bytes]), self._dtype
        ).reshape(self._layout.scans, self._channels)[:, list(columns)]
        if self._layout.value_type.startswith("i16"):
            return values.astype(np.int16)
        return values.astype(np.int32)


def period_of(data: bytes, layout: FrameLayout) -> int | None:
    """Return the length of the frames in some bytes, whatever they hold; None if there are none.

    Three heads at equal distances, with counters that grow by one, are frames.
    """
    shape = FrameShape(layout, 1)
    heads: dict[int, list[int]] = {}
    place = data.find(shape.sync)
    while 0 <= place <= len(data) - shape.head_bytes:
        counter = shape.counter_at(data, place) or 0
        for before in heads.get((counter - 1) % shape.wrap, []):
            distance = place - before
            if distance > shape.head_bytes and before - distance in heads.get((counter - 2) % shape.wrap, []):
                return distance
        heads.setdefault(counter, []).append(place)
        place = data.find(shape.sync, place + 1)
    return None
