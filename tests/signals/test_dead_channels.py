"""Channels without values: which scans and which channels of a window they cost."""

import numpy as np
import pytest

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.signals.checks.vibration import usable_vibration
from edge_agent.signals.slip.view import measured_speed_rpm
from edge_agent.windows.sliding import Windows

RATE_HZ = 1000.0
CHANNELS = (
    Channel("ia", ChannelKind.CURRENT, "A", 1.0, phase="a"),
    Channel("ib", ChannelKind.CURRENT, "A", 1.0, phase="b"),
    Channel("vib", ChannelKind.VIBRATION, "m/s2", 1.0),
    Channel("speed", ChannelKind.SPEED, "rpm", 1.0),
)


def windows_with(bad, pieces=97, length_s=1.0, scans=1000):
    """The windows of scans of which `bad` (scans, channels) gave no value, in pieces of some length."""
    windows = Windows(length_s, length_s, clock=lambda: 0.0)
    windows.configure(Device("d", "", "", (Stream(0, RATE_HZ, CHANNELS),)))
    counts = np.random.default_rng(0).integers(-900, 900, (scans, len(CHANNELS)), dtype=np.int32)
    found = []
    for first in range(0, scans, pieces):
        part = bad[first : first + pieces]
        invalid = part if part.any() else None
        found += windows.push(SampleBlock(0, first, counts[first : first + pieces], invalid=invalid))
    return found


def bad_at(channel, every, scans=1000):
    bad = np.zeros((scans, len(CHANNELS)), bool)
    bad[::every, channel] = True
    return bad


@pytest.mark.parametrize("pieces", [1, 97, 1000])
@pytest.mark.parametrize("channel", [0, 1])
def test_a_current_without_a_value_now_and_then_costs_those_scans(channel, pieces):
    (window,) = windows_with(bad_at(channel, 100), pieces)
    assert window.streams[0].dead == ()
    np.testing.assert_array_equal(np.flatnonzero(~window.streams[0].valid), np.arange(0, 1000, 100))


@pytest.mark.parametrize("channel", [2, 3])
def test_another_channel_without_a_value_now_and_then_costs_nothing(channel):
    (window,) = windows_with(bad_at(channel, 100))
    assert window.streams[0].dead == ()
    assert window.streams[0].lost_samples == 0


@pytest.mark.parametrize("every", [1, 2, 40])
@pytest.mark.parametrize("channel", [0, 1, 2, 3])
def test_a_dead_channel_costs_itself(channel, every):
    (window,) = windows_with(bad_at(channel, every))
    assert window.streams[0].dead == (channel,)
    assert window.streams[0].lost_samples == 0


def test_a_dead_accelerometer_is_not_used_and_a_dead_tachometer_tells_no_speed():
    (window,) = windows_with(bad_at(2, 1) | bad_at(3, 1))
    assert usable_vibration(window.streams[0]) == []
    assert measured_speed_rpm(window) is None
    (window,) = windows_with(bad_at(0, 100))
    assert usable_vibration(window.streams[0]) == [2]
    assert measured_speed_rpm(window) is not None


def test_a_channel_is_alive_again_in_the_first_window_after_it_is_back():
    bad = np.zeros((30_000, len(CHANNELS)), bool)
    bad[:15_000, 2] = True
    found = windows_with(bad, scans=30_000)
    assert [window.streams[0].dead for window in found] == [(2,)] * 15 + [()] * 15


def test_scans_that_come_late_bring_what_is_missing_in_them():
    windows = Windows(1.0, 1.0, clock=lambda: 0.0)
    windows.configure(Device("d", "", "", (Stream(0, RATE_HZ, CHANNELS),)))
    counts, invalid = np.ones((100, 4), np.int32), np.zeros((100, 4), bool)
    invalid[5, 0] = True
    found = []
    for first in (0, 200, 100, *range(300, 1000, 100)):
        found += windows.push(SampleBlock(0, first, counts, invalid=invalid if first == 100 else None))
    assert np.flatnonzero(~found[0].streams[0].valid).tolist() == [105]
