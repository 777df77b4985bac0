"""A decision limit is a default with three sentences, and cannot be moved while the agent runs."""

import re
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.limits.limit import FAULT_SETS, ROTOR_SETS, Described, limit

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Group:
    first: float = limit(2.5, "What it bounds.", "judgement", "smaller: more alarms")
    second: int = limit(0, "Another.", "physics: none", "larger: fewer")


def test_a_limit_is_the_default_of_its_field():
    assert (Group().first, Group().second) == (2.5, 0)


def test_the_sentences_lie_beside_the_field_they_belong_to():
    first, second = fields(Group)
    assert dict(first.metadata) == {
        "meaning": "What it bounds.",
        "origin": "judgement",
        "moves": "smaller: more alarms",
    }
    assert second.metadata["meaning"] == "Another."


@given(st.floats(allow_nan=False), st.text(), st.text(), st.text())
def test_value_and_sentences_are_kept_as_they_are(value: float, meaning: str, origin: str, moves: str):
    made = limit(value, meaning, origin, moves)
    assert made.default == value
    assert dict(made.metadata) == {"meaning": meaning, "origin": origin, "moves": moves}


def test_another_value_for_a_trial_leaves_the_limit_itself_alone():
    assert replace(Group(), first=9.0).first == 9.0
    assert Group().first == 2.5


def test_the_sentences_cannot_be_changed():
    with pytest.raises(TypeError):
        fields(Group)[0].metadata["moves"] = "nothing"  # type: ignore[index]


def test_a_described_limit_cannot_be_changed():
    described = Described("bars.alarm", 1.0, "What it bounds.", "judgement", "smaller: more alarms")
    with pytest.raises(FrozenInstanceError):
        described.value = 2.0  # type: ignore[misc]


@pytest.mark.parametrize("origin", [FAULT_SETS, ROTOR_SETS])
def test_a_judgement_names_a_file_that_exists(origin: str):
    (file,) = re.findall(r"tests/\S+\.py", origin)
    assert (ROOT / file).is_file()


def test_limits_held_by_faults_are_told_from_those_held_by_rotors():
    assert FAULT_SETS != ROTOR_SETS
