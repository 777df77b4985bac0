"""A problem is one line in the log, however often it comes."""

import logging
from pathlib import Path

import pytest

from edge_agent.publish.mqtt.complaints import Complaints, OutboxReport
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_connection_that_ends_again_and_again_is_one_line_until_one_has_stood(
    caplog: pytest.LogCaptureFixture,
) -> None:
    complaints = Complaints()
    for _ in range(50):
        complaints.lost("the broker closed the connection", "")
    assert len(said(caplog)) == 1
    complaints.forget()
    complaints.lost("the broker closed the connection", "")
    assert len(said(caplog)) == 2


def test_two_problems_in_turns_are_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints()
    for _ in range(50):
        complaints.say("MQTT: the broker did not accept us")
        complaints.lost("the broker closed the connection", "")
    assert len(said(caplog)) == 2


def test_what_is_said_once_is_not_said_again_for_another_number(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints()
    for number in range(50):
        complaints.say_once(f"event {number} of {number * 100} bytes is too large")
    complaints.say_once("something else")
    assert len(said(caplog)) == 2


@pytest.mark.parametrize("bound", [{"max_rows": 3}, {"max_bytes": 30}])
def test_dropped_events_are_told_at_once_and_then_summed_up_once_an_hour(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bound: dict[str, int]
) -> None:
    clock = Clock()
    box = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3", **bound))
    report = OutboxReport(box, clock)

    def put(count: int) -> None:
        for _ in range(count):
            box.put_event("topic", lambda number: b"ten bytes.")
            report.say_news()

    put(3)
    assert said(caplog) == []
    put(20)
    assert len(said(caplog)) == 1
    assert "the 1 oldest events were dropped undelivered; 3 wait" in said(caplog)[0]
    clock.now_s += 3601
    put(1)
    assert len(said(caplog)) == 2
    assert "the 20 oldest events were dropped undelivered; 3 wait, 21 were dropped ever" in said(caplog)[1]


def test_drops_of_an_earlier_life_are_not_told_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = OutboxSettings(tmp_path / "outbox.sqlite3", max_rows=1)
    box = Outbox(settings)
    for _ in range(3):
        box.put_event("topic", lambda number: b"x")
    box.close()
    OutboxReport(Outbox(settings)).say_news()
    assert said(caplog) == []


def test_a_file_that_was_put_aside_is_told_once_with_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "outbox.sqlite3"
    path.write_bytes(b"garbage" * 1000)
    report = OutboxReport(Outbox(OutboxSettings(path)))
    report.say_news()
    report.say_news()
    assert len(said(caplog)) == 1
    assert f"the old file is kept as {path}.damaged" in said(caplog)[0]
