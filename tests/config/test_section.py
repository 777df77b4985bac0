"""The base of all sections: frozen, without unknown keys, with ids that fit a topic."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from edge_agent.config.section import MAX_ID_LENGTH, Id, Section, problem

ALLOWED = string.ascii_letters + string.digits + "_-"
IDS = TypeAdapter(Id)


class Pump(Section):
    """A section for these tests."""

    name: Id = "p"
    """What it is called."""


@given(st.text(ALLOWED, min_size=1, max_size=MAX_ID_LENGTH))
def test_an_id_of_letters_digits_and_two_signs_is_taken_as_it_is(text):
    assert IDS.validate_python(text) == text


@given(st.text(min_size=1, max_size=MAX_ID_LENGTH).filter(lambda text: not set(text) <= set(ALLOWED)))
def test_an_id_with_any_other_character_is_refused(text):
    with pytest.raises(ValidationError, match="string_pattern_mismatch"):
        IDS.validate_python(text)


@pytest.mark.parametrize("text", ["", "a.b", "a/b", "a+", "#", "a b", "\u00e4", "a\n", "\na", "a\x00"])
def test_an_id_that_would_change_the_topic_is_refused(text):
    with pytest.raises(ValidationError):
        IDS.validate_python(text)


def test_an_id_may_be_as_long_as_the_limit_and_no_longer():
    assert IDS.validate_python("x" * MAX_ID_LENGTH)
    with pytest.raises(ValidationError, match="string_too_long"):
        IDS.validate_python("x" * (MAX_ID_LENGTH + 1))


def test_a_section_cannot_be_changed():
    pump = Pump()
    with pytest.raises(ValidationError, match="frozen_instance"):
        pump.name = "other"


def test_equal_sections_are_one_key():
    assert {Pump(name="a"): 1}[Pump(name="a")] == 1


def test_an_unknown_key_is_refused_where_it_stands():
    with pytest.raises(ValidationError) as caught:
        Pump.model_validate({"nmae": "a"})
    (error,) = caught.value.errors()
    assert (error["type"], error["loc"]) == ("extra_forbidden", ("nmae",))


def test_the_docstring_of_a_field_is_its_description():
    assert Pump.model_fields["name"].description == "What it is called."


@given(
    location=st.lists(st.text(max_size=5) | st.integers(0, 99), max_size=4).map(tuple),
    message=st.text(max_size=40),
    value=st.none() | st.integers(-99, 99) | st.text(max_size=5),
)
def test_a_problem_keeps_place_message_and_value(location, message, value):
    raised = ValidationError.from_exception_data("Pump", [problem(location, message, value)])
    (error,) = raised.errors()
    assert (error["loc"], error["msg"], error["input"]) == (location, message, value)
    assert error["type"] == "conflict"
