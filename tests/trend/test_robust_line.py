"""The line and its intervals hold the truth as often as they say, whatever the scatter is like."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.trend.robust_line import fit_line

SERIES = 400
"""Series per case: a share of 95 % is then known to 1.1 %."""
SCATTERS = {
    "normal": lambda chance, count: chance.normal(0, 1, count),
    "heavy tails": lambda chance, count: chance.standard_t(2, count),
    "one-sided": lambda chance, count: chance.exponential(1, count) - math.log(2),
}


def alike(independent: NDArray[np.float64], correlation: float) -> NDArray[np.float64]:
    """Make each day like the one before it (first-order autoregression)."""
    values = independent.copy()
    for day in range(1, values.size):
        values[day] = correlation * values[day - 1] + math.sqrt(1 - correlation**2) * values[day]
    return values


@pytest.mark.parametrize("count", [14, 30, 90])
@pytest.mark.parametrize("scatter", SCATTERS)
def test_of_motors_that_do_not_change_at_most_one_in_twenty_seems_to_grow(count: int, scatter: str) -> None:
    chance = np.random.default_rng(count)
    days = np.arange(count, dtype=float)
    growing = [fit_line(days, SCATTERS[scatter](chance, count)).slope_interval[0] > 0 for _ in range(SERIES)]
    assert np.mean(growing) <= 0.05


@pytest.mark.parametrize(("correlation", "share"), [(0.3, 0.05), (0.6, 0.08)])
def test_days_that_are_alike_are_not_taken_for_growth(correlation: float, share: float) -> None:
    chance = np.random.default_rng(7)
    days = np.arange(30.0)
    growing = [
        fit_line(days, alike(chance.normal(0, 1, 30), correlation)).slope_interval[0] > 0
        for _ in range(SERIES)
    ]
    assert np.mean(growing) <= share


@pytest.mark.parametrize("count", [14, 30, 90])
@pytest.mark.parametrize("scatter", SCATTERS)
@pytest.mark.parametrize("gaps", [False, True])
def test_the_intervals_hold_slope_and_crossing_as_often_as_they_say(
    count: int, scatter: str, gaps: bool
) -> None:
    chance = np.random.default_rng(count)
    days = (
        np.sort(chance.choice(3 * count, count, replace=False)).astype(float)
        if gaps
        else np.arange(float(count))
    )
    slope = 8.0 / (days[-1] - days[0])
    crossing = days[-1] + 20.0
    slopes, crossings = [], []
    for _ in range(SERIES):
        line = fit_line(days, slope * days + SCATTERS[scatter](chance, count))
        low, high = line.slope_interval
        slopes.append(low <= slope <= high)
        if low > 0:
            expected, earliest, latest = line.crosses(slope * crossing)
            assert earliest <= expected <= latest
            crossings.append(earliest <= crossing <= latest)
    assert np.mean(slopes) >= 0.92
    assert len(crossings) >= 0.9 * SERIES
    assert np.mean(crossings) >= 0.9


def test_a_line_without_scatter_is_found_exactly() -> None:
    days = np.array([0.0, 1, 2, 4, 8, 9, 10, 11, 15, 20])
    line = fit_line(days, 3.0 + 0.5 * days)
    assert line.slope == line.slope_interval[0] == line.slope_interval[1] == pytest.approx(0.5)
    assert line.at(100.0) == pytest.approx(53.0)
    assert line.crosses(53.0) == pytest.approx((100.0, 100.0, 100.0))


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
def test_some_wild_days_turn_no_line(wild: list[float]) -> None:
    days = np.arange(30.0)
    values = 0.1 * days
    values[[3, 11, 17, 26]] = wild
    assert fit_line(days, values).slope == pytest.approx(0.1)


def test_equal_values_do_not_grow() -> None:
    line = fit_line(np.arange(14.0), np.zeros(14))
    assert (line.slope, line.slope_interval) == (0.0, (0.0, 0.0))
    with pytest.raises(ValueError, match="may not grow"):
        line.crosses(1.0)


def test_fewer_than_ten_days_have_no_interval() -> None:
    with pytest.raises(ValueError, match="9 days are too few"):
        fit_line(np.arange(9.0), np.arange(9.0))
