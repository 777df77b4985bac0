"""Events are kept over restarts, with what became of their alarms; the state knows since when it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from said import ALARM, BROKEN, MOTOR_OFF, ORIGIN

from edge_agent.alarm import Acknowledgement
from edge_agent.publish.documents import Alarm, Event, State
from edge_agent.state_file import StateFile
from edge_agent.web.history import FILE_NAME, FILE_VERSION, History

BROKE = Event(ORIGIN, MOTOR_OFF, BROKEN, 1000.0, number=7, captured="a.npz")
STOPPED = Event(ORIGIN, BROKEN, MOTOR_OFF, 2000.0, number=8)


def a_history(folder: Path) -> History:
    return History(StateFile(folder / FILE_NAME, FILE_VERSION))


def test_the_newest_event_comes_first_with_words_and_its_capture(tmp_path: Path) -> None:
    history = a_history(tmp_path)
    assert history.take(BROKE)
    assert history.take(STOPPED)
    newest, oldest = history.events
    assert (newest["id"], newest["reason"], newest["captured"]) == (8, "motor_off", None)
    assert (oldest["id"], oldest["severity"], oldest["captured"]) == (7, "alarm", "a.npz")
    assert str(oldest["summary"]).startswith("2 broken bars")


def test_events_outlast_a_restart(tmp_path: Path) -> None:
    before = a_history(tmp_path)
    before.take(BROKE)
    assert a_history(tmp_path).events == before.events


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    history = a_history(tmp_path)
    for number in range(120):
        history.take(replace(STOPPED, number=number))
    assert [event["id"] for event in history.events] == list(range(119, 19, -1))


def test_what_becomes_of_an_alarm_is_noted_at_the_event_that_raised_it(tmp_path: Path) -> None:
    history = a_history(tmp_path)
    history.take(STOPPED)
    history.take(BROKE)
    assert history.take(Alarm(ORIGIN, ALARM, 1001.0))
    seen = replace(ALARM, acknowledged=Acknowledgement("Ada", 1500.0, "seen"))
    assert history.take(Alarm(ORIGIN, seen, 1501.0))
    assert not history.take(Alarm(ORIGIN, replace(seen, confirmed_unix_s=1600.0), 1601.0))
    assert history.events[0]["alarm"]["acknowledged"]["by"] == "Ada"  # type: ignore[index]
    assert history.events[1]["alarm"] is None
    assert not history.take(Alarm(ORIGIN, None, 1.0))


def test_a_state_is_as_old_as_the_event_that_told_it_also_after_a_restart(tmp_path: Path) -> None:
    history = a_history(tmp_path)
    history.take(BROKE)
    history.take(State(ORIGIN, BROKEN, 1000.5))
    history.take(State(ORIGIN, BROKEN, 1060.0))
    assert history.since == "1970-01-01T00:16:40.000Z"
    again = a_history(tmp_path)
    again.take(State(ORIGIN, BROKEN, 5000.0))
    assert again.since == history.since


def test_a_state_that_no_event_told_is_as_old_as_it_was_first_said(tmp_path: Path) -> None:
    history = a_history(tmp_path)
    history.take(State(ORIGIN, MOTOR_OFF, 10.0))
    history.take(State(ORIGIN, MOTOR_OFF, 70.0))
    assert history.since == "1970-01-01T00:00:10.000Z"


@pytest.mark.parametrize(
    "content", ['{"version": 1, "events": [{}]}', '{"version": 1}', "[", '{"version": 9}']
)
def test_a_file_that_is_no_list_of_events_is_put_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    history = a_history(tmp_path)
    assert history.events == []
    assert (tmp_path / f"{FILE_NAME}.unusable").read_text() == content
    history.take(BROKE)
    assert json.loads((tmp_path / FILE_NAME).read_text())["events"]


def test_a_number_that_json_does_not_have_costs_the_file_and_no_viewer(tmp_path: Path) -> None:
    a_history(tmp_path).take(BROKE)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text().replace('"id": 7', '"id": NaN'))
    assert a_history(tmp_path).events == []
    assert "NaN" in (tmp_path / f"{FILE_NAME}.unusable").read_text()
