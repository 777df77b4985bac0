"""The learning period: it ends with a reference, or with a refusal."""

from dataclasses import replace

import pytest
from drawn_looks import broken_state, verdict_of

from edge_agent.baseline.collection import Collection
from edge_agent.baseline.learning import Learning
from edge_agent.baseline.look import Look

LOOK = Look("0.70-0.85", 0.05, 0.75, 2.0)
SOUND = verdict_of(LOOK)


def a_learning(hours: float = 1.0, sound: bool = False) -> Learning:
    return Learning(hours, 0.0, Collection(), sound, None)


def test_it_takes_the_hours_and_the_looks() -> None:
    learning = a_learning()
    for _ in range(19):
        assert learning.take(SOUND, LOOK, 3600.0) is None
    assert learning.progress == 19 / 20
    assert learning.take(SOUND, LOOK, 0.0) is not None


def test_hours_that_are_not_over_hold_it() -> None:
    learning = a_learning()
    for _ in range(225):
        assert learning.take(SOUND, LOOK, 12.0) is None
    assert learning.progress == pytest.approx(0.75)
    assert learning.take(SOUND, LOOK, 1000.0) is not None


def test_a_state_of_broken_bars_ends_it_and_nothing_is_kept() -> None:
    learning = a_learning()
    for _ in range(50):
        learning.take(SOUND, LOOK, 12.0)
    learning.take(broken_state(), LOOK, 12.0)
    assert learning.refused is not None
    assert learning.collection.counts == {}
    assert learning.take(SOUND, LOOK, 1e9) is None


def test_looks_above_a_casting_end_it_though_nothing_was_answered() -> None:
    learning = a_learning()
    between = replace(LOOK, bars=0.28, above_casting=True)
    for _ in range(20):
        learning.take(SOUND, between, 12.0)
    assert learning.refused is not None
    assert "0.28 bars; up to 0.2 are learned" in learning.refused


def test_a_rotor_that_was_examined_is_learned_up_to_a_rough_casting() -> None:
    for bars, is_learned in ((0.42, True), (0.6, False)):
        learning = a_learning(sound=True)
        look = replace(LOOK, bars=bars, above_casting=True)
        references = [learning.take(broken_state(bars), look, 180.0) for _ in range(20)]
        assert (references[-1] is not None) is is_learned
        assert (learning.refused is None) is is_learned
