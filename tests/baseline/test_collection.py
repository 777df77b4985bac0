"""Looks of the learning period: bounded, representative, and refused if they look broken."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from drawn_looks import DrawnMotor
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.baseline.collection import Collection
from edge_agent.baseline.look import Look
from edge_agent.limits import BASELINE

LOOK = Look("0.70-0.85", 0.05, 0.75, 2.0)


def collected(*looks: Look) -> Collection:
    collection = Collection()
    for look in looks:
        collection.add(look)
    return collection


def test_a_long_time_fits_into_little_memory_and_stays_represented() -> None:
    looks = [replace(LOOK, bars=number / 1e5) for number in range(10_000)]
    collection = collected(*looks)
    (kept,) = collection.looks.values()
    assert 200 <= len(kept) <= 400
    assert collection.counts == {"0.70-0.85": 10_000}
    assert np.mean([look.bars for look in kept]) == pytest.approx(0.05, rel=0.05)
    assert len({round(b.bars - a.bars, 9) for a, b in pairwise(kept)}) == 1


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_it_goes_on_after_a_restart_as_if_there_had_been_none(before: int, after: int) -> None:
    looks = [replace(LOOK, bars=number / 1e5) for number in range(before + after)]
    whole, first = collected(*looks), collected(*looks[:before])
    again = Collection(first.looks, first.counts)
    for look in looks[before:]:
        again.add(look)
    assert (again.looks, again.counts) == (whole.looks, whole.counts)


def test_bins_of_another_version_are_left_out() -> None:
    assert Collection({"0.00-9.00": [LOOK]}, {"0.00-9.00": 1}).counts == {}


def test_a_sound_motor_does_not_look_broken() -> None:
    motor = DrawnMotor(np.random.default_rng(1), bars=0.15)
    assert collected(*motor.looks(1000)).looks_broken(sound=False) is None


@pytest.mark.parametrize(
    ("bars", "above", "refused", "refused_by_a_person"),
    [
        (0.19, False, False, False),
        (0.28, True, True, False),
        (0.42, True, True, False),
        (0.5, True, True, True),
    ],
)
def test_what_looks_broken_is_refused_and_a_person_may_vouch_for_a_casting(
    bars: float, above: bool, refused: bool, refused_by_a_person: bool
) -> None:
    collection = collected(*[replace(LOOK, bars=bars, above_casting=above)] * BASELINE.min_looks)
    assert (collection.looks_broken(sound=False) is not None) is refused
    assert (collection.looks_broken(sound=True) is not None) is refused_by_a_person


def test_a_few_looks_do_not_look_broken_yet() -> None:
    assert collected(*[replace(LOOK, bars=2.0)] * (BASELINE.min_looks - 1)).looks_broken(sound=False) is None
