"""What a baseline changes in a state, and what it never changes."""

import pytest
from drawn_looks import MOTOR_OFF, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.baseline.judgement import judge
from edge_agent.baseline.look import Look
from edge_agent.baseline.reference import Cell, Reference
from edge_agent.summary import summarise
from edge_agent.verdict import Severity, Verdict


def a_reference(bars: float) -> Reference:
    return Reference({"0.70-0.85": Cell(100, bars, 0.01, 0.75, 2.0, 0.02)}, 0.01, 0.02)


def a_state(bars: float, load: float = 0.75) -> Verdict:
    return verdict_of(Look("", bars, load, 2.0, above_casting=bars > 0.23))


def test_growth_is_worth_watching() -> None:
    judged = judge(a_state(0.12), a_reference(0.05), 0.07, True)
    assert judged.severity is Severity.WATCH
    assert (judged.evidence.baseline_bars, judged.evidence.growth_bars) == (0.05, 0.07)
    assert summarise(judged) == (
        "no broken bar, but the bars grow against the motor's own baseline, by 0.07 equivalent bars, "
        "at 75 % load"
    )


def test_without_growth_nothing_changes_but_what_is_told() -> None:
    judged = judge(a_state(0.05), a_reference(0.05), None, True)
    assert judged.severity is Severity.OK
    assert judged.evidence.growth_bars is None
    assert summarise(judged) == summarise(a_state(0.05))


@pytest.mark.parametrize(
    ("bars", "casting", "growth_bars", "knows_casting", "severity"),
    [
        (0.42, 0.42, None, True, Severity.WATCH),
        (0.53, 0.42, None, True, Severity.WATCH),
        (0.55, 0.42, None, True, Severity.ALARM),
        (0.42, 0.42, 0.1, True, Severity.ALARM),
        (0.42, 0.42, None, False, Severity.ALARM),
        (0.42, 0.19, None, True, Severity.ALARM),
        (0.33, 0.05, None, True, Severity.ALARM),
        (3.0, 0.42, None, True, Severity.DANGER),
    ],
)
def test_an_alarm_is_that_of_a_known_casting_only_where_all_says_so(
    bars: float, casting: float, growth_bars: float | None, knows_casting: bool, severity: Severity
) -> None:
    state = a_state(bars)
    judged = judge(state, a_reference(casting), growth_bars, knows_casting)
    assert judged.severity is severity
    assert judged.state is state.state


@given(
    st.floats(0.3, 4.0), st.floats(0.0, 0.2), st.none() | st.floats(0, 1), st.booleans(), st.floats(0.1, 1.1)
)
def test_the_baseline_of_a_good_casting_lowers_no_severity(
    bars: float, casting: float, growth_bars: float | None, knows_casting: bool, load: float
) -> None:
    state = a_state(bars, load)
    assert judge(state, a_reference(casting), growth_bars, knows_casting).severity is state.severity


def test_a_refusal_stays_as_it_is() -> None:
    assert judge(MOTOR_OFF, a_reference(0.05), 0.3, True) is MOTOR_OFF
