"""A DAQ whose line fails is stopped and started anew alone, unless it is the only one."""

import time
from functools import partial
from pathlib import Path

import pytest
from agents import Heard, agent_of
from plates import plate_yaml

from edge_agent import feed
from edge_agent.acquire.source import News
from edge_agent.agent import Agent
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Health, State
from edge_agent.supervision import Flag

MODEL = Model.load("builtin")


class StopsAtSecondStart(Heard):
    """Ends the agent once a motor has said its first state again, and health after that."""

    def __init__(self, stop: Flag, motor: str) -> None:
        super().__init__()
        self.stop, self.motor = stop, motor

    def take(self, document: object) -> None:
        super().take(document)  # type: ignore[arg-type]
        starting = [
            state
            for state in self.of(State)
            if state.origin.motor == self.motor and state.verdict.refusal.reason == "starting"
        ]
        if len(starting) > 1 and isinstance(document, Health):
            self.stop.set()


def an_agent(folder: Path, motors: tuple[str, ...], heard: Heard) -> Agent:
    config = folder / "agent.yaml"
    entries = "".join(
        f"  - motor: {plate_yaml(id=motor)}\n    acquisition: {{port: {folder / motor}}}\n"
        for motor in motors
    )
    config.write_text(
        f"motors:\n{entries}mqtt: {{host: 127.0.0.1, port: 1, heartbeat_s: 1}}\nstate_dir: {folder}/state\n"
    )
    return agent_of(config, MODEL, heard)


def failing(*_: object) -> None:
    raise ZeroDivisionError("nobody foresaw it")


def test_of_two_motors_the_one_that_fails_starts_anew_and_the_other_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(feed, "AGAIN_AFTER_S", 0.5)
    stop = Flag()
    heard = StopsAtSecondStart(stop, "fan")
    agent = an_agent(tmp_path, ("pump", "fan"), heard)
    pump, fan = agent.lines
    monkeypatch.setattr(fan, "look_after", failing)
    agent.run(stop)
    assert agent.lines[0] is pump
    assert agent.lines[1] is not fan
    assert "fan: failed, and starts anew" in caplog.text
    told = [s for s in heard.of(State) if s.origin.motor == "pump" and s.verdict.refusal.reason == "starting"]
    assert len(told) == 1


def test_after_a_pause_of_the_process_no_motor_has_a_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, stop, clock = Heard(), Flag(), [0.0]
    agent = an_agent(tmp_path, ("pump", "fan"), heard)

    def poll(wait_s: float) -> list[tuple[float, News]]:
        clock.append(clock[-1] + 60.0)
        stop.set()
        return []

    monkeypatch.setattr(agent.lines[0]._source_watch._source, "poll", poll)
    monkeypatch.setattr(time, "clock_gettime", lambda _: clock[-1])
    agent.run(stop)
    last = {state.origin.motor: state.verdict.refusal.reason for state in heard.of(State)}
    assert last == {"pump": "lost_samples", "fan": "lost_samples"}


def test_the_only_motor_that_fails_ends_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = an_agent(tmp_path, ("pump",), Heard())
    monkeypatch.setattr(agent.lines[0], "look_after", failing)
    with pytest.raises(ZeroDivisionError):
        agent.run(Flag())


def test_self_tests_of_several_motors_go_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, steps = an_agent(tmp_path, ("pump", "fan"), Heard()), []
    for line in agent.lines:
        monkeypatch.setattr(line.self_test, "step", partial(steps.append, line.motor))
        line.self_test.begin()
    agent._test_self()
    agent._test_self()
    agent.lines[0].self_test._runs = False
    agent._test_self()
    assert steps == ["pump", "pump", "fan"]
