"""The search finds the smallest number that is found, in few steps, and says why where none is."""

from dataclasses import replace

import numpy as np
import pytest
from cracked import with_equivalent_bars
from healthy_motor import LENGTH_S, MODEL, MOTOR, healthy_look, healthy_window, window_of
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.simulator.recording import simulate
from calibration.simulator.sets import draw_scenario
from edge_agent.diagnose.decision import starting
from edge_agent.pipeline import Pipeline
from edge_agent.self_test.search import TRIED_BARS, LimitSearch, is_found
from edge_agent.signals.analysis import Analysis
from edge_agent.verdict import BarCount, Severity, State, Verdict
from edge_agent.windows.sliding import Window

PLATE = MOTOR.motor.nameplate
BROKEN = replace(
    starting(),
    state=State.BROKEN_BARS,
    severity=Severity.ALARM,
    refusal=None,
    broken_bars=BarCount(1, (1, 1), 0.5),
    probabilities=(0.1, 0.9, 0.0, 0.0, 0.0),
)


class Ear:
    """Hears a break from so large a change of the counts on; below it the motor sounds healthy."""

    def __init__(self, least: float) -> None:
        self.least = least
        self.changes: list[float] = []

    def judge(self, window: Window) -> tuple[Analysis, Verdict]:
        self.changes.append(change(window))
        look = healthy_look()
        return look.analysis, BROKEN if self.changes[-1] >= self.least else look.verdict


def change(window: Window) -> float:
    """Rms change of the counts."""
    difference = window.current.counts.astype(float) - healthy_window().current.counts
    return float(np.sqrt(np.mean(difference**2)))


def search_with(ear: Ear) -> LimitSearch:
    search = LimitSearch(PLATE, ear.judge, healthy_window())
    while search.proof is None:
        search.step()
    return search


def test_the_smallest_number_that_is_found_is_the_limit() -> None:
    ear = Ear(np.inf)
    search = search_with(ear)
    changes = [change(search._with_bars(healthy_look().analysis, bars)) for bars in TRIED_BARS[::8]]
    assert changes == sorted(changes)
    for bars, least in zip(TRIED_BARS[8::8], changes[1:], strict=True):
        proof = search_with(Ear(least)).proof
        assert proof is not None
        assert proof.limit_bars == pytest.approx(bars, rel=0.05)
        assert (proof.load, proof.problem) == (healthy_look().verdict.evidence.load, None)


@given(st.floats(0.1, 60.0))
@settings(max_examples=10)
def test_it_takes_some_ten_windows_and_begins_with_the_one_that_nothing_was_added_to(least: float) -> None:
    ear = Ear(least)
    search_with(ear)
    assert ear.changes[0] == 0.0
    assert all(found > 0 for found in ear.changes[1:])
    assert len(ear.changes) <= 12


def test_nothing_found_is_a_problem_that_names_load_and_answer() -> None:
    proof = search_with(Ear(np.inf)).proof
    assert proof is not None
    assert proof.limit_bars is None
    assert proof.problem is not None
    assert "up to 2 broken bars, added to a healthy window at 7" in proof.problem
    assert "judged healthy: ok" in proof.problem


def test_an_agent_that_calls_the_healthy_window_broken_proves_nothing() -> None:
    ear = Ear(0.0)
    proof = search_with(ear).proof
    assert proof is not None
    assert proof.limit_bars is None
    assert proof.problem is not None
    assert "is now judged broken_bars: alarm" in proof.problem
    assert len(ear.changes) == 1


@pytest.mark.parametrize(
    ("bars", "limit_bars", "found"), [(0.5, 0.1, True), (0.5, 0.2, False), (None, None, True)]
)
def test_found_is_what_would_change_the_state(
    bars: float | None, limit_bars: float | None, found: bool
) -> None:
    """A break that hardly exceeds the limit of its own window never changes the state."""
    evidence = replace(BROKEN.evidence, equivalent_bars=bars, detection_limit_bars=limit_bars)
    assert is_found(replace(BROKEN, evidence=evidence), 12.0) is found
    assert not is_found(healthy_look().verdict, 12.0)


@pytest.mark.parametrize("bars", [0.2, 0.5, 1.0, 2.0])
def test_the_agent_counts_as_many_bars_in_a_copy_as_it_was_given(bars: float) -> None:
    pipeline = Pipeline(PLATE, MODEL, LENGTH_S, LENGTH_S)
    search = LimitSearch(PLATE, pipeline.judge, healthy_window())
    search.step()
    analysis, _ = pipeline.judge(search._with_bars(healthy_look().analysis, bars))
    assert analysis.evidence.equivalent_bars == pytest.approx(bars, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [6_400_000, 6_400_005, 6_400_010])
def test_the_proven_limit_is_that_of_cracked_bars_within_a_fifth(seed: int) -> None:
    """With the currents alone, as the self-test changes nothing else; bench_self_test.py takes 50 motors."""
    sound = replace(draw_scenario("validation", seed), load=0.7)
    plate = sound.motor.nameplate
    pipeline = Pipeline(plate, MODEL, 12.0, 12.0)
    window = window_of(simulate(sound), 12.0)
    search = LimitSearch(plate, pipeline.judge, replace(window, streams=(window.current,)))
    while search.proof is None:
        search.step()
    assert search.proof.limit_bars is not None
    for share, found in ((1.25, True), (1 / 1.25, False)):
        cracked = window_of(simulate(with_equivalent_bars(sound, share * search.proof.limit_bars)), 12.0)
        _, verdict = pipeline.judge(replace(cracked, streams=(cracked.current,)))
        assert is_found(verdict, 12.0) is found
