"""Vibration as the second witness of broken bars."""

from dataclasses import replace

import pytest
from answers import NAMEPLATE, SOUND, a_window, an_answer

from edge_agent.explain import explained
from edge_agent.refusals import of_samples
from edge_agent.verdict import Evidence, State
from edge_agent.witness import say_witness, vibration_shows_bars


def seen(to_1x_db: float | None, over_floor_db: float | None) -> Evidence:
    return Evidence(shaft_sideband_to_1x_db=to_1x_db, shaft_sidebands_db=over_floor_db)


@pytest.mark.parametrize(
    ("to_1x_db", "over_floor_db", "expected"),
    [
        (-12.0, 15.0, True),
        (-35.0, 3.0, False),
        (-35.0, 25.0, None),
        (-20.0, 5.0, None),
        (None, 30.0, None),
        (-12.0, None, None),
    ],
)
def test_it_shows_bars_or_none_or_cannot_tell(to_1x_db, over_floor_db, expected):
    assert vibration_shows_bars(seen(to_1x_db, over_floor_db)) is expected


@pytest.mark.parametrize(
    ("broken", "evidence", "words"),
    [
        (True, seen(-12.0, 15.0), "Vibration says bars, too."),
        (True, seen(-35.0, 3.0), "Current says bars, vibration says none: look at drive or load."),
        (False, seen(-35.0, 3.0), "Vibration says none, either."),
        (False, seen(-12.0, 15.0), "Current says none, vibration says bars"),
    ],
)
def test_it_is_said_beside_a_verdict(broken, evidence, words):
    verdict = (
        an_answer(a_window()).verdict if broken else an_answer(a_window(lower=0, upper=0), SOUND).verdict
    )
    assert (verdict.state is State.BROKEN_BARS) == broken
    said = say_witness(replace(verdict, evidence=evidence))
    assert said.startswith(words)
    assert "dB of that at f_r" in said


def test_nothing_is_said_where_it_cannot_tell_or_there_is_no_verdict():
    verdict = an_answer(a_window()).verdict
    assert say_witness(replace(verdict, evidence=seen(None, None))) == ""
    refused = replace(verdict, state=State.INDETERMINATE, refusal=of_samples.MOTOR_OFF.refuse(0.0, 0.3))
    assert say_witness(replace(refused, evidence=seen(-12.0, 15.0))) == ""


def test_explain_has_it_in_a_section_of_its_own():
    answer = an_answer(a_window())
    said = explained(answer, NAMEPLATE)
    assert said.get("witness", "") == say_witness(answer.verdict)
    level = replace(answer.verdict.evidence, shaft_sideband_to_1x_db=-12.0, shaft_sidebands_db=15.0)
    shows = replace(answer, verdict=replace(answer.verdict, evidence=level))
    assert explained(shows, NAMEPLATE)["witness"].startswith("Vibration says bars, too.")
