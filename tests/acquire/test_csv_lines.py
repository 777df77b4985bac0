"""Lines of text: what is a scan, what is lost, and that columns never shift."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import a_device

from edge_agent.acquire.description import encode_description
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock

DESCRIBED = b"# " + encode_description(a_device()) + b"\n"
INDEXED = b"# " + encode_description(a_device(), index=True) + b"\n"


def a_decoder(description: bytes = DESCRIBED) -> CsvDecoder:
    decoder = CsvDecoder()
    decoder.push(description)
    return decoder


def scans(found: list[Device | SampleBlock]) -> dict[int, list[int]]:
    """Index and counts of every scan."""
    blocks = [part for part in found if isinstance(part, SampleBlock)]
    return {
        block.first_scan + row: counts.tolist() for block in blocks for row, counts in enumerate(block.counts)
    }


def test_a_line_is_a_scan() -> None:
    decoder = a_decoder()
    (block,) = decoder.push(b"1,2\n-3,4\r\n")
    assert isinstance(block, SampleBlock)
    assert (block.first_scan, block.counts.tolist(), block.counts.dtype) == (0, [[1, 2], [-3, 4]], np.int32)
    assert decoder.push(b"+5,6\n")[0].first_scan == 2


@pytest.mark.parametrize("line", [b"7,8", b"7;8", b"7\t8", b"7 8", b" 7 ,  8 ", b"7, 8"])
def test_numbers_may_be_separated_in_many_ways(line: bytes) -> None:
    assert scans(a_decoder().push(line + b"\n")) == {0: [7, 8]}


def test_the_device_describes_itself() -> None:
    assert CsvDecoder().push(DESCRIBED) == [a_device()]


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        (b"1", "wrong_columns"),
        (b"1,2,3", "wrong_columns"),
        (b"1,,2", "wrong_columns"),
        (b"one,2", "malformed"),
        (b"--2,2", "malformed"),
        (b"1F,2", "malformed"),
        (b"1_0,2", "malformed"),
        (b"0x10,2", "malformed"),
        (b"\xff\x00,2", "malformed"),
        (b'{"i0a":1,"i0b":2}', "malformed"),
    ],
)
def test_a_bad_line_is_a_lost_scan_counted_by_its_kind(line: bytes, counted: str) -> None:
    decoder = a_decoder()
    assert scans(decoder.push(b"1,2\n" + line + b"\n3,4\n")) == {0: [1, 2], 2: [3, 4]}
    assert getattr(decoder.counts, counted) == 1
    assert decoder.counts.lost_frames == 1


def test_the_index_tells_which_lines_are_missing() -> None:
    decoder = a_decoder(INDEXED)
    assert scans(decoder.push(b"10,1,2\n11,3,4\n14,5,6\n")) == {10: [1, 2], 11: [3, 4], 14: [5, 6]}
    assert decoder.counts.lost_frames == 2


def test_indexed_lines_come_once_and_late_ones_find_their_place() -> None:
    decoder = a_decoder(INDEXED)
    found = decoder.push(b"1,1,2\n3,5,6\n2,3,4\n3,5,6\n4,7,8\n")
    assert scans(found) == {1: [1, 2], 2: [3, 4], 3: [5, 6], 4: [7, 8]}
    assert (decoder.counts.repeated, decoder.counts.reordered, decoder.counts.lost_frames) == (1, 1, 0)


@pytest.mark.parametrize("index", [b"-1", b"1.5", b"nan", b"1e300"])
def test_an_index_that_is_none_loses_its_line(index: bytes) -> None:
    decoder = a_decoder(INDEXED)
    assert scans(decoder.push(b"0,1,2\n" + index + b",3,4\n2,5,6\n")) == {0: [1, 2], 2: [5, 6]}
    assert decoder.counts.lost_frames == 1


def test_without_description_the_configured_channels_and_rate_hold() -> None:
    channels = (Channel("ia", ChannelKind.CURRENT, "A", 1.0),)
    device, block = CsvDecoder(channels, 500.0).push(b"cut off\n12\n")
    assert isinstance(device, Device)
    assert (device.streams[0].rate_hz, device.streams[0].channels) == (500.0, channels)
    assert scans([block]) == {0: [12]}


def test_without_description_and_configuration_lines_are_counted() -> None:
    decoder = CsvDecoder()
    assert decoder.push(b"cut off\n1,2\n") == []
    assert decoder.counts.undescribed == 1


def test_the_first_line_after_opening_may_be_cut_and_is_not_read() -> None:
    assert CsvDecoder((Channel("ia", ChannelKind.CURRENT, "A", 1.0),), 500.0).push(b"34\n") == []


def test_lines_go_on_after_the_port_was_closed_in_the_middle_of_one() -> None:
    decoder = a_decoder(INDEXED)
    decoder.push(b"1,1,2\n2,12")
    decoder.cut()
    assert scans(decoder.push(b"345,6\n9,7,8\n")) == {9: [7, 8]}


@pytest.mark.parametrize("text", [b'{"name": 3}', b"{", encode_description(a_device(streams=2))])
def test_a_description_that_cannot_be_right_is_counted(text: bytes) -> None:
    decoder = a_decoder()
    assert scans(decoder.push(b"#" + text + b"\n1,2\n")) == {0: [1, 2]}
    assert decoder.counts.bad_descriptions == 1
    assert decoder.description_problem


def test_comments_and_empty_lines_are_no_scans() -> None:
    assert scans(a_decoder().push(b"# hello\n\n1,2\n\r\n3,4\n")) == {0: [1, 2], 1: [3, 4]}


@given(st.integers(0, 2**64))
def test_however_the_bytes_are_cut_the_scans_are_the_same(seed: int) -> None:
    chance = random.Random(seed)
    lines = [b"%d,%d,%d\n" % (n, n % 7, -n) for n in range(30)]
    data = b"".join(chance.choice((line, line, line, b"x" + line, line[1:], b"")) for line in lines)
    whole, cut = a_decoder(INDEXED), a_decoder(INDEXED)
    expected, found = scans(whole.push(data)), {}
    while data:
        size = chance.randrange(1, 40)
        found |= scans(cut.push(data[:size]))
        data = data[size:]
    assert found == expected
    assert cut.counts == whole.counts


def test_random_bytes_never_raise() -> None:
    decoder = a_decoder(INDEXED)
    noise = random.Random(2).randbytes(300_000)
    for start in range(0, len(noise), 4095):
        decoder.push(noise[start : start + 4095])
    assert scans(decoder.push(b"\n7,1,2\n")) == {7: [1, 2]}
