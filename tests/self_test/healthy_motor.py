"""A healthy window of a simulated motor, and what the agent says of it."""

from functools import cache

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.diagnose.decision import starting
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.windows.sliding import Window, Windows

MODEL = Model.load("builtin")
LENGTH_S = 6.0
MOTOR = Scenario(seed=1_000_030, load=0.7, duration_s=LENGTH_S)


def window_of(recording: Recording, length_s: float = LENGTH_S) -> Window:
    """Return the first window of a recording."""
    windows = Windows(length_s, length_s)
    windows.configure(recording.device)
    return next(w for block in replay_blocks(recording, 0.1) for w in windows.push(block))


@cache
def healthy_window() -> Window:
    """Return the window."""
    return window_of(simulate(MOTOR))


@cache
def healthy_look() -> Answer:
    """Return what the pipeline makes of it, as if the looks before had been the same."""
    pipeline = Pipeline(MOTOR.motor.nameplate, MODEL, LENGTH_S, LENGTH_S)
    analysis, verdict = pipeline.judge(healthy_window())
    return Answer(verdict, starting(), verdict, False, True, analysis, healthy_window())
