"""What the catalogue says of refusals that it knows half, not at all, or without a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.refusals import of_bars, of_conditions, of_samples, of_vibration
from edge_agent.refusals.catalogue import RULES, advise_refusal, rule_of, say_refusal
from edge_agent.refusals.meanings import MEANINGS
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason, Refusal

UNKNOWN = Refusal(Reason.OVERLOAD, "furlongs", 1.23456, 7.0)
IN_NUMBERS = [rule for rule in RULES if "{" in rule.words]


def test_rules_of_samples_come_before_rules_of_bars_and_these_before_conditions():
    modules = (of_samples, of_bars, of_conditions, of_vibration)
    rules = [rule for module in modules for rule in vars(module).values() if isinstance(rule, Rule)]
    assert list(RULES) == rules


def test_a_quantity_of_another_reason_is_not_taken_for_the_rule():
    assert rule_of(Refusal(Reason.LOST_SAMPLES, "lost_fraction", 0.5, 0.02)) is of_samples.LOST_FRACTION
    assert rule_of(Refusal(Reason.CLIPPED, "lost_fraction", 0.5, 0.02)) is None


def test_rules_that_share_a_quantity_are_told_apart_by_their_reason():
    off, missing = of_samples.MOTOR_OFF.refuse(0.1, 0.2), of_samples.MISSING_PHASE.refuse(0.1, 0.2)
    assert off.quantity == missing.quantity
    assert rule_of(off) is of_samples.MOTOR_OFF
    assert rule_of(missing) is of_samples.MISSING_PHASE


def test_a_refusal_without_a_rule_is_said_with_its_quantity_and_three_digits():
    assert say_refusal(UNKNOWN) == "furlongs is 1.23, the limit is 7"


def test_a_refusal_without_a_rule_names_its_channel_too():
    refusal = Refusal(UNKNOWN.reason, "furlongs", 2.0, 1.0, "ib")
    assert say_refusal(refusal) == "ib: furlongs is 2, the limit is 1"


def test_a_refusal_without_a_rule_keeps_the_advice_of_its_reason():
    assert advise_refusal(UNKNOWN) == MEANINGS[Reason.OVERLOAD].advice


@pytest.mark.parametrize(("value", "limit"), [(None, None), (None, 1.0), (1.0, None)])
def test_without_value_or_limit_the_quantity_was_not_measured(value: float | None, limit: float | None):
    known = Refusal(Reason.LOST_SAMPLES, "lost_fraction", value, limit)
    assert say_refusal(known) == "lost_fraction was not measured"
    unknown = Refusal(Reason.OVERLOAD, "furlongs", value, limit)
    assert say_refusal(unknown) == "furlongs was not measured"


def test_a_rule_that_needs_no_number_keeps_its_words_without_one():
    without_number = [rule for rule in RULES if "{" not in rule.words]
    assert without_number
    for rule in without_number:
        assert say_refusal(rule.refuse(None)) == rule.words


def test_a_value_of_zero_is_a_value():
    assert say_refusal(of_samples.NO_CURRENT_CHANNEL.refuse(0)) == (
        "0 current channels are there; at least 1 is needed"
    )


def test_the_advice_of_a_rule_follows_that_of_its_reason():
    rule = of_samples.TOO_SLOW
    assert rule.advice
    assert advise_refusal(rule.refuse(50.0, 100.0)) == f"{MEANINGS[rule.reason].advice} {rule.advice}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.reason}-{rule.quantity}")
def test_advice_is_whole_sentences_without_blanks_around(rule: Rule):
    advice = advise_refusal(rule.refuse(1.0, 2.0))
    assert advice == " ".join(advice.split())
    assert advice.endswith(".")


@given(st.sampled_from(IN_NUMBERS), st.floats(), st.floats())
def test_any_numbers_are_put_into_words(rule: Rule, value: float, limit: float):
    said = say_refusal(rule.refuse(value, limit, "ia"))
    assert said.startswith("ia: ")
    assert "{" not in said
    assert "was not measured" not in said


def test_images_unlike_those_of_the_training_are_called_so():
    strange = Refusal(Reason.OUT_OF_DOMAIN, "embedding_distance", 213.7, 90.2)
    assert say_refusal(strange) == (
        "this window is unlike all that the network was trained on: the distance is 214, the limit is 90"
    )


@pytest.mark.parametrize(
    ("reason", "quantity", "number", "said"),
    [
        (Reason.UNSTEADY, "drift_hz", 0.5, "drift_hz is 0.5, the limit is 0.1"),
        (Reason.UNSTEADY, "drift_hz", None, "drift_hz was not measured"),
        (Reason.LOST_SAMPLES, "lost_fraction", None, "lost_fraction was not measured"),
        (Reason.OUT_OF_DOMAIN, "model", None, "the network could not be asked"),
    ],
)
def test_a_refusal_without_words_or_without_a_number_is_still_said(reason, quantity, number, said):
    assert say_refusal(Refusal(reason, quantity, number, None if number is None else 0.1)) == said
