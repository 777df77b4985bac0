"""Whole numbers stay counts, decimal ones lose nothing, and one odd line changes nothing."""

import random

import numpy as np
import pytest
from text_streams import a_decoder, devices, first_scans, phases, values, with_vibration

from edge_agent.acquire.samples import Channel, ChannelKind, SampleBlock


def counts_line(k: int, amplitude: int = 1400) -> bytes:
    phase = 2 * np.pi * 50 / 2000 * k + np.arange(3) * 2.1
    return b"%d,%d,%d\n" % tuple(np.rint(amplitude * np.sin(phase)).astype(int).tolist())


@pytest.mark.parametrize(
    "odd",
    [
        b"139.5,-1200,300",
        b"512.0,1,2",
        b"1e-3,1,2",
        b"0.000001,0,0",
        b"1.5,2.5,3.5",
        b"1,5;2,5;3,5",
        b"1.,2.,3.",
    ],
)
@pytest.mark.parametrize("bits", [12, 24, 31])
def test_one_decimal_point_among_whole_counts_costs_at_most_its_line(odd: bytes, bits: int) -> None:
    decoder, amplitude = a_decoder(phases(scale=0.01)), 2 ** (bits - 1) - 1
    lines = [counts_line(k, amplitude) for k in range(400)]
    found = decoder.push(b"".join(lines[:200]) + odd + b"\n" + b"".join(lines[200:]))
    assert len(devices(found)) == 1
    got = np.array(values(found))
    exact = np.array([[0.01 * int(n) for n in line.split(b",")] for line in lines])
    np.testing.assert_allclose(np.delete(got, 200, axis=0), exact, rtol=1e-12)


def test_odd_lines_now_and_then_never_begin_the_stream_anew() -> None:
    decoder = a_decoder(phases(scale=0.01))
    found = decoder.push(b"".join(counts_line(k) + b"1.5,2,3\n" * (k % 8 == 0) for k in range(4000)))
    assert len(devices(found)) == 1
    assert decoder.counts.lost_frames == 0


def test_a_stream_that_turns_decimal_begins_anew_once() -> None:
    decoder = a_decoder()
    found = decoder.push(20 * b"0,0,0\n" + b"".join(b"%.3f,%.3f,0\n" % (k / 7, -k / 9) for k in range(300)))
    assert len(devices(found)) == 2
    assert values(found)[-1] == pytest.approx([round(299 / 7, 3), round(-299 / 9, 3), 0.0])
    assert first_scans(found) == list(range(320))


def test_a_first_line_that_is_decimal_makes_no_second_beginning() -> None:
    found = a_decoder().push(b"0.00,0.00,0.00\n1.25,-0.5,0.75\n")
    assert len(devices(found)) == 1
    assert values(found) == [[0.0, 0.0, 0.0], pytest.approx([1.25, -0.5, 0.75])]


@pytest.mark.parametrize("scale", [1.0, 100.0, 0.00582])
@pytest.mark.parametrize("value", [0.000012, 0.5, 3.14159, 99.99, 2500.5])
def test_small_and_large_decimal_numbers_keep_their_digits(value: float, scale: float) -> None:
    found = a_decoder(phases(scale)).push(b"%r,%r,%r\n" % (value, -value, value / 2))
    assert values(found) == [pytest.approx([value * scale, -value * scale, value * scale / 2], rel=1e-3)]


def test_a_motor_that_starts_after_noise_is_read_on() -> None:
    noise = b"".join(b"0.0000%d,0.0001,-0.0001\n" % (k % 9 + 1) for k in range(50))
    running = b"".join(b"%.3f,%.3f,0.1\n" % (5000 + k, -5000 - k) for k in range(200))
    found = a_decoder().push(noise + running)
    assert len(devices(found)) == 2
    assert values(found)[-1] == pytest.approx([5199, -5199, 0.1], abs=1e-3)


def test_whole_numbers_in_a_decimal_stream_mean_what_they_say() -> None:
    found = a_decoder().push(b"1.5,2.5,3.5\n7,8,9\n-2,0,1.25\n")
    assert values(found) == [
        pytest.approx(row) for row in ([1.5, 2.5, 3.5], [7.0, 8.0, 9.0], [-2.0, 0.0, 1.25])
    ]


def test_24_bit_counts_beside_a_decimal_column_stay_whole() -> None:
    channels = with_vibration(scale=1e-6)
    lines = b"".join(b"%.2f,0.5,-1.5,%d\n" % (k / 3, 8_000_000 - k) for k in range(100))
    found = a_decoder(channels).push(lines)
    assert values(found)[-1][3] == pytest.approx((8_000_000 - 99) * 1e-6, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_however_the_bytes_are_cut_steps_change_at_the_same_scan(seed: int) -> None:
    chance = random.Random(seed)
    data = b"".join(
        counts_line(k) if k < 60 or chance.random() < 0.5 else b"%.2f,0.25,7\n" % (k / 3) for k in range(300)
    )
    whole, cut = a_decoder(), a_decoder()
    expected, found = whole.push(data), []
    while data:
        size = chance.randrange(1, 200)
        found += cut.push(data[:size])
        data = data[size:]
    assert values(found) == values(expected)
    assert len(devices(found)) == len(devices(expected))


def test_counts_are_32_bit_integers_in_every_case() -> None:
    channels = (Channel("ia", ChannelKind.CURRENT, "A", 1.0),)
    for lines in (b"1\n", b"1.5\n", b"nan\n", b"2147483647\n-2147483648\n"):
        blocks = [p for p in a_decoder(channels).push(lines) if isinstance(p, SampleBlock)]
        assert {block.counts.dtype for block in blocks} == {np.dtype(np.int32)}
