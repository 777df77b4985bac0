import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.windows.sliding import LONGEST_WAIT_S, Windows

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


@pytest.mark.parametrize("first_back", [0, 1])
def test_a_gap_of_all_streams_makes_no_windows_of_nothing(first_back):
    collect = collector(a_stream(0), a_stream(1))
    for first in range(0, 1000, 10):
        for stream in (0, 1):
            collect.push(a_block(first, 10, stream))
    windows = []
    for first in range(360_000, 360_300, 10):
        for stream in (first_back, 1 - first_back):
            found = collect.push(a_block(first, 10, stream))
            assert len(found) <= 1
            windows += found
    assert 0 < len(windows) <= 12
    assert all(s.valid.any() for w in windows for s in w.streams)
    assert [s.lost_samples for s in windows[-1].streams] == [0, 0]


def test_a_gap_of_one_stream_costs_the_others_no_window():
    collect, windows = collector(a_stream(0), a_stream(1)), []
    for blocks in in_step(60.0):
        windows += [w for b in blocks if not (b.stream and away(b)) for w in collect.push(b)]
    assert [w.streams[0].first_scan for w in windows] == [25 * k for k in range(len(windows))]
    assert {w.streams[0].lost_samples for w in windows} == {0}


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


def test_scans_that_the_device_lost_unseen_are_told_from_those_that_its_count_tells():
    collect = collector()
    collect.push(a_block(0, 30, overrun=True))
    collect.push(a_block(30, 20, overrun=True))
    collect.push(a_block(60, 20, overrun=True))
    windows = collect.push(a_block(80, 160, overrun=True))
    assert [(w.streams[0].overruns, w.streams[0].lost_samples) for w in windows[:3]] == [
        (2, 10),
        (2, 10),
        (1, 10),
    ]
    assert [w.streams[0].overruns for w in windows[3:]] == [1, 0, 0]


def in_step(seconds, clock=1.0, block_s=0.1):
    """What the two streams bring in each `block_s`; the clock of the second is faster by `clock`."""
    ends = [0, 0]
    for k in range(1, round(seconds / block_s) + 1):
        begins, ends = ends, [round(k * block_s * rate_hz) for rate_hz in (RATE_HZ, clock * RATE_HZ)]
        yield [a_block(a, b - a, s) for s, (a, b) in enumerate(zip(begins, ends, strict=True)) if b > a]


def away(block):
    return 2000 <= block.first_scan < 4000


@pytest.mark.parametrize("clock", [1.005, 0.995, 0.98])
def test_clocks_that_drift_apart_cost_no_window_and_no_scan(clock):
    collect = collector(a_stream(0), a_stream(1))
    windows = [w for blocks in in_step(900.0, clock) for b in blocks for w in collect.push(b)]
    assert len(windows) > 3500
    for window in windows:
        assert [s.lost_samples for s in window.streams] == [0, 0]
        taken_s = [s.first_scan / RATE_HZ / c for s, c in zip(window.streams, (1.0, clock), strict=True)]
        assert abs(taken_s[0] - taken_s[1]) < 0.8
    for stream in (0, 1):
        first = [w.streams[stream].first_scan for w in windows]
        assert max(np.diff(first)) == STEP_S * RATE_HZ


def test_blocks_that_come_late_or_many_at_once_move_nothing():
    collect, windows, kept = collector(a_stream(0), a_stream(1)), [], []
    for k, (first, second) in enumerate(in_step(120.0)):
        kept.append(second)
        windows += collect.push(first)
        if k % 4 == 3 and k % 66 > 12:
            come, kept = kept[:-3], kept[-3:]
            windows += [w for b in come for w in collect.push(b)]
    assert len(windows) > 450
    assert all([s.first_scan for s in w.streams] == [100 * w.start_s] * 2 for w in windows)
    assert all(s.lost_samples == 0 for w in windows for s in w.streams)


@pytest.mark.parametrize("stream", [0, 1])
def test_a_stream_that_comes_back_has_lost_what_its_count_left_out(stream):
    collect, windows = collector(a_stream(0), a_stream(1)), []
    for blocks in in_step(80.0):
        windows += [w for b in blocks if b.stream != stream or not away(b) for w in collect.push(b)]
    assert all([s.first_scan for s in w.streams] == [100 * w.start_s] * 2 for w in windows)
    lost = [w.streams[stream].lost_samples for w in windows]
    assert [n == 0 for n in lost] == [w.start_s <= 19.0 or w.start_s >= 40.0 for w in windows]


@pytest.mark.parametrize("stream", [0, 1])
def test_a_stream_that_did_not_count_while_it_stood_still_is_in_step_again_soon(stream):
    collect, windows = collector(a_stream(0), a_stream(1)), []
    for blocks in in_step(80.0):
        for block in blocks:
            if block.stream == stream and away(block):
                continue
            shift = 2000 if block.stream == stream and block.first_scan >= 4000 else 0
            windows += collect.push(a_block(block.first_scan - shift, 10, block.stream))
    assert [w.start_s for w in windows] == [0.25 * k for k in range(len(windows))]
    last = [w for w in windows if w.start_s > 51.0]
    assert len(last) > 100
    assert all(s.lost_samples == 0 for w in last for s in w.streams)


@pytest.mark.parametrize("block_s", [0.01, 0.5, 1.7])
def test_the_pieces_in_which_streams_in_step_come_change_nothing(block_s):
    def found(block_s):
        collect = collector(a_stream(0), a_stream(1))
        windows = [w for blocks in in_step(68.0, 1.0, block_s) for b in blocks for w in collect.push(b)]
        return [(w.start_s, *((s.first_scan, s.lost_samples) for s in w.streams)) for w in windows]

    assert found(block_s) == found(0.1)


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
