"""Findings on conditions in words."""

import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding

from edge_agent.conditions.phase_unbalance import PhaseUnbalance
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.words import WORDS, advise_condition, say_measured, summarise_condition
from edge_agent.summary import NO_ACTION
from edge_agent.verdict import Measured


@pytest.mark.parametrize("make", DIAGNOSERS)
def test_every_condition_has_a_name_and_an_advice(make):
    words = WORDS[make(PLATE).fault]
    assert words.name[0].islower()
    assert not words.name.endswith(".")
    assert words.advice.endswith(".")


def test_a_finding_says_number_limit_and_origin_and_what_to_do():
    found = finding(PhaseUnbalance(PLATE), a_current_window(balanced(RATED_A, 0.08)))
    said = summarise_condition(found)
    assert said.startswith("unequal phase currents")
    assert "is 0.08" in said
    assert "the limit is 0.06 (physics with NEMA MG 1" in said
    assert "voltages" in advise_condition(found).text
    assert advise_condition(found).code == "see_phase_unbalance"


def test_what_was_not_found_and_what_cannot_be_told_say_so():
    sound = finding(PhaseUnbalance(PLATE), a_current_window(balanced(RATED_A)))
    assert summarise_condition(sound).startswith("not found: negative_over_positive is ")
    assert advise_condition(sound) is NO_ACTION
    untold = finding(PhaseUnbalance(PLATE), a_current_window({"a": RATED_A}))
    assert summarise_condition(untold).startswith("cannot tell: there are 1 usable current channels")
    assert advise_condition(untold).code == "no_sensor"


def test_a_number_has_its_unit_and_its_witness():
    measured = Measured("stall", 13.0, "s", 12.0, "judgement", witness="the current is large")
    assert say_measured(measured) == "stall is 13 s, the limit is 12 s (judgement); the current is large"
    assert say_measured(Measured("time_to_trip", 90.0, "s", None, "class 10")) == "time_to_trip is 90 s"
