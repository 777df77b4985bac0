"""The newest samples are held for a time and no longer, on one timeline."""

import numpy as np
import pytest

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.captures.recent import MAX_GAP_S, RecentSamples, blocks_of
from edge_agent.windows.sliding import Windows

RATE_HZ = 100.0
DEVICE = Device("daq", "", "", (Stream(0, RATE_HZ, (Channel("ia", ChannelKind.CURRENT, "A", 1.0),)),))


def a_block(first: int, scans: int = 10, channels: int = 1, stream: int = 0) -> SampleBlock:
    return SampleBlock(stream, first, np.zeros((scans, channels), np.int16))


def recent_samples(*blocks: SampleBlock) -> tuple[RecentSamples, Windows]:
    windows = Windows(2.0, 1.0)
    windows.configure(DEVICE)
    recent = RecentSamples(windows)
    recent.begin(DEVICE)
    for block in blocks:
        recent.take(block)
        windows.push(block)
    return recent, windows


def seconds(length: int, first: int = 0) -> list[SampleBlock]:
    return [a_block(first + scan) for scan in range(0, round(length * RATE_HZ), 10)]


def test_before_a_device_is_known_nothing_is_held() -> None:
    recent = RecentSamples(Windows(2.0, 1.0))
    recent.take(a_block(0))
    assert recent.is_empty
    assert recent.device is None


@pytest.mark.parametrize("block", [a_block(0, stream=1), a_block(0, channels=2)])
def test_what_the_windows_would_not_take_is_not_held(block: SampleBlock) -> None:
    recent, _ = recent_samples(block)
    assert recent.is_empty
    assert not recent.breaks_at(block)


def test_what_is_asked_for_begins_at_a_time_or_up_to_a_stretch_before() -> None:
    recent, _ = recent_samples(*seconds(20))
    for begins_s in (0.0, 3.0, 7.4, 19.0):
        first = recent.since(begins_s)[0]
        assert begins_s - 1.2 < first.begins_s <= begins_s
        assert first.blocks[0].first_scan == round(first.begins_s * RATE_HZ)


def test_asked_for_more_than_is_held_all_is_given() -> None:
    recent, _ = recent_samples(*seconds(5))
    assert blocks_of(recent.since(-100.0))[0].first_scan == 0
    recent.forget_before(3.5, 1e9)
    assert recent.since(0.0)[0].begins_s == recent.since(3.5)[0].begins_s > 2.0


def test_memory_stays_within_its_bound_and_is_counted() -> None:
    recent, _ = recent_samples()
    for block in seconds(60):
        recent.take(block)
        recent._windows.push(block)
        recent.forget_before(0.0, 20_000)
        assert recent.held_bytes <= 20_000
        assert recent.held_bytes == sum(stretch.held_bytes for stretch in recent.since(0.0))
    recent.clear()
    assert recent.held_bytes == 0


def test_a_device_that_counts_anew_breaks_the_timeline() -> None:
    recent, _ = recent_samples(*seconds(10, first=5000))
    assert recent.breaks_at(a_block(0))
    assert not recent.breaks_at(a_block(6000))


def test_a_long_gap_breaks_the_timeline_and_a_short_one_does_not() -> None:
    recent, _ = recent_samples(*seconds(3))
    assert not recent.breaks_at(a_block(300 + round(MAX_GAP_S * RATE_HZ)))
    assert recent.breaks_at(a_block(301 + round(MAX_GAP_S * RATE_HZ)))


def test_what_was_asked_for_does_not_grow() -> None:
    recent, _ = recent_samples(*seconds(3))
    held = recent.since(0.0)
    before = len(blocks_of(held))
    recent.take(a_block(300))
    assert len(blocks_of(held)) == before
    assert len(blocks_of(recent.since(0.0))) == before + 1
