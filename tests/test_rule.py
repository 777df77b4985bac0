"""A rule turns a measured value into a refusal, with its own limit or that of the window."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason, Refusal

FIXED = Rule(Reason.OVERLOAD, "current_a", "{value:g} A, up to {limit:g} A", 12.5)
OPEN = Rule(Reason.MOTOR_OFF, "current_a", "{value:g} A, at least {limit:g} A")
numbers = st.floats(allow_nan=False)


@given(numbers, numbers)
def test_the_limit_of_the_window_goes_before_that_of_the_rule(value: float, limit: float):
    assert FIXED.refuse(value, limit) == Refusal(Reason.OVERLOAD, "current_a", value, limit)


@given(numbers)
def test_without_a_limit_of_the_window_the_limit_of_the_rule_holds(value: float):
    assert FIXED.refuse(value) == Refusal(Reason.OVERLOAD, "current_a", value, 12.5)


def test_a_limit_of_zero_is_a_limit_and_replaces_that_of_the_rule():
    assert FIXED.refuse(1.0, 0.0).limit == 0.0


def test_a_rule_whose_own_limit_is_zero_refuses_with_it():
    none_allowed = Rule(Reason.LOST_SAMPLES, "overruns", "{value} overruns, up to {limit}", 0)
    assert none_allowed.refuse(3).limit == 0


def test_a_rule_without_limit_leaves_it_open_unless_the_window_has_one():
    assert OPEN.refuse(0.1).limit is None
    assert OPEN.refuse(0.1, 0.5).limit == 0.5


def test_what_was_not_measured_is_refused_without_a_value_but_with_the_limit():
    assert FIXED.refuse(None) == Refusal(Reason.OVERLOAD, "current_a", None, 12.5)


def test_the_channel_is_named_only_where_it_is_told():
    assert FIXED.refuse(20.0, channel="ia").channel == "ia"
    assert FIXED.refuse(20.0).channel is None


def test_words_and_advice_are_no_part_of_a_refusal():
    other = Rule(FIXED.reason, FIXED.quantity, "other words", FIXED.limit, "Other advice.")
    assert other.refuse(20.0) == FIXED.refuse(20.0)


def test_a_rule_cannot_be_changed_by_whoever_uses_it():
    with pytest.raises(FrozenInstanceError):
        FIXED.limit = 1.0  # type: ignore[misc]
    assert FIXED.refuse(20.0).limit == 12.5
