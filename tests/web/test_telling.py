"""Viewers are told each document, each window, and the events again once a capture is written."""

from dataclasses import replace
from pathlib import Path

import pytest
from answers import a_window, an_answer
from said import BROKEN, DOCUMENTS, MOTOR_OFF, ORIGIN, SILENT, a_pulse

from edge_agent.publish.documents import Event, State
from edge_agent.publish.json_values import Payload
from edge_agent.publish.sink import SinkCounts
from edge_agent.state_file import StateFile
from edge_agent.web.history import History
from edge_agent.web.newest import Newest
from edge_agent.web.telling import Telling
from edge_agent.web.viewers import Draw, Live


class Recorded(Live):
    """Draws at once what it is told."""

    def __init__(self, watched: bool = True) -> None:
        super().__init__()
        self.watched = watched
        self.told: list[tuple[str, Payload]] = []

    @property
    def is_watched(self) -> bool:
        return self.watched

    def tell(self, kind: str, draw: Draw) -> None:
        self.told.append((kind, draw()))

    def of(self, kind: str) -> list[Payload]:
        return [content for own, content in self.told if own == kind]


@pytest.fixture
def live() -> Recorded:
    return Recorded()


@pytest.fixture
def telling(tmp_path: Path, live: Recorded) -> Telling:
    newest = Newest()
    for document in DOCUMENTS:
        newest.take(document)
    return Telling(newest, History(StateFile(tmp_path / "events.json", 1)), live, tmp_path)


def test_each_document_is_told_under_its_name(telling: Telling, live: Recorded) -> None:
    for document in DOCUMENTS:
        telling.take(document)
    kinds = ["state", "alarm", "diagnosis", "info", "measurements", "baseline", "trend", "health"]
    assert [kind for kind, _ in live.told] == kinds


def test_a_state_says_since_when_and_by_which_number(telling: Telling, live: Recorded) -> None:
    telling.take(State(ORIGIN, SILENT, 1000.0))
    (state,) = live.of("state")
    assert state["since"] == "1970-01-01T00:16:40.000Z"
    assert state["trigger"] == {"quantity": "silent_s", "value": 6.0, "limit": 5.0}


def test_an_event_is_told_again_once_its_capture_is_there(
    telling: Telling, live: Recorded, tmp_path: Path
) -> None:
    telling.take(Event(ORIGIN, MOTOR_OFF, BROKEN, 1.0, 7, "a.npz"))
    (tmp_path / "a.npz").write_text("written")
    telling.feel(replace(a_pulse(), sinks=(SinkCounts(captures_written=1),)))
    telling.feel(replace(a_pulse(), sinks=(SinkCounts(captures_written=1),)))
    assert [told["events"][0]["has_capture"] for told in live.of("events")] == [False, True]  # type: ignore[index]
    assert len(live.of("pulse")) == 2


def test_a_window_is_drawn_only_while_somebody_looks(telling: Telling, live: Recorded) -> None:
    answer = an_answer(a_window())
    telling.show(answer)
    live.watched = False
    telling.show(answer)
    assert len(live.of("window")) == 1


def test_a_new_viewer_is_told_all_that_is_known(telling: Telling) -> None:
    known = {kind: draw() for kind, draw in telling.known(may_write=False)}
    assert set(known) == {
        *("access", "info", "state", "alarm", "measurements", "health", "trend", "baseline", "diagnosis"),
        *("events", "pulse"),
    }
    assert known["access"] == {"may_write": False}
    assert known["pulse"]["ready"] is False
    assert known["state"]["state"] == "broken_bars"


def test_before_anything_was_said_little_is_known(tmp_path: Path, live: Recorded) -> None:
    history = History(StateFile(tmp_path / "events.json", 1))
    telling = Telling(Newest(), history, live, tmp_path)
    telling.show(an_answer(a_window()))
    assert live.told == []
    assert {kind for kind, _ in telling.known(may_write=True)} == {"access", "events", "pulse"}
