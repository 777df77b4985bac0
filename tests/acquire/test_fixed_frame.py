"""Frames of a fixed length: never a shifted channel, and what is lost is counted exactly."""

from dataclasses import replace

import numpy as np
import pytest
from binary_streams import (
    CHANNELS,
    SCANS,
    a_frame,
    blocks,
    currents,
    frame_settings,
    frames,
    scans_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.drivers.fixed_frame import FixedFrameDecoder
from edge_agent.acquire.overrides import ChannelOverride
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.settings import SerialSettings

MANY = 30
CHECKSUMS = ["none", "xor", "crc8", "crc16"]
FRAME_BYTES = len(a_frame(0))


def a_decoder(**given: object) -> FixedFrameDecoder:
    return FixedFrameDecoder(frame_settings(**given))  # type: ignore[arg-type]


def numbers(found: list[Device | SampleBlock], seed: int = 0, until: int = 3 * MANY) -> list[int]:
    """Which frames these blocks are; fails for one that never was sent like this."""
    sent = {scans_of(number, seed).tobytes(): number for number in range(until)}
    return [sent[block.counts.tobytes()] for block in blocks(found)]


@pytest.mark.parametrize("checksum", CHECKSUMS)
def test_frames_come_out_in_order_and_the_last_waits_for_its_next(checksum: str) -> None:
    decoder = a_decoder(checksum=checksum)
    found = decoder.push(frames(range(MANY), checksum=checksum))
    assert isinstance(found[0], Device)
    assert found[0].streams[0].rate_hz == 1000.0
    assert numbers(found) == list(range(MANY - 1))
    assert [block.first_scan for block in blocks(found)] == [SCANS * n for n in range(MANY - 1)]
    assert decoder.counts.frames == MANY - 1
    assert decoder.counts.bytes_discarded == decoder.counts.lost_frames == 0


@pytest.mark.parametrize(
    ("name", "code", "wrap"), [("u8", "B", 2**8), ("u16be", ">H", 2**16), ("u32le", "<I", 2**32)]
)
def test_a_counter_that_wraps_is_no_loss(name: str, code: str, wrap: int) -> None:
    decoder = a_decoder(counter=name)
    sent = [wrap - 4 + n for n in range(10)]
    found = decoder.push(b"".join(a_frame(n, counter=code, wrap=wrap) for n in sent))
    assert len(blocks(found)) == 9
    assert decoder.counts.lost_frames == decoder.counts.restarts == 0


@pytest.mark.parametrize("value_type", ["i16be", "u16le", "i32le"])
def test_values_of_other_types_are_read(value_type: str) -> None:
    code = {"i16be": ">i2", "u16le": "<u2", "i32le": "<i4"}[value_type]
    values = np.arange(SCANS * CHANNELS).reshape(SCANS, CHANNELS) * 2000
    sent = b"".join(b"\xff\xff" + n.to_bytes(4, "little") + values.astype(code).tobytes() for n in range(4))
    (first, *_) = blocks(a_decoder(value_type=value_type).push(sent))
    assert first.counts.tolist() == values.tolist()
    assert first.counts.dtype == (np.int16 if value_type == "i16be" else np.int32)


@pytest.mark.parametrize("checksum", CHECKSUMS)
@settings(max_examples=50)
@given(
    start=st.integers(0, 2 * FRAME_BYTES),
    cuts=st.lists(st.tuples(st.integers(0, MANY * FRAME_BYTES), st.integers(1, 200)), max_size=3),
    junk=st.binary(max_size=60),
    lost=st.booleans(),
    seed=st.integers(0, 3),
)
def test_lost_bytes_and_noise_never_shift_a_channel_and_losses_are_counted(
    checksum: str, start: int, cuts: list[tuple[int, int]], junk: bytes, lost: bool, seed: int
) -> None:
    """Bytes that others replace, as many as there were, are flipped bits: only a checksum shows those."""
    data = bytearray(frames(range(MANY), seed, checksum)[start:])
    for place, length in sorted(cuts, reverse=True):
        data[place : place + length * lost] = b"" if lost else junk
    data += frames(range(MANY, MANY + 6), seed, checksum)
    decoder = a_decoder(checksum=checksum)
    came = numbers(decoder.push(bytes(data)), seed)
    assert came == sorted(set(came))
    assert came[-1] == MANY + 4
    assert decoder.counts.lost_frames == came[-1] - came[0] + 1 - len(came)
    assert decoder.counts.restarts == 0


@given(
    seed=st.integers(0, 3), flips=st.lists(st.integers(0, 8 * MANY * FRAME_BYTES - 1), min_size=1, max_size=3)
)
def test_with_a_checksum_no_flipped_bit_comes_through(seed: int, flips: list[int]) -> None:
    data = bytearray(frames(range(MANY + 6), seed, "crc16"))
    for bit in flips:
        data[bit // 8] ^= 1 << bit % 8
    decoder = a_decoder(checksum="crc16")
    came = numbers(decoder.push(bytes(data)), seed)
    assert came[-1] == MANY + 4
    assert decoder.counts.lost_frames == came[-1] - came[0] + 1 - len(came)


@given(seed=st.integers(0, 3), bit=st.integers(0, 8 * MANY * FRAME_BYTES - 1))
def test_without_one_a_flipped_bit_changes_one_value_at_most_and_shifts_none(seed: int, bit: int) -> None:
    data = bytearray(frames(range(MANY + 6), seed))
    data[bit // 8] ^= 1 << bit % 8
    came = blocks(a_decoder().push(bytes(data)))
    sent = np.array([scans_of(number, seed) for number in range(MANY + 6)])
    wrong = [np.count_nonzero(sent != block.counts, axis=(1, 2)) for block in came]
    nearest = [int(each.argmin()) for each in wrong]
    assert sum(int(each.min()) for each in wrong) <= 1
    assert nearest == sorted(set(nearest))
    assert len(came) >= MANY + 3


@given(restart=st.integers(4, MANY), cut=st.integers(0, FRAME_BYTES), pieces=st.integers(20, 900))
def test_a_restart_begins_the_time_anew_and_is_counted(restart: int, cut: int, pieces: int) -> None:
    before = frames(range(500, 500 + restart))
    data = before[: len(before) - cut] + frames(range(1, 10))
    decoder = a_decoder()
    found: list[Device | SampleBlock] = []
    for start in range(0, len(data), pieces):
        found += decoder.push(data[start : start + pieces])
    came = blocks(found)
    anew = [block for block in came if block.overrun]
    assert decoder.counts.restarts == len(anew) == 1
    assert anew[0].first_scan >= came[-9].first_scan + 2 * 12_000 or anew[0].first_scan == 0
    assert anew[0].counts.tobytes() == scans_of(1).tobytes()
    assert decoder.counts.lost_frames == 0


def test_a_device_that_is_started_anew_does_not_continue_its_old_count() -> None:
    decoder = a_decoder(opening=(b"START\n",))
    decoder.push(frames(range(5)))
    decoder.cut()
    (first, *_) = blocks(decoder.push(frames(range(4, 9))))
    assert first.overrun
    assert first.first_scan >= 2 * 12_000
    assert decoder.counts.restarts == 1
    assert decoder.counts.lost_frames == 0


def test_one_that_runs_on_by_itself_only_lacks_what_it_sent_meanwhile() -> None:
    decoder = a_decoder()
    decoder.push(frames(range(5)))
    decoder.cut()
    (first, *_) = blocks(decoder.push(frames(range(9, 14))))
    assert (first.first_scan, decoder.counts.lost_frames, decoder.counts.restarts) == (SCANS * 9, 5, 0)


def test_two_places_at_which_a_frame_could_begin_are_not_decided_by_chance() -> None:
    """A device whose samples imitate its own heads: frame within frame, counter and all."""

    def both(number: int) -> bytes:
        head = b"\xff\xff" + number.to_bytes(4, "little")
        return head + bytes(10) + head + bytes(14)

    decoder = a_decoder()
    assert not blocks(decoder.push(b"".join(both(n) for n in range(50))))
    (last, *others) = blocks(decoder.push(frames(range(50, 56))))
    assert last.counts.tobytes() == both(49)[6:]
    assert numbers(list(others)) == [50, 51, 52, 53, 54]


def test_frames_of_another_length_are_told_with_both_lengths() -> None:
    other = b"".join(b"\xff\xff" + n.to_bytes(4, "little") + bytes(20) for n in range(50))
    decoder = a_decoder()
    assert not decoder.push(other)
    silence = decoder.explain(Unread(other, len(other), 0))
    assert silence is not None
    assert f"frames of 26 bytes come, expected {FRAME_BYTES} (5 scans of 3 channels)" in silence.text


def test_frames_of_which_nothing_is_known_ask_for_the_channels() -> None:
    decoder = FixedFrameDecoder(SerialSettings("fixed_frame", "/dev/null"))
    data = frames(range(10))
    assert not decoder.push(data)
    silence = decoder.explain(Unread(data, len(data), 0))
    assert silence is not None
    assert "nothing says what is in them: put into the YAML channels:" in silence.text


def test_what_is_lost_for_want_of_a_scale_is_counted_as_undescribed() -> None:
    unknown = tuple(ChannelOverride(channel.name) for channel in currents())
    decoder = FixedFrameDecoder(replace(frame_settings(), channels=unknown))
    assert not decoder.push(frames(range(5)))
    assert decoder.counts.undescribed == 4


def test_an_arduino_due_is_recognised_by_other_drivers() -> None:
    hint = FixedFrameDecoder.recognise(Unread(frames(range(9)), 0, 0), "lines")
    assert hint is not None
    assert "set acquisition.driver: fixed_frame and acquisition.preset: due_daq" in hint
