"""The bound of false alarms a year: by closed forms, and against what drawn looks really do."""

import numpy as np
import pytest
from drawn_looks import TAIL_SHAPE
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from edge_agent.baseline.proof import Tally, false_alarms_per_year, reaches, upper_count
from edge_agent.limits import BASELINE


@given(st.integers(0, 5000))
def test_the_bound_of_a_count_is_that_of_the_poisson_distribution(count: int) -> None:
    exact = stats.chi2.ppf(stats.norm.cdf(2.13), 2 * (count + 1)) / 2
    assert upper_count(count) == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize(("up", "chance"), [(0.0, 0.0), (0.5, 1 / 3), (1.0, 1.0), (0.1, 1 / 91)])
def test_a_run_reaches_three_as_a_gambler_does(up: float, chance: float) -> None:
    assert reaches(3, up) == pytest.approx(chance)


def test_a_run_of_one_is_there_already() -> None:
    assert reaches(1, 0.0) == reaches(1, 0.3) == 1.0


def test_few_looks_prove_nothing() -> None:
    few = Tally(1.0, BASELINE.min_proof_looks - 1, 15, 0.1)
    assert false_alarms_per_year(few, 0.2) is None
    assert false_alarms_per_year(Tally(looks=10_000), 0.2) is None


def test_more_looks_and_more_room_prove_more() -> None:
    day, week = Tally(24.0, 7200, 360, 1.8, 30), Tally(168.0, 50_400, 2520, 12.6, 210)
    bounds = [false_alarms_per_year(tally, 0.2) for tally in (day, week)]
    near = false_alarms_per_year(day, 0.1)
    assert bounds[0] is not None
    assert bounds[1] is not None
    assert near is not None
    assert bounds[1] < bounds[0] < near


def test_a_look_beyond_the_limit_counts_more_than_the_tail_says() -> None:
    without, with_one = Tally(24.0, 7200, 360, 1.8, 30), Tally(24.0, 7200, 360, 1.8, 30, 1)
    bounds = false_alarms_per_year(without, 0.25), false_alarms_per_year(with_one, 0.25)
    assert None not in bounds
    assert bounds[1] > 5 * bounds[0]  # type: ignore[operator]


def test_a_tally_counts_the_tail_what_follows_in_it_and_what_lies_beyond() -> None:
    tally, was_in_tail = Tally(hours=1.0), False
    for over_tail_bars in (-0.01, 0.01, 0.03, -0.02, 0.3):
        tally = tally.with_look(over_tail_bars, was_in_tail, beyond_limit=over_tail_bars > 0.2)
        was_in_tail = over_tail_bars > 0
    assert (tally.looks, tally.in_tail, tally.followed, tally.beyond_limit) == (5, 3, 1, 1)
    assert tally.excess_bars == pytest.approx(0.34)


def test_the_bound_holds_the_true_rate_of_independent_looks() -> None:
    """19 of 20 days should; the three bounds are not sharp together, so more do."""
    random, room_bars, scale_bars, share = np.random.default_rng(4), 0.05, 0.01, 0.05
    beyond = share * (1 + TAIL_SHAPE * room_bars / scale_bars) ** (-1 / TAIL_SHAPE)
    true = 300 * 8766 * beyond * reaches(3, beyond)
    held = 0
    for _ in range(200):
        in_tail = random.random(7200) < share
        excess = scale_bars * ((1 - random.random(in_tail.sum())) ** -TAIL_SHAPE - 1) / TAIL_SHAPE
        tally = Tally(
            24.0,
            7200,
            int(in_tail.sum()),
            float(excess.sum()),
            int((in_tail[1:] & in_tail[:-1]).sum()),
            int((excess > room_bars).sum()),
        )
        held += (false_alarms_per_year(tally, room_bars) or 0.0) >= true
    assert held >= 190
