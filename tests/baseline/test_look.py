"""Which windows are looks of a baseline, and what they show."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from drawn_looks import MOTOR_OFF, DrawnAnswers, verdict_of

from edge_agent.baseline.look import Look, Looks, is_off, new_running_s
from edge_agent.pipeline import Answer
from edge_agent.refusals import of_bars
from edge_agent.verdict import Evidence, State, Verdict

LOOK = Look("0.70-0.85", 0.05, 0.75, 2.0, 0.01, -50.0, -52.0)


def an_answer(verdict: Verdict, start_s: float = 0.0) -> Answer:
    answer = DrawnAnswers().of(verdict)
    return replace(answer, window=SimpleNamespace(start_s=start_s, length_s=12.0))  # type: ignore[arg-type]


def refused(rule: object, bars: float, limit_bars: float = 0.02) -> Verdict:
    evidence = replace(
        verdict_of(replace(LOOK, bars=bars)).evidence, equivalent_bars=bars, detection_limit_bars=limit_bars
    )
    refusal = rule.refuse(bars)  # type: ignore[attr-defined]
    return Verdict(state=State.INDETERMINATE, refusal=refusal, evidence=evidence)


def test_a_look_is_what_the_window_shows() -> None:
    look = Looks().take(an_answer(verdict_of(LOOK)))
    assert look is not None
    assert replace(look, current_a=2.0) == LOOK
    assert look.current_a == pytest.approx(2.0)


def test_levels_that_are_no_numbers_are_left_out() -> None:
    verdict = verdict_of(replace(LOOK, lower_dbc=float("-inf"), unbalance=float("nan")))
    look = Looks().take(an_answer(verdict))
    assert look is not None
    assert (look.lower_dbc, look.unbalance, look.upper_dbc) == (None, None, -52.0)


@pytest.mark.parametrize(("bars", "swing", "show"), [(0.05, 0.0, False), (0.5, 0.0, None), (0.05, 0.5, None)])
def test_slot_lines_are_not_missed_where_bars_or_a_load_may_have_spread_them(
    bars: float, swing: float, show: bool | None
) -> None:
    verdict = verdict_of(replace(LOOK, bars=bars))
    verdict = replace(verdict, evidence=replace(verdict.evidence, load_swing_bars=swing))
    answer = an_answer(verdict)
    answer.analysis.slots_show = False  # type: ignore[misc]
    look = Looks().take(answer)
    assert look is not None
    assert look.slots_show is show


def test_windows_that_overlap_are_one_look() -> None:
    looks, verdict = Looks(), verdict_of(LOOK)
    taken = [looks.take(an_answer(verdict, start_s)) is not None for start_s in (0.0, 2.0, 11.9, 12.0, 20.0)]
    assert taken == [True, False, False, True, False]


def test_a_device_that_counts_anew_shows_new_looks() -> None:
    looks, verdict = Looks(), verdict_of(LOOK)
    assert [looks.take(an_answer(verdict, s)) is not None for s in (100.0, 0.0, 6.0)] == [True, True, False]


def test_recordings_of_one_window_each_are_looks_and_running_time() -> None:
    """All begin at zero, so the second must not be taken for the first."""
    looks, answer = Looks(), an_answer(verdict_of(LOOK))
    assert all(looks.take(answer) is not None for _ in range(3))
    assert new_running_s(answer, answer.window) == 12.0


def test_growth_is_seen_where_nothing_is_answered_between_casting_and_broken_bar() -> None:
    for rule in (of_bars.BETWEEN, of_bars.MAY_HIDE_A_BAR):
        look = Looks().take(an_answer(refused(rule, 0.28)))
        assert look is not None
        assert look.bars == 0.28
        assert look.above_casting


@pytest.mark.parametrize("bars", [0.15, 0.28])
def test_a_cage_of_unknown_bars_is_learned_where_it_may_have_more_than_are_assumed(bars: float) -> None:
    look = Looks().take(an_answer(refused(of_bars.MAY_LOOK_FEWER, bars)))
    assert look is not None
    assert look.bars == bars


@pytest.mark.parametrize(
    "verdict",
    [
        MOTOR_OFF,
        refused(of_bars.LIKE_OSCILLATION, 0.28),
        refused(of_bars.MAY_HIDE_A_BAR, 0.1),
        refused(of_bars.BETWEEN, 0.28, limit_bars=0.15),
        replace(verdict_of(LOOK), evidence=Evidence()),
        replace(verdict_of(LOOK), evidence=replace(verdict_of(LOOK).evidence, load=1.3)),
        replace(verdict_of(LOOK), evidence=replace(verdict_of(LOOK).evidence, detection_limit_bars=0.3)),
        verdict_of(replace(LOOK, bars=float("nan"))),
    ],
)
def test_what_did_not_measure_the_rotor_is_no_look(verdict: Verdict) -> None:
    assert Looks().take(an_answer(verdict)) is None


def test_a_window_without_a_line_is_no_look() -> None:
    answer = replace(an_answer(verdict_of(LOOK)), analysis=SimpleNamespace(line=None))  # type: ignore[arg-type]
    assert Looks().take(answer) is None


def test_running_seconds_are_counted_once() -> None:
    verdict = verdict_of(LOOK)
    first, second, later = (an_answer(verdict, start_s) for start_s in (0.0, 2.0, 100.0))
    assert new_running_s(first, None) == 12.0
    assert new_running_s(second, first.window) == 2.0
    assert new_running_s(later, second.window) == 12.0
    assert new_running_s(first, later.window) == 12.0


def test_a_motor_at_rest_does_not_run() -> None:
    assert is_off(an_answer(MOTOR_OFF))
    assert not is_off(an_answer(verdict_of(LOOK)))
    assert new_running_s(an_answer(MOTOR_OFF), None) == 0.0
