"""The catalogue of refusals: each reason has its meaning, each rule its words, and the README agrees."""

import re
from pathlib import Path

import pytest
from documents import README, ROOT

from edge_agent.refusals import of_bars, of_conditions, of_samples, of_vibration
from edge_agent.refusals.catalogue import RULES, advise_refusal, rule_of, say_refusal
from edge_agent.refusals.meanings import MEANINGS
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Reason, Refusal

SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "edge_agent").rglob("*.py")]


def test_every_reason_has_a_meaning_and_a_rule():
    assert set(MEANINGS) == set(Reason) == {rule.reason for rule in RULES}


def test_no_two_rules_share_reason_and_quantity():
    assert len({(rule.reason, rule.quantity) for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.reason}-{rule.quantity}")
def test_each_rule_says_value_and_limit_in_a_sentence(rule: Rule):
    refusal = rule.refuse(1.25, 2.5)
    said = say_refusal(refusal)
    assert rule_of(refusal) is rule
    assert "{" not in said
    assert not said.endswith(".")
    assert advise_refusal(refusal).startswith(MEANINGS[rule.reason].advice)


@pytest.mark.parametrize("module", [of_samples, of_bars, of_conditions, of_vibration])
def test_each_rule_is_raised_somewhere(module):
    everything = "\n".join(SOURCES)
    names = [name for name, known in vars(module).items() if isinstance(known, Rule)]
    here = Path(module.__file__).read_text(encoding="utf-8")
    unused = [
        name
        for name in names
        if f"{module.__name__.rpartition('.')[2]}.{name}" not in everything
        and len(re.findall(rf"\b{name}\b", here)) < 2
    ]
    assert unused == []


def test_a_fixed_limit_is_filled_in_and_another_one_wins():
    assert of_samples.LOST_FRACTION.refuse(0.5) == Refusal(Reason.LOST_SAMPLES, "lost_fraction", 0.5, 0.02)
    assert of_bars.TOO_FEW_CYCLES.refuse(1.0, 2.5).limit == 2.5


def test_a_channel_is_named_before_the_number():
    said = say_refusal(of_samples.HELD_VALUE.refuse(0.5, 0.1, "ia"))
    assert said == "ia: the signal keeps one value for 0.5 s; the limit is 0.1 s"


@pytest.mark.parametrize("reason", list(Reason))
def test_the_readme_says_of_each_reason_what_the_agent_says(reason: Reason):
    meaning = MEANINGS[reason]
    assert f"| `{reason}` | {meaning.what} | {meaning.advice} |" in README
