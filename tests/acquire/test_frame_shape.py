"""Frames as bytes: checksums by their published check values, and the length of unknown frames."""

import numpy as np
import pytest
from binary_streams import a_frame, frames
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.drivers.frame_shape import FrameShape, checksum, period_of
from edge_agent.acquire.settings import FrameLayout

DUE = FrameLayout(b"\xff\xff", "u32le", 1)


@pytest.mark.parametrize(
    ("name", "expected"), [("none", b""), ("xor", b"\x31"), ("crc8", b"\xf4"), ("crc16", b"\xb1\x29")]
)
def test_checksums_have_the_check_values_of_the_catalogue(name: str, expected: bytes) -> None:
    """Of the text 123456789: CRC-8/SMBUS 0xF4, CRC-16/IBM-3740 0x29B1."""
    assert checksum(name, b"123456789") == expected


@pytest.mark.parametrize("name", ["none", "xor", "crc8", "crc16"])
def test_a_frame_has_its_size_and_is_sound(name: str) -> None:
    shape = FrameShape(FrameLayout(b"\xff\xff", "u32le", 5, checksum=name), 3)
    frame = a_frame(7, checksum=name)
    assert shape.size == len(frame)
    assert shape.is_sound(frame)
    assert shape.counter_at(frame, 0) == 7
    assert shape.counter_at(frame, 1) is None
    broken = frame[:8] + bytes([frame[8] ^ 4]) + frame[9:]
    assert shape.is_sound(broken) is (name == "none")


def test_columns_are_taken_in_the_order_of_the_channels() -> None:
    shape = FrameShape(FrameLayout(b"\xff", "u8", 2), 3)
    values = np.arange(6, dtype="<i2")
    assert shape.counts(b"\xff\x01" + values.tobytes(), (2, 0, 1)).tolist() == [[2, 0, 1], [5, 3, 4]]


@given(length=st.integers(1, 60), first=st.integers(0, 2**32 - 1), start=st.integers(0, 13))
def test_the_length_of_unknown_frames_is_found(length: int, first: int, start: int) -> None:
    sent = [b"\xff\xff" + ((first + n) % 2**32).to_bytes(4, "little") + bytes(length) for n in range(6)]
    assert period_of(b"".join(sent)[start:], DUE) == length + 6


def test_noise_and_samples_that_look_like_a_sync_are_no_frames() -> None:
    assert period_of(np.random.default_rng(1).bytes(60_000), DUE) is None
    assert period_of(b"\xff" * 20_000, DUE) is None
    assert period_of(frames(range(2)), DUE) is None
