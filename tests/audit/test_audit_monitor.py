"""Findings are gathered over windows and restarts, and no answer rests on an entry under accusation."""

from dataclasses import replace
from pathlib import Path

import pytest
from answers import NAMEPLATE
from audited import SIX_POLES, Site, a_motor_window, device_of, rescaled

from edge_agent.audit.findings import Suspect
from edge_agent.verdict import Reason, State

WINDOW = a_motor_window()


@pytest.fixture
def wrong(tmp_path: Path) -> Site:
    return Site(tmp_path, WINDOW, SIX_POLES)


def test_a_right_plate_is_never_accused_and_its_answers_stay(tmp_path: Path) -> None:
    site = Site(tmp_path, WINDOW, NAMEPLATE)
    last = site.run(60)
    assert site.named == []
    assert site.audit.refusal is None
    assert last.verdict is site.answer.verdict


def test_wrong_poles_are_named_within_two_minutes_and_nothing_rests_on_them(wrong: Site) -> None:
    healthy = replace(wrong.answer.verdict, state=State.HEALTHY, refusal=None)
    wrong.answer = replace(wrong.answer, verdict=healthy, state=healthy, before=healthy, looked=True)
    first = wrong.run(1)
    assert first.state.state is State.HEALTHY
    last = wrong.run(7)
    assert (last.state.state, last.verdict.state, last.looked) == (State.INDETERMINATE,) * 2 + (False,)
    assert last.state.refusal is not None
    assert (last.state.refusal.reason, last.state.refusal.value) == (Reason.SPEED_CONTRADICTED, 4.0)
    assert wrong.named == [Suspect.POLES]
    assert not last.changed


def test_the_state_changes_when_the_suspicion_begins(wrong: Site) -> None:
    healthy = replace(wrong.answer.verdict, state=State.HEALTHY, refusal=None)
    wrong.answer = replace(wrong.answer, state=healthy, before=healthy)
    assert [wrong.run(1).changed for _ in range(3)] == [False, True, False]


def test_windows_that_overlap_count_once(wrong: Site) -> None:
    wrong.run(6, step_s=2.0)
    assert wrong.audit.refusal is None


def test_it_goes_on_after_a_kill_and_tells_its_news_once(wrong: Site) -> None:
    wrong.run(8)
    assert wrong.audit.news() == [device_of(WINDOW)]
    assert wrong.audit.news() == []
    wrong.restart()
    assert wrong.named == [Suspect.POLES]


def test_what_was_not_named_yet_survives_an_orderly_stop(wrong: Site) -> None:
    wrong.run(5)
    wrong.audit.save()
    wrong.restart()
    wrong.run(3)
    assert wrong.named == [Suspect.POLES]


def test_a_corrected_configuration_begins_anew(wrong: Site) -> None:
    wrong.run(8)
    wrong.nameplate = NAMEPLATE
    wrong.restart()
    assert wrong.named == []
    wrong.run(8)
    assert wrong.named == []


def test_other_scales_begin_anew(wrong: Site) -> None:
    wrong.run(8)
    wrong.audit.begin(device_of(rescaled(WINDOW, {"ia": 2.0})))
    assert wrong.named == []
