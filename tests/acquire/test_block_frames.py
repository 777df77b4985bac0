"""Block frames: what comes through damage, and what never does."""

import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import RATE_HZ, SCANS, a_block, a_device, a_frame, numbers

from edge_agent.acquire.drivers import cobs
from edge_agent.acquire.drivers.block_frames import (
    MAX_FRAME_BYTES,
    FrameDecoder,
    encode_data,
    encode_description,
)
from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock

FRAMES = [a_frame(number) for number in range(12)]
DESCRIPTION = encode_description(a_device())


def a_decoder(*pushed: bytes) -> FrameDecoder:
    """A decoder that knows the device, and that has taken these bytes."""
    decoder = FrameDecoder()
    decoder.push(DESCRIPTION + b"".join(pushed))
    return decoder


def same(first: SampleBlock, second: SampleBlock) -> bool:
    return (
        (first.stream, first.first_scan, first.clipped, first.overrun)
        == (second.stream, second.first_scan, second.clipped, second.overrun)
    ) and np.array_equal(first.counts, second.counts)


def test_a_block_comes_out_as_it_went_in() -> None:
    block = SampleBlock(0, 2**40, np.array([[1, -2], [0, 32767]], np.int16), clipped=True, overrun=True)
    (found,) = a_decoder().push(encode_data(block, RATE_HZ, 5))
    assert isinstance(found, SampleBlock)
    assert same(found, block)


def test_the_layout_is_the_published_one() -> None:
    block = SampleBlock(3, 0x0102030405, np.array([[1, 2]], np.int16), overrun=True)
    frame = cobs.decode(encode_data(block, 10_000.5, 7)[:-1])
    body = struct.pack("<BBBBHHIQI2h", 1, 0, 3, 2, 1, 2, 7, 0x0102030405, 10_000_500, 1, 2)
    assert frame == body + struct.pack("<I", zlib.crc32(body))


def test_a_device_describes_itself() -> None:
    decoder = FrameDecoder()
    assert decoder.push(DESCRIPTION) == [a_device()]


def test_samples_before_any_description_are_counted_and_dropped() -> None:
    decoder = FrameDecoder()
    assert numbers(decoder.push(FRAMES[0] + DESCRIPTION + FRAMES[1])) == [1]
    assert decoder.counts.undescribed == 1
    assert decoder.counts.lost_frames == 0


def test_a_lost_delimiter_costs_one_frame() -> None:
    decoder = a_decoder()
    assert numbers(decoder.push(FRAMES[0] + FRAMES[1][:-1] + FRAMES[2] + FRAMES[3])) == [0, 2, 3]
    assert decoder.counts.lost_frames == 1


@given(st.binary(max_size=60))
def test_noise_before_a_frame_costs_nothing(noise: bytes) -> None:
    decoder = a_decoder(FRAMES[0])
    assert numbers(decoder.push(noise + FRAMES[1])) == [1]
    assert decoder.counts.lost_frames == 0


def test_noise_before_a_description_costs_nothing() -> None:
    assert FrameDecoder().push(b"\x03garbage\xff" + DESCRIPTION) == [a_device()]


@pytest.mark.parametrize("stream", [0, 1])
def test_one_flipped_bit_anywhere_is_never_taken_for_data(stream: int) -> None:
    device = encode_description(a_device(streams=2))
    frame = a_frame(1, stream)
    for position in range(len(frame)):
        for bit in range(8):
            damaged = bytearray(frame)
            damaged[position] ^= 1 << bit
            decoder = FrameDecoder()
            decoder.push(device + a_frame(0, stream))
            assert numbers(decoder.push(bytes(damaged) + a_frame(2, stream))) == [2]
            assert decoder.counts.lost_frames == 1


def a_harm(chance: random.Random, frame: bytes) -> bytes:
    """Damage a frame: drop it, flip a bit, lose bytes within, insert some, or cut it."""
    position = chance.randrange(len(frame) - 1)
    match chance.randrange(5):
        case 0:
            return b""
        case 1:
            return (
                frame[:position] + bytes([frame[position] ^ 1 << chance.randrange(8)]) + frame[position + 1 :]
            )
        case 2:
            return frame[:position] + frame[position + 1 + chance.randrange(4) :]
        case 3:
            return frame[: position + 1] + chance.randbytes(1 + chance.randrange(3)) + frame[position + 1 :]
        case _:
            return frame[:position]


def in_pieces(chance: random.Random, data: bytes, decoder: FrameDecoder) -> list[Device | SampleBlock]:
    found = []
    while data:
        size = chance.choice((1, 7, 50, 400))
        found += decoder.push(data[:size])
        data = data[size:]
    return found


@settings(max_examples=10_000, deadline=None)
@given(st.integers(0, 2**64))
def test_every_undamaged_frame_comes_out_once_in_order_and_the_loss_is_exact(seed: int) -> None:
    chance = random.Random(seed)
    chosen = {n for n in range(1, len(FRAMES) - 1) if chance.random() < 0.3}
    sent = [a_harm(chance, frame) if n in chosen else frame for n, frame in enumerate(FRAMES)]
    noise = [chance.randbytes(chance.randrange(8)) if chance.random() < 0.2 else b"" for _ in sent]
    data = b"".join(part for pair in zip(noise, sent, strict=True) for part in pair)
    harmed = {n for n, frame in enumerate(FRAMES) if frame not in data}
    decoder = a_decoder()
    whole = a_decoder()
    assert numbers(in_pieces(chance, data, decoder)) == [n for n in range(len(FRAMES)) if n not in harmed]
    assert decoder.counts.lost_frames == len(harmed)
    whole.push(data)
    assert whole.counts == decoder.counts


@given(st.permutations(range(2, 10)), st.lists(st.integers(2, 9), max_size=5))
def test_repeated_frames_come_once_and_reordered_ones_are_not_lost(
    order: list[int], again: list[int]
) -> None:
    decoder = a_decoder(FRAMES[0], FRAMES[1])
    sent = [*order, *again]
    assert numbers(decoder.push(b"".join(FRAMES[n] for n in sent))) == order
    assert decoder.counts.repeated == len(again)
    assert decoder.counts.lost_frames == 0
    assert decoder.counts.reordered == sum(n < max(order[:at], default=0) for at, n in enumerate(order))


def test_sequence_numbers_wrap() -> None:
    decoder = a_decoder(*(a_frame(2**32 + n) for n in (-2, -1, 1)))
    assert decoder.counts.lost_frames == 1
    assert decoder.counts.restarts == 0
    assert numbers(decoder.push(a_frame(2**32))) == [2**32]
    assert decoder.counts.lost_frames == 0


@pytest.mark.parametrize("ran", [3, 100, 100_000])
def test_a_device_that_restarts_is_not_taken_for_a_great_loss(ran: int) -> None:
    decoder = a_decoder(*(a_frame(ran + n) for n in range(3)))
    found = decoder.push(b"".join(a_frame(n, seed=1) for n in range(3)))
    assert numbers(found) == [0, 1, 2]
    assert decoder.counts.restarts == 1
    assert decoder.counts.lost_frames == 0


def test_streams_are_numbered_on_their_own() -> None:
    decoder = FrameDecoder()
    decoder.push(encode_description(a_device(streams=2)))
    decoder.push(b"".join((a_frame(0, 0), a_frame(500, 1), a_frame(1, 0), a_frame(502, 1))))
    assert decoder.counts.lost_frames == 1
    assert decoder.counts.frames == 5


@pytest.mark.parametrize(
    "frame",
    [
        a_frame(1, rate_hz=2 * RATE_HZ),
        a_frame(1, currents=3),
        a_frame(1, stream=4),
    ],
)
def test_frames_that_contradict_the_description_are_dropped_and_counted(frame: bytes) -> None:
    decoder = a_decoder(FRAMES[0])
    assert numbers(decoder.push(frame + FRAMES[2])) == [2]
    assert decoder.counts.contradicting == 1


def test_a_new_description_is_given_and_its_frames_fit() -> None:
    decoder = a_decoder(FRAMES[0])
    faster = a_device(rate_hz=2 * RATE_HZ)
    found = decoder.push(encode_description(faster) + FRAMES[1] + a_frame(2, rate_hz=2 * RATE_HZ))
    assert found[0] == faster
    assert numbers(found) == [2]


def test_another_device_brings_its_own_numbers() -> None:
    decoder = a_decoder(FRAMES[0], FRAMES[2])
    decoder.push(encode_description(a_device("another")) + a_frame(1_000_000))
    assert decoder.counts.lost_frames == 1


def resealed(change: Callable[[bytearray], None]) -> bytes:
    """A frame with something changed in it and a checksum that fits."""
    body = bytearray(cobs.decode(FRAMES[1][:-1])[:-4])
    change(body)
    return cobs.encode(bytes(body) + struct.pack("<I", zlib.crc32(body))) + b"\0"


@pytest.mark.parametrize("position", [0, 1, 3, 4])
def test_unknown_versions_and_types_and_wrong_lengths_are_malformed(position: int) -> None:
    def change(body: bytearray) -> None:
        body[position] += 7

    decoder = a_decoder(FRAMES[0])
    assert decoder.push(resealed(change)) == []
    assert decoder.counts.malformed == 1
    assert decoder.counts.bytes_discarded > 0


def test_a_million_random_bytes_never_raise() -> None:
    decoder = a_decoder()
    noise = random.Random(1).randbytes(1_000_000)
    for start in range(0, len(noise), 4095):
        assert decoder.push(noise[start : start + 4095]) == []
    assert numbers(decoder.push(b"\0" + FRAMES[3])) == [3]


def test_a_stream_without_delimiters_is_thrown_away() -> None:
    decoder = a_decoder()
    for _ in range(3 * MAX_FRAME_BYTES // 4096):
        decoder.push(b"\x55" * 4096)
    assert numbers(decoder.push(b"\0" + FRAMES[0])) == [0]
    assert decoder.counts.malformed == 1
    assert decoder.counts.bytes_discarded == 3 * MAX_FRAME_BYTES


def test_a_beginning_whose_end_never_comes_is_forgotten() -> None:
    decoder = a_decoder(FRAMES[0], FRAMES[1][:9])
    decoder.cut()
    assert numbers(decoder.push(FRAMES[2])) == [2]
    assert decoder.counts.bytes_discarded == 9


def yaml_channels() -> tuple[Channel, ...]:
    return tuple(Channel(f"i{phase}", ChannelKind.CURRENT, "A", 0.5, phase=phase) for phase in "ab")


def test_configured_channels_win_over_the_description() -> None:
    ours = (Channel("i0a", ChannelKind.CURRENT, "A", -0.5, phase="c"),)
    (device,) = FrameDecoder(ours).push(DESCRIPTION)
    assert isinstance(device, Device)
    assert device.streams[0].channels == (ours[0], a_device().streams[0].channels[1])


def test_a_device_that_says_nothing_gets_the_configured_channels_after_two_seconds() -> None:
    decoder = FrameDecoder(yaml_channels())
    enough = round(2.0 * RATE_HZ / SCANS)
    found = decoder.push(b"".join(a_frame(n) for n in range(enough + 3)))
    assert isinstance(found[0], Device)
    assert (found[0].streams[0].rate_hz, found[0].streams[0].channels) == (RATE_HZ, yaml_channels())
    assert numbers(found) == [enough - 1, enough, enough + 1, enough + 2]
    assert decoder.counts.undescribed == enough - 1


def test_a_silent_device_may_change_its_rate() -> None:
    decoder = FrameDecoder(yaml_channels())
    decoder.push(b"".join(a_frame(n) for n in range(520)))
    found = decoder.push(b"".join(a_frame(n, rate_hz=500.0) for n in range(520, 800)))
    assert isinstance(found[0], Device)
    assert found[0].streams[0].rate_hz == 500.0


def test_blocks_are_what_was_sent() -> None:
    found = a_decoder().push(b"".join(FRAMES))
    assert all(same(block, a_block(n)) for n, block in enumerate(found) if isinstance(block, SampleBlock))
    assert len(found) == len(FRAMES)


@pytest.mark.parametrize("clipped", [True, False])
@pytest.mark.parametrize("overrun", [True, False])
def test_each_flag_comes_out_as_itself(clipped: bool, overrun: bool) -> None:
    block = SampleBlock(0, 0, np.ones((1, 2), np.int16), clipped=clipped, overrun=overrun)
    (found,) = a_decoder().push(encode_data(block, RATE_HZ, 0))
    assert isinstance(found, SampleBlock)
    assert (found.clipped, found.overrun) == (clipped, overrun)


def test_the_end_of_a_frame_is_not_put_to_a_beginning_that_was_cut_off() -> None:
    decoder = a_decoder(FRAMES[0], FRAMES[1][:9])
    decoder.cut()
    assert numbers(decoder.push(FRAMES[1][9:] + FRAMES[2])) == [2]
    assert decoder.counts.lost_frames == 1


def test_frames_that_bring_no_samples_are_explained_by_what_is_wrong_with_them() -> None:
    nothing_read = Unread(b"", 0, refused=3)
    silent, contradicting = FrameDecoder(), a_decoder()
    assert silent.explain(nothing_read) is None
    silent.push(FRAMES[0])
    contradicting.push(a_frame(1, currents=3))
    assert [
        why and why.key for why in (silent.explain(nothing_read), contradicting.explain(nothing_read))
    ] == [
        "undescribed",
        "contradicting",
    ]


def unread(sample: bytes) -> Unread:
    return Unread(sample, len(sample), refused=0)


def test_block_frames_are_recognised_among_other_bytes_and_nothing_else_is() -> None:
    hint = FrameDecoder.recognise(unread(b"noise\0" + FRAMES[0] + b"\x05"), "lines of text")
    assert hint == "block frames come, not lines of text: set acquisition.driver: block_frames"
    assert FrameDecoder.recognise(unread(b"1,2,3\n\0" + FRAMES[0][:-3]), "lines") is None


def test_bytes_that_are_no_frames_are_told_by_whether_any_ends() -> None:
    assert FrameDecoder.foreign(b"1,2\n") == "bytes come, but no frame ends"
    assert FrameDecoder.foreign(b"1,2\0") == "bytes come, but no frame is whole"
