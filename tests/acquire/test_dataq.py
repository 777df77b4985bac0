"""Scans without frames: the digital word that ends each keeps every channel in its place."""

import numpy as np
import pytest
from binary_streams import OPEN, blocks, dataq_scans, dataq_settings
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.drivers.dataq import STRETCH, DataqDecoder, divisors
from edge_agent.acquire.drivers.decoder import Unread
from edge_agent.acquire.samples import Device, SampleBlock

SCANS = 10 * STRETCH + 1


def numbered(scans: int = SCANS, first: int = 0) -> np.ndarray:
    """Scans of three channels that tell which scan and which channel they are: 0 to 4095 in steps of 16."""
    scan = np.arange(first, first + scans)[:, None]
    return (16 * ((scan * 3 + np.arange(3)) % 2047) - 16_000).astype(np.int16)


def a_decoder(count: int = 3) -> DataqDecoder:
    return DataqDecoder(dataq_settings(count))


def places(found: list[Device | SampleBlock]) -> list[int]:
    """Which scans came out; fails where a channel is shifted."""
    known = {row.tobytes(): place for place, row in enumerate(numbered(2 * SCANS))}
    return [known[row.tobytes()] for block in blocks(found) for row in block.counts]


def test_all_scans_but_the_first_and_the_newest_come_out_in_order() -> None:
    decoder = a_decoder()
    found = decoder.push(dataq_scans(numbered()))
    assert isinstance(found[0], Device)
    assert places(found) == list(range(1, SCANS - STRETCH))
    assert decoder.counts.frames == SCANS - STRETCH - 1
    assert decoder.counts.lost_frames == 0
    assert decoder.counts.bytes_discarded == 8


def test_an_echo_before_the_first_scan_is_no_loss() -> None:
    decoder = a_decoder()
    assert places(decoder.push(b"start\r" + dataq_scans(numbered()))) == list(range(1, SCANS - STRETCH))
    assert decoder.counts.lost_frames == 0
    assert decoder.counts.bytes_discarded == 6 + 8


@given(
    place=st.integers(3 * STRETCH * 8 + 9, 5 * STRETCH * 8),
    length=st.integers(1, 39).filter(lambda length: length % 8),
    more=st.booleans(),
    pieces=st.integers(20, 900),
)
def test_lost_or_added_bytes_cost_scans_around_them_and_never_shift_a_channel(
    place: int, length: int, more: bool, pieces: int
) -> None:
    """Only a whole scan, or several, could be lost unseen: nothing on the wire counts them."""
    sent = dataq_scans(numbered())
    data = sent[:place] + (length * b"\x7f" + sent[place:] if more else sent[place + length :])
    decoder = a_decoder()
    found: list[Device | SampleBlock] = []
    for start in range(0, len(data), pieces):
        found += decoder.push(data[start : start + pieces])
    came = places(found)
    assert came == sorted(came)
    assert len(came) >= SCANS - 5 * STRETCH
    assert decoder.counts.lost_frames > 0
    (after,) = [block for block in blocks(found) if block.overrun]
    assert after.first_scan >= 2 * 12 * 10_000


def test_a_channel_that_reads_like_the_digital_word_is_told_and_nothing_is_guessed() -> None:
    counts = numbered()
    counts[:, 1] = OPEN
    decoder, data = a_decoder(), dataq_scans(counts)
    assert not decoder.push(data)
    silence = decoder.explain(Unread(data, len(data), 0))
    assert silence is not None
    assert "connect digital input 0 to ground, and set acquisition.digital_inputs: 126" in silence.text


def test_a_channel_that_comes_to_read_like_the_word_stops_samples_and_shifts_none() -> None:
    """Bytes are lost while two places look the same: nothing is handed on until one is left."""
    alike = numbered(SCANS, SCANS)
    alike[: 3 * STRETCH, 0] = OPEN
    data = dataq_scans(numbered()) + dataq_scans(alike)[2:]
    known = {row.tobytes(): place for place, row in enumerate([*numbered(), *alike])}
    came = [known[row.tobytes()] for block in blocks(a_decoder().push(data)) for row in block.counts]
    assert came == sorted(set(came))
    assert came[-1] >= 2 * SCANS - 2 * STRETCH


def test_silence_of_inputs_that_are_connected_says_what_to_do() -> None:
    grounded = dataq_scans(numbered()).replace(b"\x00\x7f", b"\x00\x7e")
    decoder = a_decoder()
    assert not decoder.push(grounded)
    assert decoder.explain(Unread(grounded, len(grounded), 0)) is None
    assert "leave these open, or give what they read as acquisition.digital_inputs" in decoder.foreign(
        grounded
    )


@pytest.mark.parametrize(
    ("rate_hz", "srate", "dec"), [(10_000, 6000, 1), (1000, 60_000, 1), (500, 60_000, 2)]
)
def test_the_rate_is_divided_from_60_mhz(rate_hz: float, srate: int, dec: int) -> None:
    assert divisors(rate_hz) == (srate, dec)


def test_the_device_has_the_rate_that_the_divisors_give() -> None:
    settings = dataq_settings()
    decoder = DataqDecoder(type(settings)("dataq", "/dev/null", channels=settings.channels, rate_hz=7000.0))
    (device, *_) = decoder.push(dataq_scans(numbered()))
    assert isinstance(device, Device)
    assert device.streams[0].rate_hz == 60e6 / 8571


def test_the_scan_list_has_the_inputs_in_order_and_the_digital_ones_last() -> None:
    decoder = DataqDecoder(dataq_settings(inputs=("2", "258", "0")))
    sent = [exchange.send for exchange in decoder.opening]
    assert sent == [
        b"stop\r", b"encode 0\r", b"ps 6\r", b"slist 0 2\r", b"slist 1 258\r", b"slist 2 0\r", b"slist 3 8\r",
        b"srate 6000\r", b"start\r",
    ]  # fmt: skip
    assert [exchange.answer for exchange in decoder.opening[1:-1]] == [command[:-1] for command in sent[1:-1]]
    assert [exchange.send for exchange in decoder.closing] == [b"stop\r"]


def test_what_was_held_when_the_port_was_lost_is_dropped_and_the_time_begins_anew() -> None:
    decoder = a_decoder()
    decoder.push(dataq_scans(numbered()))
    decoder.cut()
    (first, *_) = blocks(decoder.push(dataq_scans(numbered())))
    assert first.overrun
    assert first.first_scan >= 2 * 12 * 10_000
