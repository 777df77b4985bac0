"""A motor whose every window is a look, and an agent's baseline that learns it."""

from pathlib import Path

import numpy as np
from drawn_looks import DrawnAnswers, DrawnMotor

from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.state_file import StateFile
from edge_agent.verdict import Severity

HOURS = 0.5
LOOKS = 150
"""Windows of 12 s in so many hours."""


class Site:
    """An agent's baseline, its file, and a motor of which every window is a look."""

    def __init__(self, folder: Path, **given: float) -> None:
        self.path = folder / "baseline.json"
        self.now_s = 1000.0
        self.motor = DrawnMotor(np.random.default_rng(9), load_spread=0.05, **given)
        self.restart()

    def restart(self, enabled: bool = True) -> None:
        """Begin as after a kill: what was not written is lost."""
        self.answers = DrawnAnswers()
        file = StateFile(self.path, FILE_VERSION)
        self.baseline = Baseline(BaselineSettings(HOURS, enabled), file, clock=lambda: self.now_s)

    def run(self, looks: int) -> set[Severity | None]:
        """Let the motor run; return the severities of the states."""
        said = set()
        for look in self.motor.looks(looks):
            self.now_s += 12.0
            said.add(self.baseline.take(self.answers.showing(look)).state.severity)
        return said

    @property
    def state(self) -> BaselineState:
        return self.baseline.state
