"""Starts are counted once, and measured if they were seen whole."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.starts import Starts

PART_S = 0.05
RATED_A = 10.0
OFF_A = 0.5


def parts(*stretches: tuple[float, float]) -> list[float]:
    """Parts of so many seconds at so many amperes each."""
    return [current_a for length_s, current_a in stretches for _ in range(round(length_s / PART_S))]


def taken(currents_a: list[float], batch: int = 40, starts: int = 0) -> Starts:
    """Take parts in batches, as windows bring them."""
    found = Starts(RATED_A, OFF_A, starts, None)
    for first in range(0, len(currents_a), batch):
        found.take(currents_a[first : first + batch], PART_S)
    return found


def a_start(inrush_s: float = 0.8, running_a: float = 9.0) -> list[float]:
    return parts((3.0, 0.0), (inrush_s, 60.0), (10.0, running_a))


@pytest.mark.parametrize("batch", [1, 7, 40, 1000])
@pytest.mark.parametrize("inrush_s", [0.1, 0.8, 12.0])
def test_a_start_lasts_from_the_current_until_it_stays_near_its_running_value(
    inrush_s: float, batch: int
) -> None:
    found = taken(a_start(inrush_s), batch, starts=4)
    assert found.starts == 5
    assert found.last_start_s == pytest.approx(inrush_s, abs=0.051)


@given(st.lists(st.floats(0.0, 100.0) | st.just(math.nan), max_size=300), st.integers(1, 50))
def test_batches_change_no_count(currents_a: list[float], batch: int) -> None:
    assert taken(currents_a, batch).starts == taken(currents_a, 1).starts


def test_a_decay_ends_where_the_current_is_near_its_running_value() -> None:
    """The current falls from 60 A to 9 A with a time constant of 0.5 s: it is within 30 % after 1.47 s."""
    decay = 9.0 + 51.0 * np.exp(-np.arange(300) * PART_S / 0.5)
    found = taken([*parts((2.0, 0.1)), *decay.tolist()])
    assert found.last_start_s == pytest.approx(-0.5 * math.log(2.7 / 51.0), abs=0.06)


def test_a_motor_that_runs_already_has_not_started() -> None:
    found = taken(parts((60.0, 9.0)))
    assert (found.starts, found.last_start_s) == (0, None)


def test_each_start_from_rest_counts() -> None:
    assert taken(5 * [*a_start(), *parts((2.0, 0.0))]).starts == 5


def test_the_pause_of_a_star_delta_starter_is_within_the_start() -> None:
    found = taken(parts((3.0, 0.0), (4.0, 21.0), (0.1, 0.0), (0.3, 40.0), (8.0, 9.0)))
    assert found.starts == 1
    assert found.last_start_s == pytest.approx(4.4, abs=0.051)


def test_a_spark_is_no_start() -> None:
    found = taken([*parts((3.0, 0.0), (0.2, 5.0), (3.0, 0.0)), *a_start()])
    assert found.starts == 1
    assert found.last_start_s == pytest.approx(0.8, abs=0.051)


def test_a_slow_run_up_is_not_taken_for_a_running_motor() -> None:
    found = taken(parts((3.0, 0.0), (20.0, 55.0)))
    assert (found.starts, found.last_start_s) == (1, None)


def test_a_start_that_is_broken_off_has_no_duration() -> None:
    found = taken([*a_start(), *parts((2.0, 0.0), (1.0, 60.0), (5.0, 0.0))])
    assert (found.starts, found.last_start_s) == (2, None)


def test_a_start_that_takes_too_long_has_no_duration() -> None:
    found = taken(parts((3.0, 0.0), (130.0, 60.0), (20.0, 9.0)))
    assert (found.starts, found.last_start_s) == (1, None)


def test_a_current_that_is_never_steady_has_no_duration() -> None:
    found = taken([*parts((3.0, 0.0)), *(200 * parts((0.5, 5.0), (0.5, 12.0)))])
    assert (found.starts, found.last_start_s) == (1, None)


@pytest.mark.parametrize("lost_s", [(2.5, 3.2), (3.3, 3.6), (1.0, 2.0)], ids=["onset", "inrush", "rest"])
def test_a_start_of_which_a_part_was_lost_counts_without_a_duration(lost_s: tuple[float, float]) -> None:
    currents_a = a_start()
    for part in range(round(lost_s[0] / PART_S), round(lost_s[1] / PART_S)):
        currents_a[part] = math.nan
    found = taken(currents_a)
    assert found.starts == 1
    assert (found.last_start_s is None) == (lost_s[1] > 3.0)


def test_a_start_while_nobody_looked_counts_without_a_duration() -> None:
    found = Starts(RATED_A, OFF_A, 0, 1.0)
    found.take(parts((3.0, 0.0)), PART_S)
    found.miss()
    found.take(parts((20.0, 9.0)), PART_S)
    assert (found.starts, found.last_start_s) == (1, None)
