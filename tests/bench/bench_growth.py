"""Growth of simulated motors at work, through the very stages of the agent: learn, break a little, find it.

    python tests/bench/bench_growth.py --first-seed 6300000 --motors 1 [--cycles pump crane] [--jobs 1]

Each motor is learned while it is sound. Then the agent starts again with the same motor and cracked bars, and
the running time until the baseline says growth, and until the state is an alarm, is counted. Simulated.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import _paths  # noqa: F401
import numpy as np
from cracked import with_equivalent_bars
from tables import share

from calibration.simulator.duty import CYCLES, MotorAtWork
from calibration.simulator.rotor import make_rotor
from calibration.simulator.scenario import Scenario
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.recognition import Change
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.state_file import StateFile
from edge_agent.verdict import Severity

STEP_S, WINDOW_S = 2.0, 12.0
"""Windows as the agent has them by default."""
WITHIN_MIN = {0.15: 24 * 60, 0.5: 30}
"""Minutes of running within which a step of so many bars is to be found."""


@dataclass(frozen=True, slots=True)
class Job:
    """A motor that is learned, and the steps by which its bars grow."""

    seed: int
    cycle: str
    steps_bars: tuple[float, ...]
    learn_s: float
    most_s: float


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one step; None for what was not said."""

    cycle: str
    sound_bars: float
    step_bars: float
    false_change: str
    growth_min: float | None = None
    alarm_min: float | None = None
    change: str = ""

    def __str__(self) -> str:
        if not self.change:
            return f"{self.cycle}: not learned: {self.false_change}"
        growth, alarm = ("none" if m is None else f"{m:.1f} min" for m in (self.growth_min, self.alarm_min))
        return (
            f"{self.cycle}: sound {self.sound_bars:.2f} bars, +{self.step_bars:g}: growth {growth}, "
            f"alarm {alarm}, at the end {self.change}; while sound {self.false_change}"
        )


class Site:
    """A motor with its agent: stages, and the baseline in a folder."""

    def __init__(self, motor: MotorAtWork, folder: Path, hours: float) -> None:
        self._motor = motor
        self._pipeline = Pipeline(motor.scenario.motor.nameplate, Model.load("builtin"), WINDOW_S, STEP_S)
        self._pipeline.configure(motor.device)
        self.baseline = Baseline(BaselineSettings(hours), StateFile(folder / "baseline.json", FILE_VERSION))
        self.growth_s: float | None = None
        self.alarm_s: float | None = None

    def run(self, to_growth: bool = False) -> None:
        """Let it run to its end, or until growth and an alarm were found, or growth for five minutes."""
        spans = self._motor.running()
        for block in self._motor.blocks():
            for answer in self._pipeline.push(block):
                answer = self.baseline.take(answer)
                now_s = answer.window.start_s + WINDOW_S
                ran_s = sum(min(b, now_s) - a for a, b in spans if a < now_s)
                if self.baseline.status.change is Change.GROWTH and self.growth_s is None:
                    self.growth_s = ran_s
                if answer.state.severity in (Severity.ALARM, Severity.DANGER) and self.alarm_s is None:
                    self.alarm_s = ran_s
                if to_growth and self.growth_s is not None and ran_s > self.growth_s + 120.0:
                    return


def grow(job: Job) -> list[Found]:
    """Learn a motor, and let it grow by each step."""
    with TemporaryDirectory() as folder:
        sound = MotorAtWork(job.seed, job.cycle, 0, job.learn_s)
        sound_bars = float(make_rotor(sound.scenario).equivalent_bars)
        learning = Site(sound, Path(folder), 0.6 * job.learn_s / 3600)
        learning.run()
        learning.baseline.finish()
        learning.baseline.save()
        status = learning.baseline.status
        if status.state is not BaselineState.LEARNED:
            return [Found(job.cycle, sound_bars, step, status.reason) for step in job.steps_bars]
        kept = (Path(folder) / "baseline.json").read_bytes()
        return [_grown(job, step, sound.scenario, str(status.change), kept) for step in job.steps_bars]


def _grown(job: Job, step_bars: float, sound: Scenario, false_change: str, kept: bytes) -> Found:
    sound_bars = float(make_rotor(sound).equivalent_bars)
    motor = MotorAtWork(job.seed, job.cycle, 0, job.most_s)
    motor.scenario = with_equivalent_bars(sound, sound_bars + step_bars)  # on the very same supply
    with TemporaryDirectory() as folder:
        (Path(folder) / "baseline.json").write_bytes(kept)
        site = Site(motor, Path(folder), 1.0)
        site.run(to_growth=True)
        growth_min, alarm_min = (None if s is None else s / 60 for s in (site.growth_s, site.alarm_s))
        change = str(site.baseline.status.change)
        return Found(job.cycle, sound_bars, step_bars, false_change, growth_min, alarm_min, change)


def report(found: Sequence[Found]) -> None:
    """Print how many were found in time."""
    for step_bars in sorted({own.step_bars for own in found}):
        own = [f for f in found if f.step_bars == step_bars and f.change]
        within = WITHIN_MIN.get(step_bars, 30)
        in_time = sum(f.growth_min is not None and f.growth_min <= within for f in own)
        times = [f.growth_min for f in own if f.growth_min is not None]
        print(
            f"+{step_bars:g} bar: found {share(in_time, len(own)) if own else 'none learned'}, "
            f"median {np.median(times) if times else np.nan:.1f} min of running"
        )
    falsely = sum(f.false_change not in ("none", "") and bool(f.change) for f in found)
    print(f"changes told of sound motors: {falsely} of {len(found)}")


def main() -> int:
    """Let motors grow and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--first-seed", type=int, default=6_300_000)
    parser.add_argument("--motors", type=int, default=1, help="of each cycle")
    parser.add_argument("--cycles", choices=list(CYCLES), nargs="+", default=list(CYCLES))
    parser.add_argument("--steps", type=float, nargs="+", default=[0.15, 0.5])
    parser.add_argument("--learn-minutes", type=float, default=8.0)
    parser.add_argument("--minutes", type=float, default=15.0, help="at most after the step")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    jobs = [
        Job(
            args.first_seed + 1000 * k + c,
            cycle,
            tuple(args.steps),
            60 * args.learn_minutes,
            60 * args.minutes,
        )
        for k in range(args.motors)
        for c, cycle in enumerate(CYCLES)
        if cycle in args.cycles
    ]
    found: list[Found] = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for of_motor in pool.map(grow, jobs):
            found += of_motor
            print("\n".join(map(str, of_motor)), flush=True)
    report(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
