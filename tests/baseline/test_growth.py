"""The CUSUM: growth adds up, false looks do not, and the budget sets its limit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.baseline.growth import Growth, limit_of
from edge_agent.baseline.reference import Cell, Reference
from edge_agent.limits import BASELINE

LIMIT = BASELINE.growth


def a_reference(clipped_rms_bars: float) -> Reference:
    return Reference({"0.70-0.85": Cell(100, 0.05, 0.01, 0.75, 2.0, 0.02)}, clipped_rms_bars, 0.02)


@pytest.mark.parametrize("step_bars", [0.15, 0.5, 3.0])
def test_growth_is_called_after_five_looks_however_large(step_bars: float) -> None:
    growth = Growth()
    said = []
    for _ in range(6):
        growth.take(step_bars, LIMIT)
        said.append(growth.growing)
    assert said.index(True) in (4, 5)


def test_two_false_looks_in_twenty_are_no_growth() -> None:
    growth = Growth()
    for number in range(1000):
        growth.take(2.0 if number % 20 < 2 else 0.0, LIMIT)
        assert not growth.growing


def test_growth_ends_when_the_looks_are_back_at_the_baseline() -> None:
    growth = Growth()
    for _ in range(500):
        growth.take(1.0, LIMIT)
    assert growth.sum_bars == 2 * LIMIT
    for _ in range(19):
        growth.take(0.0, LIMIT)
        assert growth.growing
    for _ in range(2):
        growth.take(0.0, LIMIT)
    assert not growth.growing


@given(st.lists(st.floats(-10, 10), max_size=50))
def test_the_sum_stays_within_its_bounds(deviations: list[float]) -> None:
    growth = Growth()
    for deviation in deviations:
        growth.take(deviation, LIMIT)
        assert 0 <= growth.sum_bars <= 2 * LIMIT
        assert not growth.growing or growth.sum_bars > 0


def test_the_limit_is_that_of_the_design_for_what_sound_motors_scatter() -> None:
    assert limit_of(a_reference(0.014), 0.1) == BASELINE.growth


def test_more_scatter_and_a_smaller_budget_raise_it() -> None:
    noisy = a_reference(0.08)
    assert BASELINE.growth < limit_of(noisy, 1.0) < limit_of(noisy, 0.1)
    assert limit_of(a_reference(0.15), 0.1) > limit_of(noisy, 0.1)
