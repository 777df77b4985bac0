"""Every scan that is held lies at the place of its index, whatever came before, late or twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.samples import Channel, ChannelKind, SampleBlock, Stream
from edge_agent.windows.ring import Fill, ScanRing

RATE_HZ = 10.0
LENGTH_S = 2.0
SCANS = 20
HELD = SCANS + 10 + 2  # the window, twice the wait of 0.5 s, and two
STREAM = Stream(0, RATE_HZ, tuple(Channel(name, ChannelKind.CURRENT, "A", 0.01) for name in ("ia", "ib")))


def a_ring(first_scan: int = 0, at_s: float = 0.0) -> ScanRing:
    ring = ScanRing(STREAM, LENGTH_S, 0.5)
    ring.begin(first_scan, at_s)
    return ring


def a_block(first_scan: int, scans: int, plus: int = 0, dtype: type = np.int16, **said) -> SampleBlock:
    """Counts that tell their scan: its index and what is added, and the negative of both."""
    value = np.arange(first_scan, first_scan + scans) + plus
    return SampleBlock(0, first_scan, np.column_stack((value, -value)).astype(dtype), **said)


def put_steadily(ring: ScanRing, first: int, end: int) -> None:
    for scan in range(first, end, 8):
        ring.put(a_block(scan, min(8, end - scan)))


def test_before_anything_began_no_time_has_passed_and_nothing_is_held() -> None:
    ring = ScanRing(STREAM, LENGTH_S, 0.5)
    assert (ring.origin, ring.elapsed_s, ring.oldest_s) == (None, 0.0, 0.0)
    assert not ring.precedes(a_block(-1000, 1))
    cut = ring.cut(0.0)
    assert cut.counts.shape == (2, SCANS)
    assert not cut.valid.any()


def test_time_begins_where_it_is_told_to() -> None:
    ring = a_ring(first_scan=1000, at_s=3.0)
    assert ring.origin == 970
    assert ring.elapsed_s == 3.0
    ring.put(a_block(1000, 5))
    assert ring.elapsed_s == 3.5
    assert ring.oldest_s == 3.0


def test_a_window_holds_what_came_and_says_what_did_not() -> None:
    ring = a_ring(first_scan=100)
    ring.put(a_block(100, 4))
    ring.put(a_block(106, 4))
    cut = ring.cut(0.2)
    assert cut.first_scan == 102
    assert np.flatnonzero(cut.valid).tolist() == [0, 1, 4, 5, 6, 7]
    assert cut.counts[0, :9].tolist() == [102, 103, 0, 0, 106, 107, 108, 109, 0]
    assert cut.counts[1].tolist() == (-cut.counts[0]).tolist()
    assert cut.invalid is None


def test_a_window_is_a_copy() -> None:
    ring = a_ring()
    ring.put(a_block(0, 4, plus=1))
    ring.cut(0.0).counts[:] = 99
    ring.cut(0.0).valid[:] = False
    assert ring.cut(0.0).counts[0, :4].tolist() == [1, 2, 3, 4]
    assert ring.cut(0.0).valid[:4].all()


def test_a_block_is_told_apart_into_new_late_and_repeated_scans() -> None:
    ring = a_ring()
    assert ring.put(a_block(0, 4)) == Fill(new=4, late=0, repeated=0, jumped=False)
    assert ring.put(a_block(8, 4)) == Fill(new=4, late=0, repeated=0, jumped=False)
    assert ring.put(a_block(6, 8)) == Fill(new=2, late=2, repeated=4, jumped=False)
    assert ring.put(a_block(6, 8)) == Fill(new=0, late=0, repeated=8, jumped=False)


def test_what_came_first_stays_when_other_values_come_for_the_same_scans() -> None:
    ring = a_ring()
    ring.put(a_block(2, 2))
    ring.put(a_block(0, 6, plus=50, clipped=True))
    cut = ring.cut(0.0)
    assert cut.counts[0, :6].tolist() == [50, 51, 2, 3, 54, 55]
    assert cut.clipped[:7].tolist() == [True, True, False, False, True, True, False]


def test_scans_from_before_the_beginning_are_of_no_use() -> None:
    ring = a_ring(first_scan=10)
    assert ring.put(a_block(6, 4)) == Fill(new=0, late=0, repeated=4, jumped=False)
    assert ring.put(a_block(8, 4, overrun=True)) == Fill(new=2, late=0, repeated=2, jumped=False)
    cut = ring.cut(-0.4)
    assert np.flatnonzero(cut.valid).tolist() == [4, 5]
    assert cut.counts[0, 4:6].tolist() == [10, 11]
    assert not cut.overrun.any()


def test_an_overrun_is_marked_at_the_first_scan_after_it() -> None:
    ring = a_ring()
    ring.put(a_block(0, 4))
    ring.put(a_block(4, 4, overrun=True))
    assert np.flatnonzero(ring.cut(0.0).overrun).tolist() == [4]


def test_a_channel_without_a_value_is_marked_where_it_gave_none() -> None:
    ring = a_ring()
    ring.put(a_block(0, 2))
    ring.put(a_block(2, 2, invalid=np.array([[False, True], [False, False]])))
    ring.put(a_block(4, 2))
    invalid = ring.cut(0.0).invalid
    assert invalid is not None
    assert np.argwhere(invalid).tolist() == [[1, 2]]


def test_wider_counts_keep_all_their_digits_and_the_narrow_ones_before_them() -> None:
    ring = a_ring()
    ring.put(a_block(0, 2, plus=7))
    ring.put(a_block(2, 2, plus=10**9, dtype=np.int32))
    ring.put(a_block(4, 1, plus=7))
    cut = ring.cut(0.0)
    assert cut.counts.dtype == np.int32
    assert cut.counts[0, :5].tolist() == [7, 8, 10**9 + 2, 10**9 + 3, 11]


@pytest.mark.parametrize(("gap", "jumped"), [(HELD - 1, False), (HELD, True), (10**6, True)])
def test_a_gap_as_long_as_all_that_is_held_leaves_nothing_of_before(gap: int, jumped: bool) -> None:
    ring = a_ring()
    ring.put(a_block(0, 4))
    first = 4 + gap
    assert ring.put(a_block(first, 2, dtype=np.int32)) == Fill(new=2, late=0, repeated=0, jumped=jumped)
    assert ring.oldest_s == (first / RATE_HZ if jumped else 0.0)
    assert ring.cut(0.0).valid.any() != jumped
    assert np.flatnonzero(ring.cut(first / RATE_HZ).valid).tolist() == [0, 1]


def test_after_a_jump_no_mark_of_before_is_left() -> None:
    ring = a_ring()
    ring.put(a_block(0, 8, clipped=True, overrun=True, invalid=np.ones((8, 2), bool)))
    ring.put(a_block(1000, 1))
    ring.put(a_block(1007, 1))
    cut = ring.cut(100.0)
    assert np.flatnonzero(cut.valid).tolist() == [0, 7]
    assert not cut.clipped.any()
    assert not cut.overrun.any()
    assert cut.invalid is not None
    assert not cut.invalid.any()


def test_a_block_that_ends_before_all_that_could_be_held_says_that_its_device_counts_anew() -> None:
    ring = a_ring()
    put_steadily(ring, 0, 100)
    assert ring.precedes(a_block(0, 100 - HELD))
    assert not ring.precedes(a_block(0, 100 - HELD + 1))
    assert not ring.precedes(a_block(100, 1))


def test_a_ring_that_is_cleared_begins_like_a_new_one() -> None:
    ring = a_ring(at_s=5.0)
    ring.put(a_block(0, 8, clipped=True))
    ring.clear()
    assert (ring.origin, ring.elapsed_s, ring.oldest_s) == (None, 0.0, 0.0)
    ring.begin(0, 0.0)
    assert ring.put(a_block(4, 2)) == Fill(new=2, late=0, repeated=0, jumped=False)
    cut = ring.cut(0.0)
    assert np.flatnonzero(cut.valid).tolist() == [4, 5]
    assert np.flatnonzero(cut.counts[0]).tolist() == [4, 5]
    assert not cut.clipped.any()


@pytest.mark.parametrize(("lag_s", "moved_s"), [(0.0, 0.0), (0.5, 0.0), (0.6, 0.6), (3.0, 3.0), (-3.0, 0.0)])
def test_only_a_lag_that_is_too_long_and_stays_moves_the_time(lag_s: float, moved_s: float) -> None:
    ring = a_ring()
    for scan in range(0, 100, 5):
        assert ring.elapsed_s == scan / RATE_HZ
        ring.put(a_block(scan, 5))
        ring.follow((scan + 5 + round(lag_s * RATE_HZ)) / RATE_HZ)
    assert ring.elapsed_s == pytest.approx(10.0 + moved_s)


def test_a_stream_that_caught_up_once_is_left_in_its_place() -> None:
    ring = a_ring()
    for scan in range(0, 100, 5):
        ring.put(a_block(scan, 5))
        ring.follow(ring.elapsed_s + (0.0 if scan == 40 else 3.0))
    assert ring.elapsed_s == 10.0
    for scan in range(100, 200, 5):
        ring.put(a_block(scan, 5))
        ring.follow(ring.elapsed_s + 3.0)
    assert ring.elapsed_s == 23.0


BLOCKS = st.lists(
    st.tuples(
        st.integers(-40, 40),
        st.integers(1, HELD // 4),
        st.booleans(),
        st.booleans(),
        st.sampled_from([np.int16, np.int32]),
    ),
    max_size=30,
)


@given(BLOCKS, st.integers(0, 50))
def test_whatever_comes_each_scan_that_is_held_is_as_it_came_first(
    blocks: list[tuple[int, int, bool, bool, type]], begin: int
) -> None:
    ring, known, end = a_ring(first_scan=begin, at_s=begin / RATE_HZ), {}, begin
    for number, (step, scans, clipped, unsure, dtype) in enumerate(blocks, start=1):
        first, oldest = end + step, round(ring.oldest_s * RATE_HZ)
        invalid = np.full((scans, 2), unsure) if unsure else None
        fill = ring.put(a_block(first, scans, 500 * number, dtype, clipped=clipped, invalid=invalid))
        came = range(first, first + scans)
        assert fill.jumped == (first >= end + HELD)
        assert fill.new == sum(scan >= end for scan in came)
        if first + scans > oldest:
            end = max(end, first + scans)
        oldest = round(ring.oldest_s * RATE_HZ)
        known = {scan: said for scan, said in known.items() if scan >= oldest}
        free = [scan for scan in came if scan >= oldest and scan not in known]
        assert fill.new + fill.late == len(free)
        assert fill.repeated == scans - len(free)
        known |= {scan: (scan + 500 * number, clipped, unsure) for scan in free}
        assert fill.jumped or oldest <= max(begin, end - HELD)
        assert ring.elapsed_s == end / RATE_HZ
        begin = first if fill.jumped else begin
    for start in range(end - 3 * HELD, end + SCANS, SCANS):
        cut = ring.cut(start / RATE_HZ)
        for place, scan in enumerate(range(start, start + SCANS)):
            value, was_clipped, was_unsure = known.get(scan, (0, False, False))
            assert cut.valid[place] == (scan in known)
            assert cut.counts[:, place].tolist() == [value, -value]
            assert cut.clipped[place] == was_clipped
            assert (cut.invalid is not None and cut.invalid[:, place].any()) == was_unsure


def test_a_ring_that_goes_on_dates_as_before_and_holds_nothing_of_it() -> None:
    before, after = a_ring(first_scan=1000, at_s=3.0), ScanRing(STREAM, LENGTH_S, 0.5)
    before.put(a_block(1000, 30))
    after.resume(before.time())
    assert after.time() == before.time()
    assert (after.origin, after.elapsed_s) == (before.origin, before.elapsed_s)
    assert not after.cut(4.0).valid.any()
    assert after.put(a_block(1028, 4)) == Fill(new=2, late=2, repeated=0, jumped=False)
    assert np.flatnonzero(after.cut(4.5).valid).tolist() == list(range(13, 17))


def test_a_ring_that_goes_on_keeps_the_width_of_its_counts() -> None:
    before, after = a_ring(), ScanRing(STREAM, LENGTH_S, 0.5)
    before.put(a_block(0, 4, dtype=np.int32))
    after.resume(before.time())
    after.put(a_block(4, 4))
    assert after.cut(0.0).counts.dtype == np.int32
