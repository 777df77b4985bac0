"""A restart is no change of the motor: no event says that it was one."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from agents import agent_of
from plates import plate_yaml

from edge_agent.diagnose.decision import starting
from edge_agent.diagnose.model import Model
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.verdict import Reason, Refusal, Severity, State, Verdict

MODEL = Model.load("builtin")
STARTING = starting()
HEALTHY = replace(STARTING, state=State.HEALTHY, severity=Severity.OK, refusal=None)
WATCH = replace(HEALTHY, severity=Severity.WATCH)
ALARM = replace(HEALTHY, state=State.BROKEN_BARS, severity=Severity.ALARM)
DANGER = replace(ALARM, severity=Severity.DANGER)


def refused(reason: Reason) -> Verdict:
    return replace(STARTING, refusal=Refusal(reason, "x", 0.0, 1.0))


class Lives:
    """One motor's agent after another, each in the place of the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def live(self, *states: Verdict, confirmed: bool = True, motor: str = "m") -> list[tuple[str, str]]:
        """Take on states one after another; return the events, as states before and after, and end."""
        config = self.folder / "agent.yaml"
        config.write_text(
            f"agent: {{id: a}}\nmotor: {plate_yaml(id=motor)}\n"
            f"acquisition: {{port: {self.folder}/port}}\nmqtt: {{host: localhost}}\n"
            f"state_dir: {self.folder}\n"
        )
        agent = agent_of(config, MODEL)
        outbox = agent._sinks[0]._outbox  # type: ignore[attr-defined]
        waited = {event.id for event in outbox.pending((), 100)}
        before = STARTING
        for after in states:
            agent.lines[0]._say_change(before, after)
            before = after
        events = [event for event in outbox.pending((), 100) if event.id not in waited]
        if confirmed:
            outbox.delete([event.id for event in events])
        outbox.close()
        return [_in_short(json.loads(event.payload)) for event in events]


def _in_short(event: dict[str, dict[str, object]]) -> tuple[str, str]:
    before, after = event["before"], event["after"]
    return f"{before['state']} {before['severity']}", f"{after['state']} {after['severity']}"


@pytest.fixture
def lives(tmp_path: Path) -> Lives:
    return Lives(tmp_path)


def test_the_first_life_tells_its_first_answer(lives: Lives) -> None:
    assert lives.live(ALARM) == [("indeterminate None", "broken_bars alarm")]


@pytest.mark.parametrize("confirmed", [True, False], ids=["delivered", "still waiting"])
@pytest.mark.parametrize("told", [HEALTHY, WATCH, ALARM, DANGER])
def test_what_was_told_already_is_not_told_again(lives: Lives, told: Verdict, confirmed: bool) -> None:
    lives.live(told, confirmed=confirmed)
    assert lives.live(told) == []
    assert lives.live(refused(Reason.LOST_SAMPLES), told) == []


def test_the_log_has_the_first_answer_even_if_it_is_no_event(
    lives: Lives, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lives.live(HEALTHY)
    assert "indeterminate -> healthy: ok" in caplog.text
    lives.live(refused(Reason.LOAD_TOO_LOW), HEALTHY)
    assert "healthy: ok, as before the restart" in caplog.text


@pytest.mark.parametrize(
    "reason", [Reason.STARTING, Reason.LOST_SAMPLES, Reason.MOTOR_OFF, Reason.LOAD_TOO_LOW, Reason.UNSTEADY]
)
def test_an_alarm_is_not_said_to_have_ended_while_there_is_no_answer_yet(
    lives: Lives, reason: Reason
) -> None:
    lives.live(ALARM)
    assert lives.live(refused(reason)) == []
    assert lives.live(refused(reason), HEALTHY) == [("broken_bars alarm", "healthy ok")]


@pytest.mark.parametrize(
    ("told", "found"), [(ALARM, HEALTHY), (HEALTHY, ALARM), (HEALTHY, WATCH), (ALARM, DANGER)]
)
def test_a_change_while_it_was_away_is_told_from_what_was_told(
    lives: Lives, told: Verdict, found: Verdict
) -> None:
    lives.live(told)
    (event,) = lives.live(found)
    assert event == (f"{told.state} {told.severity}", f"{found.state} {found.severity}")


def test_after_its_first_answer_a_life_tells_every_change(lives: Lives) -> None:
    lives.live(ALARM)
    assert lives.live(ALARM, refused(Reason.MOTOR_OFF), ALARM) == [
        ("broken_bars alarm", "indeterminate None"),
        ("indeterminate None", "broken_bars alarm"),
    ]


def test_what_was_told_before_several_restarts_is_remembered(lives: Lives) -> None:
    lives.live(ALARM)
    for _ in range(3):
        assert lives.live(refused(Reason.MOTOR_OFF)) == []
    assert lives.live(ALARM) == []


def test_another_motor_in_its_place_begins_anew(lives: Lives) -> None:
    lives.live(ALARM)
    assert lives.live(HEALTHY, motor="other") == [("indeterminate None", "healthy ok")]


@pytest.mark.parametrize(
    "payload", [b"no JSON", b"{}", b'{"after": null}', b'{"after": {"state": "healthy"}}']
)
def test_what_cannot_be_read_begins_anew(lives: Lives, tmp_path: Path, payload: bytes) -> None:
    box = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    box.put_event("edge-agent/a/m/event", lambda number: payload)
    box.close()
    assert lives.live(ALARM) == [("indeterminate None", "broken_bars alarm")]
