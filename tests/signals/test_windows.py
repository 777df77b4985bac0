import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.signals.windows import LONGEST_WAIT_S, Windows

RATE_HZ = 100.0
LENGTH_S, STEP_S = 1.0, 0.25


def a_stream(number=0, rate_hz=RATE_HZ, channels=2):
    names = tuple(
        Channel(f"c{number}_{i}", ChannelKind.CURRENT, "A", 1.0, phase="a") for i in range(channels)
    )
    return Stream(number, rate_hz, names)


def a_device(*streams):
    return Device("test", "", "", streams or (a_stream(),))


def a_block(first, scans, stream=0, channels=2, **flags):
    index = np.arange(first, first + scans)
    counts = np.stack([index % 30011 + c for c in range(channels)], axis=1).astype(np.int16)
    return SampleBlock(stream, first, counts, **flags)


def collector(*streams):
    windows = Windows(LENGTH_S, STEP_S, clock=lambda: 0.0)
    windows.configure(a_device(*streams))
    return windows


def test_a_recording_as_long_as_a_window_gives_one():
    (window,) = collector().push(a_block(0, 100))
    assert (window.start_s, window.length_s) == (0.0, LENGTH_S)
    np.testing.assert_array_equal(window.streams[0].counts[0], np.arange(100))
    assert window.streams[0].lost_samples == 0


def test_windows_step_on_from_the_first_scan_that_came():
    windows = collector().push(a_block(1234, 175))
    assert [w.streams[0].first_scan for w in windows] == [1234, 1259, 1284, 1309]


def test_a_window_keeps_its_samples_when_later_ones_come():
    collect = collector()
    (window,) = collect.push(a_block(0, 100))
    for first in range(100, 3000, 50):
        collect.push(a_block(first, 50))
    np.testing.assert_array_equal(window.streams[0].counts[0], np.arange(100))


def test_a_gap_is_marked_where_it_is():
    collect = collector()
    collect.push(a_block(0, 40))
    (window,) = collect.push(a_block(60, 40))
    assert window.streams[0].lost_samples == 20
    np.testing.assert_array_equal(np.flatnonzero(~window.streams[0].valid), np.arange(40, 60))


def test_a_late_block_fills_its_hole_and_a_repeated_one_is_dropped():
    collect = collector()
    for first in (0, 60, 40, 40):
        collect.push(a_block(first, 20 if first else 40))
    (window,) = collect.push(a_block(80, 20))
    assert window.streams[0].lost_samples == 0
    np.testing.assert_array_equal(window.streams[0].counts[1], np.arange(1, 101))
    assert (collect.counts.samples_late, collect.counts.samples_repeated) == (20, 20)


def test_two_rates_share_the_windows():
    collect = collector(a_stream(0), a_stream(1, 250.0, channels=1))
    assert collect.push(a_block(0, 100)) == []
    (window,) = collect.push(a_block(0, 250, stream=1, channels=1))
    assert [s.counts.shape for s in window.streams] == [(2, 100), (1, 250)]


def test_a_silent_stream_is_waited_for_and_then_counts_as_lost():
    collect = collector(a_stream(0), a_stream(1))
    before = round((LENGTH_S + LONGEST_WAIT_S) * RATE_HZ) - 1
    assert collect.push(a_block(0, before)) == []
    (window,) = collect.push(a_block(before, 1))
    assert [s.lost_samples for s in window.streams] == [0, 100]


def test_a_device_that_starts_to_count_anew_starts_a_new_timeline():
    collect = collector()
    collect.push(a_block(50_000, 160))
    windows = collect.push(a_block(0, 100))
    assert [w.streams[0].first_scan for w in windows] == [0]
    assert windows[0].streams[0].lost_samples == 0
    assert collect.counts.device_restarts == 1


def test_a_device_that_restarts_soon_after_its_start_is_noticed_too():
    collect = collector()
    collect.push(a_block(0, 150))
    windows = [w for first in range(0, 400, 10) for w in collect.push(a_block(first, 10))]
    assert collect.counts.device_restarts == 1
    assert windows
    assert all(w.streams[0].lost_samples == 0 for w in windows)


def test_hours_of_silence_make_no_windows_of_nothing():
    collect = collector()
    collect.push(a_block(0, 100))
    windows = [w for piece in range(4) for w in collect.push(a_block(10**9 + 50 * piece, 50))]
    assert 0 < len(windows) < 12
    assert all(w.streams[0].valid.any() for w in windows)
    assert windows[-1].streams[0].lost_samples == 0


def test_whole_windows_are_skipped_when_the_work_is_behind():
    collect = collector()
    assert collect.push(a_block(0, 150), behind=True) == []
    assert len(collect.push(a_block(150, 25))) == 1
    assert (collect.counts.windows_skipped, collect.counts.windows_made) == (3, 1)


def test_blocks_that_do_not_fit_the_device_are_counted_and_left():
    collect = collector()
    assert collect.push(a_block(0, 100, stream=7)) == []
    assert collect.push(a_block(0, 100, channels=3)) == []
    assert collect.counts.blocks_rejected == 2


def test_a_block_longer_than_the_ring_is_taken_in_pieces():
    windows = collector().push(a_block(0, 3000))
    assert len(windows) == 1 + (3000 - 100) // 25
    assert all(w.streams[0].lost_samples == 0 for w in windows)


def test_scans_that_the_device_marked_as_clipped_are_counted():
    collect = collector()
    collect.push(a_block(0, 90))
    (window,) = collect.push(a_block(90, 10, clipped=True))
    assert window.streams[0].clipped_scans == 10


pieces = st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["send", "send", "send", "lose", "repeat"])))


@settings(max_examples=300, deadline=None)
@given(pieces, st.integers(0, 2**40))
def test_every_window_holds_exactly_what_came(pieces, origin):
    collect, came, first, windows = collector(), {}, origin, []
    windows += collect.push(a_block(origin, 5))
    came.update((i, True) for i in range(origin, origin + 5))
    first += 5
    for scans, fate in pieces:
        if fate != "lose":
            for _ in range(1 + (fate == "repeat")):
                windows += collect.push(a_block(first, scans))
            came.update((i, True) for i in range(first, first + scans))
        first += scans
    for number, window in enumerate(windows):
        part = window.streams[0]
        assert part.first_scan >= origin + 25 * number
        index = np.arange(part.first_scan, part.first_scan + 100)
        np.testing.assert_array_equal(part.valid, [i in came for i in index])
        np.testing.assert_array_equal(
            part.counts[0][part.valid], (index % 30011)[part.valid].astype(np.int16)
        )
        assert not part.counts[:, ~part.valid].any()


@pytest.mark.parametrize("scans", [1, 7, 33, 100, 640])
def test_the_pieces_in_which_samples_come_change_nothing(scans):
    collect, windows = collector(), []
    for first in range(0, 1280, scans):
        windows += collect.push(a_block(first, min(scans, 1280 - first)))
    assert [w.start_s for w in windows] == [0.25 * k for k in range(len(windows))]
    assert len(windows) == 1 + (1280 - 100) // 25
