"""Days: weighted medians, and shares of all windows."""

import pytest
from hours import a_row
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.trend.days import days_of, weighted_median


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 6)), max_size=12))
def test_a_weighted_median_is_that_of_values_repeated(pairs: list[tuple[float, int]]) -> None:
    repeated = sorted(value for value, weight in pairs for _ in range(weight))
    half = len(repeated) // 2
    if not repeated:
        assert weighted_median(pairs) is None
    elif len(repeated) % 2:
        assert weighted_median(pairs) == repeated[half]
    else:
        assert weighted_median(pairs) == pytest.approx((repeated[half - 1] + repeated[half]) / 2)


def test_hours_of_all_loads_make_a_day_and_days_without_windows_are_none() -> None:
    rows = [
        a_row(48, 0.1, looks=100, p10_bars=0.05, p90_bars=0.15),
        a_row(60, 0.3, looks=10, load=4, limit_bars=0.4),
        a_row(71, None, looks=0, load=-1, limit_bars=None, refusals={"motor_off": 1800}, windows=1800),
        a_row(96, 0.2, refusals={"unsteady": 9}),
    ]
    first, second = days_of(rows)
    assert (first.day, first.unix_s, second.day) == (2, 2 * 86_400.0, 4)
    assert (first.windows, first.looks) == (5400, 110)
    assert (first.median_bars, first.p10_bars, first.p90_bars, first.limit_bars) == (0.1, 0.05, 0.15, 0.4)
    assert first.running_share == pytest.approx(2 / 3)
    assert first.refusal_share == {"motor_off": pytest.approx(1 / 3)}
    assert second.refusal_share == {"unsteady": 0.005}


def test_a_day_without_looks_has_no_bars() -> None:
    (day,) = days_of([a_row(1, None, looks=0, limit_bars=None)])
    assert day.median_bars is day.p10_bars is day.p90_bars is day.limit_bars is None
