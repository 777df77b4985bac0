"""Windows come at every step and hold the scans of their time, however the blocks are cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.windows.sliding import LONGEST_WAIT_S, Window, Windows

RATE = 100
LENGTH = 100  # scans of a window of one second
STEP = 50
CURRENTS = Stream(0, RATE, tuple(Channel(n, ChannelKind.CURRENT, "A", 0.5) for n in ("ia", "ib")))
VIBRATION = Stream(7, 2 * RATE, (Channel("vib", ChannelKind.VIBRATION, "m/s2", 1.0),))


def windows_of(*streams: Stream) -> Windows:
    windows = Windows(LENGTH / RATE, STEP / RATE, clock=lambda: 1234.5)
    windows.configure(Device("daq", "", "", streams))
    return windows


def a_block(first: int, scans: int, stream: Stream = CURRENTS, **said) -> SampleBlock:
    """Counts that tell their scan."""
    counts = np.repeat(np.arange(first, first + scans)[:, None], len(stream.channels), axis=1)
    return SampleBlock(stream.number, first, counts.astype(np.int16), **said)


def one_window(windows: Windows, block: SampleBlock) -> Window:
    made = windows.push(block)
    assert len(made) == 1
    return made[0]


def missing(scans: int, at: list[int], channel: int = 0) -> np.ndarray:
    invalid = np.zeros((scans, 2), bool)
    invalid[at, channel] = True
    return invalid


def test_blocks_before_a_device_is_known_are_rejected() -> None:
    windows = Windows(1.0, 0.5)
    assert windows.push(a_block(0, 500)) == []
    assert windows.counts.blocks_rejected == 1
    assert windows.counts.samples_received == 0


def test_blocks_of_unknown_streams_or_with_other_channels_are_rejected() -> None:
    windows = windows_of(CURRENTS)
    assert windows.push(a_block(0, 500, VIBRATION)) == []
    assert windows.push(SampleBlock(0, 0, np.zeros((500, 3), np.int16))) == []
    assert windows.counts.blocks_rejected == 2


def test_a_window_is_given_with_its_last_scan() -> None:
    windows = windows_of(CURRENTS)
    assert windows.push(a_block(0, LENGTH - 1)) == []
    window = one_window(windows, a_block(LENGTH - 1, 1))
    assert (window.start_s, window.length_s, window.received_unix_s) == (0.0, 1.0, 1234.5)
    (held,) = window.streams
    assert held.stream is CURRENTS
    assert held.first_scan == 0
    assert held.counts[0].tolist() == list(range(LENGTH))
    assert (held.lost_samples, held.clipped_scans, held.overruns, held.dead) == (0, 0, 0, ())
    assert held.units(1).tolist() == [0.5 * k for k in range(LENGTH)]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12), st.integers(0, 5000))
def test_how_scans_are_cut_into_blocks_changes_no_window(sizes: list[int], first: int) -> None:
    windows, made, at = windows_of(CURRENTS), [], first
    for size in sizes:
        made += windows.push(a_block(at, size))
        at += size
    total = at - first
    assert len(made) == max(0, (total - LENGTH) // STEP + 1)
    for k, window in enumerate(made):
        (held,) = window.streams
        assert held.first_scan == first + k * STEP
        assert held.valid.all()
        assert held.counts[1].tolist() == list(range(held.first_scan, held.first_scan + LENGTH))
    assert windows.counts.samples_received == total
    assert windows.counts.windows_made == len(made)


def test_an_empty_block_changes_nothing() -> None:
    windows = windows_of(CURRENTS)
    before = windows.counts
    assert windows.push(a_block(0, 0)) == []
    assert windows.counts == before


def test_windows_are_left_out_and_counted_while_their_reader_is_behind() -> None:
    windows = windows_of(CURRENTS)
    assert windows.push(a_block(0, 200), behind=True) == []
    assert (windows.counts.windows_made, windows.counts.windows_skipped) == (0, 3)
    assert one_window(windows, a_block(200, STEP)).start_s == 1.5


def test_scans_that_never_came_are_lost_and_zero() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 20))
    (held,) = one_window(windows, a_block(30, 70)).streams
    assert held.lost_samples == 10
    assert np.flatnonzero(~held.valid).tolist() == list(range(20, 30))
    assert not held.counts[:, 20:30].any()


def test_late_scans_fill_their_hole_and_repeated_ones_are_dropped() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 20))
    windows.push(a_block(30, 20))
    windows.push(a_block(15, 15))
    (held,) = one_window(windows, a_block(50, 50)).streams
    assert held.lost_samples == 0
    assert (windows.counts.samples_late, windows.counts.samples_repeated) == (10, 5)


def test_a_window_waits_for_the_slower_stream_and_holds_both() -> None:
    windows = windows_of(CURRENTS, VIBRATION)
    assert windows.push(a_block(0, LENGTH)) == []
    window = one_window(windows, a_block(0, 2 * LENGTH, VIBRATION))
    assert [held.stream.number for held in window.streams] == [0, 7]
    assert [held.valid.size for held in window.streams] == [LENGTH, 2 * LENGTH]
    assert [held.lost_samples for held in window.streams] == [0, 0]


def test_a_silent_stream_is_waited_for_no_longer_than_the_longest_wait() -> None:
    windows = windows_of(CURRENTS, VIBRATION)
    enough = LENGTH + round(LONGEST_WAIT_S * RATE)
    assert windows.push(a_block(0, enough - 1)) == []
    window = one_window(windows, a_block(enough - 1, 1))
    assert [held.lost_samples for held in window.streams] == [0, 2 * LENGTH]


def test_a_long_gap_makes_no_windows_that_are_empty() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, LENGTH))
    made = windows.push(a_block(20_000, 2 * LENGTH))
    assert made
    assert all(window.streams[0].valid.any() for window in made)
    assert windows.counts.device_restarts == 0


def test_a_device_that_counts_from_the_beginning_again_starts_the_timeline_anew() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(10_000, 300))
    window = one_window(windows, a_block(0, LENGTH))
    assert windows.counts.device_restarts == 1
    assert window.start_s == 0.0
    assert window.streams[0].first_scan == 0


@pytest.mark.parametrize(("repeated", "restarts"), [(50, 0), (51, 1)])
def test_more_than_half_a_second_of_repeated_scans_is_a_restart(repeated: int, restarts: int) -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 80))
    windows.push(a_block(0, repeated))
    windows.push(a_block(repeated, 1))
    assert windows.counts.device_restarts == restarts


def test_a_new_configuration_starts_the_windows_anew_and_counts_on() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 150))
    windows.configure(Device("daq", "", "", (CURRENTS,)))
    assert one_window(windows, a_block(0, LENGTH)).start_s == 0.0
    assert windows.counts.samples_received == 250
    assert windows.counts.windows_made == 3
    assert windows.counts.device_restarts == 0


def test_clipped_scans_and_untraced_losses_are_told() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 40))
    windows.push(a_block(40, 10, clipped=True, overrun=True))
    (held,) = one_window(windows, a_block(50, 50)).streams
    assert (held.clipped_scans, held.overruns) == (10, 1)


def test_an_overrun_that_the_count_shows_is_lost_scans_and_nothing_more() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 40))
    (held,) = one_window(windows, a_block(45, 55, overrun=True)).streams
    assert (held.lost_samples, held.overruns) == (5, 0)


def test_an_overrun_before_a_long_block_is_one_overrun() -> None:
    windows = windows_of(CURRENTS)
    windows.push(a_block(0, 10))
    made = windows.push(a_block(10, 490, overrun=True))
    assert [window.streams[0].overruns for window in made] == [1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_a_current_without_a_value_now_and_then_costs_the_scan() -> None:
    windows = windows_of(CURRENTS)
    (held,) = one_window(windows, a_block(0, LENGTH, invalid=missing(LENGTH, [3, 9]))).streams
    assert np.flatnonzero(~held.valid).tolist() == [3, 9]
    assert held.dead == ()


def test_a_dead_current_costs_no_scan() -> None:
    windows = windows_of(CURRENTS)
    (held,) = one_window(windows, a_block(0, LENGTH, invalid=missing(LENGTH, [3, 9, 20], 1))).streams
    assert held.dead == (1,)
    assert held.valid.all()


def test_a_vibration_without_a_value_now_and_then_costs_no_scan() -> None:
    windows = windows_of(VIBRATION)
    invalid = np.zeros((2 * LENGTH, 1), bool)
    invalid[5] = True
    (held,) = one_window(windows, a_block(0, 2 * LENGTH, VIBRATION, invalid=invalid)).streams
    assert held.valid.all()
    assert held.dead == ()


def test_the_current_stream_is_the_first_with_currents_and_else_the_first_of_all() -> None:
    for streams, current in (((VIBRATION, CURRENTS), 1), ((VIBRATION,), 0), ((CURRENTS, VIBRATION), 0)):
        windows = windows_of(*streams)
        made = [w for s in streams for w in windows.push(a_block(0, LENGTH * round(s.rate_hz / RATE), s))]
        assert made[0].current is made[0].streams[current]
