"""The agent tells its baseline, reads states by it, and learns anew when it is asked."""

from pathlib import Path

import numpy as np
import pytest
from agents import Heard, agent_of
from drawn_looks import DrawnAnswers, DrawnMotor
from plates import plate_yaml

from edge_agent.agent import Agent
from edge_agent.baseline.status import BaselineState
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Baseline, Event
from edge_agent.publish.sink import Request
from edge_agent.verdict import Severity, Verdict

MODEL = Model.load("builtin")
LEARNED_AFTER = 31
"""Windows of 12 s in a tenth of an hour, and one more."""


class Asks(Heard):
    """A sink over which somebody asks."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Request] = []

    def requests(self) -> list[Request]:
        waiting, self.waiting = self.waiting, []
        return waiting


class Site:
    """An agent whose windows are drawn."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "agent.yaml"
        self.config.write_text(
            f"motor: {plate_yaml(id='m')}\nacquisition: {{port: {folder / 'port'}}}\n"
            f"mqtt: {{host: localhost}}\nstate_dir: {folder}\nbaseline: {{hours: 0.1}}\n"
        )
        self.motor = DrawnMotor(np.random.default_rng(4), load=0.77, load_spread=0.02)
        self.restart()

    def restart(self) -> None:
        self.heard, self.answers = Asks(), DrawnAnswers()
        self.agent: Agent = agent_of(self.config, MODEL, self.heard)
        self.agent.lines[0]._is_first = False

    def run(self, windows: int) -> None:
        for look in self.motor.looks(windows):
            self.agent.lines[0]._tell(self.answers.showing(look))
            self.agent._look_after()

    def told(self) -> list[BaselineState]:
        return [told.status.state for told in self.heard.of(Baseline) if isinstance(told, Baseline)]

    def events(self) -> list[Severity | None]:
        told = [event for event in self.heard.of(Event) if isinstance(event, Event)]
        assert all(isinstance(event.before, Verdict) for event in told)
        return [event.after.severity for event in told]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_baseline_is_told_when_it_begins_and_when_it_is_learned(site: Site) -> None:
    site.run(LEARNED_AFTER)
    assert site.told() == [BaselineState.LEARNING, BaselineState.LEARNED]
    site.restart()
    site.run(1)
    assert site.told() == [BaselineState.LEARNED]


def test_growth_is_an_event_and_raises_no_alarm(site: Site) -> None:
    site.run(LEARNED_AFTER)
    assert site.events() == [Severity.OK]
    site.motor.growth_bars = 0.1
    site.run(20)
    assert site.events() == [Severity.OK, Severity.WATCH]
    assert site.agent.lines[0]._alarm.latched is None


def test_the_command_learn_begins_anew(site: Site) -> None:
    site.run(LEARNED_AFTER)
    site.heard.waiting = [Request("learn", {})]
    site.run(1)
    assert site.told() == [BaselineState.LEARNING, BaselineState.LEARNED, BaselineState.LEARNING]
