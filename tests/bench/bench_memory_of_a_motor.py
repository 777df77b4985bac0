"""What is kept of a motor over time, and what it costs: `python tests/bench/bench_memory_of_a_motor.py`.

Decision, alarm, baseline and trend: processor time per window as a share of what the window costs in all, and
memory after a day of windows. The parts of windows whose load stepped are told apart: a crusher has most.
"""

import sys
import tempfile
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

from calibration.simulator.duty import MotorAtWork
from edge_agent import alarm
from edge_agent.alarm import AlarmLatch
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.diagnose.decision import Decision
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.state_file import StateFile
from edge_agent.trend.keeper import TrendKeeper

STEP_S, WINDOW_S = 2.0, 12.0
"""Windows as the agent has them by default."""
SECONDS = 60.0
"""Of a motor that is simulated."""
DAY_WINDOWS = 43_200
"""Windows of a day."""


class WithoutParts(Pipeline):
    """The stages without what is asked of a part of a window."""

    def _ask_newest_part(self, window: object, verdict: object, waited_s: float) -> None:
        return None


class OverTime:
    """All that is kept of a motor from window to window."""

    def __init__(self, folder: Path) -> None:
        self.decision = Decision()
        self.alarm = AlarmLatch(StateFile(folder / "alarm.json", alarm.FILE_VERSION))
        baseline_file = StateFile(folder / "baseline.json", FILE_VERSION)
        self.baseline = Baseline(BaselineSettings(hours=24.0), baseline_file)
        self.trend = TrendKeeper(folder / "trend.sqlite3")

    def take(self, answer: Answer, number: int) -> None:
        start_s = STEP_S * number
        told = replace(answer.told, evidence=replace(answer.told.evidence))  # each window has its own
        self.decision.update(told, start_s, start_s + WINDOW_S)
        moved = replace(answer, looked=self.decision.looked, window=replace(answer.window, start_s=start_s))
        judged = self.baseline.take(moved)
        self.alarm.update(told, judged.state, judged.looked, None, None)
        self.trend.take(told, judged.looked)


def main() -> None:
    """Print the table."""
    for cycle, seed in (("crane", 6_200_005), ("crusher", 6_200_003)):
        motor = MotorAtWork(seed, cycle, 0, SECONDS)
        blocks = list(motor.blocks())
        costs_s, answers = {}, []
        for kind in (WithoutParts, Pipeline):
            pipeline = kind(motor.scenario.motor.nameplate, Model.load("builtin"), WINDOW_S, STEP_S)
            pipeline.configure(motor.device)
            started_s = time.process_time()
            answers = [answer for block in blocks for answer in pipeline.push(block)]
            costs_s[kind] = (time.process_time() - started_s) / len(answers)
        own_s, kept_mb = _over_time(answers)
        all_s = costs_s[WithoutParts]
        print(
            f"{cycle}: a window {1e3 * all_s:.1f} ms; decision, alarm, baseline and trend "
            f"{1e6 * own_s:.0f} us ({own_s / all_s:.1%}), {kept_mb:.1f} MB after a day; "
            f"parts {costs_s[Pipeline] / all_s - 1:+.1%}"
        )


def _over_time(answers: list[Answer]) -> tuple[float, float]:
    """Return the processor time of a window, s, and what is kept after a day of windows, MB."""
    with tempfile.TemporaryDirectory() as folder:
        timed = OverTime(Path(folder))
        turns = 20
        started_s = time.process_time()
        for number in range(turns * len(answers)):
            timed.take(answers[number % len(answers)], number)
        own_s = (time.process_time() - started_s) / (turns * len(answers))
        tracemalloc.start()
        kept = OverTime(Path(folder))
        for number in range(DAY_WINDOWS):
            kept.take(answers[number % len(answers)], number)
        kept_bytes, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    window_bytes = sum(stream.counts.nbytes for stream in answers[-1].window.streams)  # kept by the baseline
    return own_s, (kept_bytes + window_bytes) / 1e6


if __name__ == "__main__":
    sys.exit(main())
