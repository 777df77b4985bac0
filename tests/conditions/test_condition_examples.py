"""The page of examples shows what is said today."""

import json
import re

import pytest
from make_examples import EXAMPLES, FILE, HEAD, Example, section

from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.words import WORDS, summarise_condition
from edge_agent.verdict import Evidence, Fault, Finding, Measured, Severity, State

PAGE = FILE.read_text(encoding="utf-8")
SHOWN = {
    name: finding
    for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    for name, finding in json.loads(text).items()
}
QUICK = (Fault.PHASE_UNBALANCE, Fault.SUPPLY_EVENT, Fault.VIBRATION_ZONE)
"""Examples that take one short recording."""


def without_digits(text: str) -> str:
    """Numbers may differ in their last digit from one computer to the next, or by rounding twice."""
    return re.sub(r"[0-9]+", "0", re.sub(r"(?<=\d)\.(?=\d)", "", text))


def test_every_condition_has_its_example_and_all_but_one_are_found():
    assert PAGE.startswith(HEAD)
    assert list(SHOWN) == [str(example.fault) for example in EXAMPLES]
    assert len(SHOWN) == len(DIAGNOSERS)
    assert [name for name, finding in SHOWN.items() if finding["state"] != name] == ["vibration_zone"]


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "vibration_zone"])
def test_the_words_of_a_finding_are_those_of_today(name: str):
    shown = SHOWN[name]
    finding = Finding(
        fault=Fault(name),
        state=State(name),
        severity=Severity(shown["severity"]),
        evidence=Evidence(),
        measured=tuple(Measured(**measured) for measured in shown["measured"]),
        location=shown["location"],
    )
    assert without_digits(shown["summary"]) == without_digits(summarise_condition(finding))
    assert shown["advice"] == WORDS[finding.fault].advice


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.fault in QUICK], ids=lambda e: str(e.fault))
def test_the_example_is_what_the_program_says(example: Example):
    assert without_digits(section(example)) in without_digits(PAGE)
