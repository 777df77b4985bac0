import cmath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.diagnose.fusion import count_bars, diagnose, judge, oscillation_boundary_deg
from edge_agent.diagnose.model import Belief
from edge_agent.diagnose.verdict import Evidence, Reason, Refusal, Severity, State, WindowSpan
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.sidebands import SidebandPair

SPAN = WindowSpan(0.0, 12.0, 0, 120_000, 0)


def a_pair(angle_deg=100.0, lower=0.02, upper=0.015):
    turn = cmath.exp(1j * cmath.pi * angle_deg / 180)
    return SidebandPair(upper * turn, lower * turn, 1e-4, 4.0, 40.0)


def an_analysis(bars=0.1, load=0.75, limit=0.1, refusal=None, **pair):
    evidence = Evidence(equivalent_bars=bars, detection_limit_bars=limit, load=load, slip=0.035)
    return Analysis(evidence, refusal, a_pair(**pair))


def a_belief(*probabilities):
    return Belief(probabilities, probabilities)


SOUND = a_belief(0.97, 0.02, 0.01, 0.0, 0.0)
TWO_BARS = a_belief(0.01, 0.08, 0.88, 0.03, 0.0)


def test_both_say_sound():
    verdict = diagnose(an_analysis(bars=0.1), SOUND, 0.5, SPAN)
    assert (verdict.state, verdict.severity, verdict.confidence) == (State.HEALTHY, Severity.OK, 0.97)
    assert verdict.evidence.modalities_agree is True


def test_a_sound_rotor_near_the_limit_is_watched():
    assert diagnose(an_analysis(bars=0.3), SOUND, 0.5, SPAN).severity is Severity.WATCH


def test_both_say_broken():
    verdict = diagnose(an_analysis(bars=1.9), TWO_BARS, 0.5, SPAN)
    assert (verdict.state, verdict.severity) == (State.BROKEN_BARS, Severity.ALARM)
    assert (verdict.broken_bars.estimate, verdict.broken_bars.equivalent) == (2, 1.9)


def test_many_bars_are_a_danger():
    assert diagnose(an_analysis(bars=3.0), TWO_BARS, 0.5, SPAN).severity is Severity.DANGER


@pytest.mark.parametrize(("bars", "belief"), [(0.1, TWO_BARS), (1.9, SOUND)])
def test_one_against_the_other_is_no_answer(bars, belief):
    verdict = diagnose(an_analysis(bars=bars), belief, 0.5, SPAN)
    assert verdict.refusal.reason is Reason.MODALITIES_DISAGREE
    assert verdict.evidence.modalities_agree is False


@pytest.mark.parametrize(("bars", "state"), [(0.1, State.HEALTHY), (0.6, State.BROKEN_BARS)])
def test_a_network_in_doubt_contradicts_nothing(bars, state):
    doubting = a_belief(0.55, 0.40, 0.05, 0.0, 0.0)
    assert diagnose(an_analysis(bars=bars), doubting, 0.5, SPAN).state is state


def test_a_refusal_of_the_signals_stands():
    refusal = Refusal(Reason.CLIPPED, "clipped_fraction", 0.1, 0.002)
    verdict = diagnose(an_analysis(refusal=refusal), TWO_BARS, 0.5, SPAN)
    assert (verdict.state, verdict.refusal, verdict.broken_bars) == (State.INDETERMINATE, refusal, None)


def test_a_window_that_would_not_have_shown_a_bar_is_not_healthy():
    assert judge(an_analysis(bars=0.1, limit=0.8, load=0.2).evidence, a_pair()).refusal.reason is (
        Reason.LOAD_TOO_LOW
    )
    assert (
        judge(an_analysis(bars=0.1, limit=0.8, load=0.9).evidence, a_pair()).refusal.reason is Reason.UNSTEADY
    )


@pytest.mark.parametrize(("load", "angle_deg"), [(0.125, 73), (0.25, 62), (0.5, 45), (0.75, 32), (1.0, 24)])
def test_load_oscillation_of_the_reference_table_is_not_called_broken(load, angle_deg):
    opinion = judge(an_analysis(bars=2.0, load=load).evidence, a_pair(angle_deg))
    assert opinion.refusal.reason is Reason.LOAD_OSCILLATION


@pytest.mark.parametrize(
    ("load", "angles_deg"),
    [
        (0.125, (163, 158, 150, 132)),
        (0.25, (152, 143, 130, 114)),
        (0.5, (132, 115, 101, 92)),
        (0.75, (115, 93, 84, 78)),
        (1.0, (99, 79, 73, 69)),
    ],
)
def test_broken_bars_of_the_reference_table_are_called_broken(load, angles_deg):
    for angle_deg in angles_deg:
        assert judge(an_analysis(bars=2.0, load=load).evidence, a_pair(angle_deg)).broken


def test_a_far_stronger_lower_sideband_is_a_rotor_with_a_heavy_load_whatever_its_angle():
    assert judge(an_analysis(bars=0.7, load=1.2).evidence, a_pair(40, lower=0.018, upper=0.002)).broken


@given(st.floats(0, 1.5))
def test_the_boundary_falls_with_load_and_stays_between_the_tables(load):
    assert 46.0 <= oscillation_boundary_deg(load) <= 102.0
    assert oscillation_boundary_deg(load + 0.1) <= oscillation_boundary_deg(load)


@given(st.lists(st.floats(0.001, 1), min_size=5, max_size=5))
def test_the_interval_holds_the_estimate_and_nine_tenths(weights):
    probabilities = tuple(w / sum(weights) for w in weights)
    count = count_bars(probabilities, 1.0)
    low, high = count.interval
    assert 1 <= low <= count.estimate <= high <= 4
    assert sum(probabilities[low : high + 1]) >= 0.9 * sum(probabilities[1:]) - 1e-9
