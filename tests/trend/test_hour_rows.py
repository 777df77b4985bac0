"""Rows: hours, loads, checksums, and an hour that was counted twice."""

import math

import pytest
from hours import NOW_HOUR, a_row
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.trend.hour_rows import (
    LOAD_EDGES,
    UNKNOWN_LOAD,
    believed,
    checked,
    hour_of,
    is_set,
    load_bin,
    loads_of,
    united,
)


@given(st.floats(-0.2, 5.0))
def test_every_load_lies_between_the_ends_of_its_bin(load: float) -> None:
    found = loads_of(load_bin(load))
    assert found is not None
    low, high = found
    assert low <= max(load, 0.0)
    assert high is None or load < high


@pytest.mark.parametrize("load", [None, math.nan, math.inf])
def test_a_load_that_is_not_known_has_a_bin_of_its_own(load: float | None) -> None:
    assert load_bin(load) == UNKNOWN_LOAD
    assert loads_of(UNKNOWN_LOAD) is None


def test_the_bins_follow_each_other_without_a_gap() -> None:
    ends = [loads_of(number) for number in range(len(LOAD_EDGES) + 1)]
    assert ends == [(0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0), (1.0, None)]


def test_hours_are_counted_from_1970_also_before_it() -> None:
    assert [hour_of(unix_s) for unix_s in (0.0, 3599.9, 3600.0, -0.1)] == [0, 0, 1, -1]


@pytest.mark.parametrize(
    ("unix_s", "right"), [(0.0, False), (-5.0, False), (1.71e9, True), (1.79e9, True), (9e9, False)]
)
def test_a_clock_before_2024_or_centuries_ahead_is_not_set(unix_s: float, right: bool) -> None:
    assert is_set(unix_s) is right


@given(
    st.integers(0, 10**6), st.none() | st.floats(0, 10), st.dictionaries(st.text(max_size=9), st.integers(0))
)
def test_a_row_comes_back_as_it_was(hour: int, bars: float | None, refusals: dict[str, int]) -> None:
    row = a_row(hour, bars, refusals=refusals)
    assert believed(checked(row)) == row


@pytest.mark.parametrize("column", range(11))
@pytest.mark.parametrize("value", [None, 7, 0.5, "x", b"x"])
def test_a_row_that_has_changed_is_not_believed(column: int, value: object) -> None:
    columns = list(checked(a_row(NOW_HOUR, 0.1)))
    columns[column] = value
    assert believed(tuple(columns)) is None


def test_an_hour_that_was_counted_twice_adds_up_and_averages_by_looks() -> None:
    first = a_row(NOW_HOUR, 0.1, looks=30, windows=100, refusals={"motor_off": 50, "unsteady": 1})
    second = a_row(NOW_HOUR, 0.2, looks=10, windows=100, refusals={"unsteady": 2}, limit_bars=0.05)
    other_load = a_row(NOW_HOUR, 0.3, load=4, windows=200)
    both = united([first], [second, other_load])
    assert [row.load_bin for row in both] == [2, 4]
    assert (both[0].windows, both[0].looks) == (200, 40)
    assert both[0].median_bars == pytest.approx(0.125)
    assert both[0].limit_bars == 0.05
    assert both[0].refusals == {"motor_off": 50, "unsteady": 3}
    assert [row.running_share for row in both] == [150 / 400, 0.5]


def test_without_looks_on_one_side_the_values_of_the_other_stay() -> None:
    silent = a_row(NOW_HOUR, None, looks=0, limit_bars=None)
    for rows in ([silent], [a_row(NOW_HOUR, 0.1)]), ([a_row(NOW_HOUR, 0.1)], [silent]):
        (both,) = united(*rows)
        assert (both.median_bars, both.limit_bars, both.looks) == (0.1, 0.02, 100)
