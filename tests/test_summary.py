"""A verdict in one sentence, and what to do about it."""

from dataclasses import replace

import pytest

from edge_agent.refusals.catalogue import RULES
from edge_agent.refusals.meanings import MEANINGS
from edge_agent.refusals.rule import Rule
from edge_agent.summary import advise, summarise
from edge_agent.verdict import BarCount, Evidence, Severity, State, Verdict

HEALTHY = Verdict(state=State.HEALTHY, severity=Severity.OK, evidence=Evidence(load=0.824))
BROKEN = replace(
    HEALTHY, state=State.BROKEN_BARS, severity=Severity.ALARM, broken_bars=BarCount(2, (2, 3), 2.1)
)


def refused_by(rule: Rule) -> Verdict:
    refusal = rule.refuse(1.0) if rule.limit is not None else rule.refuse(1.0, 2.0)
    return Verdict(state=State.INDETERMINATE, refusal=refusal, evidence=Evidence())


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (BROKEN, "2 broken bars (2 to 3), at 82 % load"),
        (replace(BROKEN, broken_bars=BarCount(1, (1, 1), 0.9)), "1 broken bar, at 82 % load"),
        (replace(BROKEN, evidence=Evidence()), "2 broken bars (2 to 3)"),
        (HEALTHY, "no broken bar, at 82 % load"),
        (
            replace(HEALTHY, severity=Severity.WATCH),
            "no broken bar, but the rotor shows more than a sound casting, at 82 % load",
        ),
    ],
)
def test_an_answer_is_said_with_its_load(verdict: Verdict, said: str) -> None:
    assert summarise(verdict) == said


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.reason}-{rule.quantity}")
def test_a_refusal_says_what_was_measured_and_its_reason_is_the_code_of_the_advice(rule: Rule) -> None:
    verdict = refused_by(rule)
    assert summarise(verdict).startswith("cannot tell: ")
    assert advise(verdict).code == rule.reason
    assert advise(verdict).text.startswith(MEANINGS[rule.reason].advice)


@pytest.mark.parametrize(
    ("state", "severity", "code"),
    [
        (State.HEALTHY, Severity.OK, "no_action"),
        (State.HEALTHY, Severity.WATCH, "watch_growth"),
        (State.BROKEN_BARS, Severity.WATCH, "measure_again"),
        (State.BROKEN_BARS, Severity.ALARM, "examine_rotor"),
        (State.BROKEN_BARS, Severity.DANGER, "take_out_of_service"),
    ],
)
def test_each_answer_has_its_advice(state: State, severity: Severity, code: str) -> None:
    assert advise(replace(BROKEN, state=state, severity=severity)).code == code
