"""Which windows share no sample with the one that was counted last."""

from itertools import pairwise
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.windows.apart import WindowsApart
from edge_agent.windows.sliding import Window


def a_window(start_s: float, length_s: float = 12.0) -> Window:
    return SimpleNamespace(start_s=start_s, length_s=length_s)  # type: ignore[return-value]


def taken(*starts_s: float) -> list[bool]:
    apart = WindowsApart()
    return [apart.take(a_window(start_s)) for start_s in starts_s]


def test_of_windows_that_overlap_one_is_counted() -> None:
    assert taken(0.0, 2.0, 11.9, 12.0, 20.0) == [True, False, False, True, False]


def test_samples_that_are_counted_anew_share_nothing() -> None:
    assert taken(100.0, 0.0, 6.0, 12.0) == [True, True, False, True]
    assert taken(100.0, 95.0) == [True, True]


def test_samples_that_are_counted_anew_are_noticed_where_nothing_is_counted() -> None:
    apart = WindowsApart()
    apart.count(a_window(100.0))
    assert not apart.is_apart(a_window(104.0))
    assert apart.is_apart(a_window(2.0))
    assert apart.is_apart(a_window(104.0))


def test_recordings_of_one_window_each_are_all_counted() -> None:
    assert taken(0.0, 0.0, 0.0) == [True, True, True]


def test_what_is_not_counted_keeps_nothing_away() -> None:
    apart = WindowsApart()
    assert apart.is_apart(a_window(0.0))
    assert apart.is_apart(a_window(2.0))


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40), st.integers(1, 15))
def test_each_sample_is_counted_once_and_no_window_is_left_out_without_need(
    steps: list[int], length: int
) -> None:
    apart, starts = WindowsApart(), [sum(steps[:n]) for n in range(len(steps))]
    counted = [start for start in starts if apart.take(a_window(start, length))]
    assert all(later - before >= length for before, later in pairwise(counted))
    for start in set(starts) - set(counted):
        assert any(before < start < before + length for before in counted)
