"""Is it the motor that was learned, and is it sound? Baselines of simulated motors, and what comes after.

    python tests/bench/bench_recognition.py --first-seed 9300000 --motors 100 [--jobs 2]

Each motor is learned at its load while it is sound. Then the agent starts again behind the same plate: with
the same motor, with another one of its class, and with a new rotor in the same stator. Baseline and audit of
the plate may say that it is another. The number of bars tells most; nothing can tell a new rotor with as good
a casting, so that row has no target. Last, learning is tried with broken bars. Windows share no sample, as
the looks of a baseline. Simulated, with Wilson's intervals of 95 % over motors.
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import _paths  # noqa: F401
import numpy as np
from tables import print_header, print_row, share

from calibration.simulator.draw import draw_cage
from calibration.simulator.duty import MotorAtWork
from calibration.simulator.motors import relative_of
from calibration.simulator.rotor import make_rotor
from calibration.simulator.scenario import Scenario
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.recognition import Change
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.state_file import StateFile

WINDOW_S = 12.0
"""Length of a window, and time between two."""
LEARN_S = 400.0
"""Running that is learned from, s: 33 windows, of which 20 looks at one load make a baseline."""
AFTER_S = 300.0
"""Running after that, s: 25 windows. 9 looks tell whether it is the same motor, and 8 accuse a plate."""
NAMED = (str(Change.NOT_THIS_MOTOR), str(BaselineState.REFUSED))
"""What a baseline says of another motor, and of one that it does not learn."""
SHOWS = 0.5
"""Equivalent bars from which a rotor counts as broken; cracks and inter-bar current may show less."""
WANTED = {
    "the same motor": "0",
    "another motor, other bars": ">= 95 %",
    "another motor, as many bars": ">= 95 %",
    "a new rotor": "",
    "broken bars": "all refused",
}
"""What the baseline is asked about, and the share that is to be named or refused."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A motor, what came after it was learned, and what its baseline said."""

    seed: int
    after: str
    bars: float
    """True equivalent bars of what ran after."""
    said: str


@cache
def _model() -> Model:
    return Model.load("builtin")


def ask(seed: int) -> list[Asked]:
    """Learn a motor, and ask its baseline about what comes after."""
    sound = MotorAtWork(seed, "pump", 0, LEARN_S)
    plate = sound.scenario.motor.nameplate
    asked = []
    with TemporaryDirectory() as folder:
        learned, _ = _run(sound, plate, Path(folder), LEARN_S)
        if learned.state is not BaselineState.LEARNED:
            asked.append(Asked(seed, "not learned", _bars(sound), learned.status.reason))
        else:
            for after, scenario in _afterwards(seed, sound.scenario):
                motor = MotorAtWork(seed + 1, "pump", 0, AFTER_S)
                motor.cycle, motor.scenario = [replace(sound.cycle[0], duration_s=AFTER_S)], scenario
                with TemporaryDirectory() as copy:
                    shutil.copytree(folder, copy, dirs_exist_ok=True)
                    baseline, accused = _run(motor, plate, Path(copy), AFTER_S)
                said = f"plate: {accused[0]}" if accused else str(baseline.status.change)
                asked.append(Asked(seed, after, _bars(motor), said))
    broken = MotorAtWork(seed, "pump", 1 + seed // 10 % 2, LEARN_S)
    with TemporaryDirectory() as folder:
        state = _run(broken, plate, Path(folder), LEARN_S)[0].state
    return [*asked, Asked(seed, "broken bars", _bars(broken), str(state))]


def _afterwards(seed: int, sound: Scenario) -> Iterator[tuple[str, Scenario]]:
    """Yield what runs after the baseline was learned, on the same supply."""
    rng = np.random.default_rng([seed, 41])
    yield "the same motor", replace(sound, seed=seed + 1)
    other = relative_of(sound.motor, f"other-{seed}", rng)
    cage = replace(draw_cage(rng, other.bars, 0), casting_seed=seed + 2)
    bars = "as many bars" if other.bars == sound.motor.bars else "other bars"
    ratio = sound.motor.peak_current_a / other.peak_current_a
    sensors = replace(sound.current_sensors, full_scale=sound.current_sensors.full_scale * ratio)  # as before
    another = replace(sound, seed=seed + 2, motor=other, cage=cage, current_sensors=sensors)
    yield f"another motor, {bars}", another
    yield "a new rotor", replace(sound, seed=seed + 3, cage=replace(sound.cage, casting_seed=seed + 3))


def _run(motor: MotorAtWork, plate: Nameplate, folder: Path, seconds: float) -> tuple[Baseline, list[str]]:
    """Return the baseline of a folder after a motor ran, and the entries of the plate that are accused.

    A new baseline learns for nine tenths of that time.
    """
    learned = LearnedMotor(plate, StateFile(folder / "learned.json", LEARNED_VERSION))
    audit = PlateAudit(plate, StateFile(folder / "audit.json", AUDIT_VERSION))
    for one in (learned, audit):
        one.begin(motor.device)
    baseline = Baseline(
        BaselineSettings(0.9 * seconds / 3600), StateFile(folder / "baseline.json", FILE_VERSION)
    )
    pipeline = Pipeline(plate, _model(), WINDOW_S, WINDOW_S)
    pipeline.configure(motor.device)
    for block in motor.blocks():
        for answer in pipeline.push(block):
            learned.take(answer, accused=audit.refusal is not None)
            baseline.take(audit.take(answer, learned.found))
            pipeline.know(learned.known)
    if baseline.state is BaselineState.LEARNING:
        baseline.finish()
    baseline.save()
    learned.save()
    return baseline, [str(finding.suspect) for finding in audit.findings]


def _bars(motor: MotorAtWork) -> float:
    return float(make_rotor(motor.scenario).equivalent_bars)


def report(asked: list[Asked]) -> None:
    """Print what was named and refused."""
    print_header("after it was learned", "named or refused", "wanted", "said")
    for after, wanted in WANTED.items():
        own = [one for one in asked if one.after == after and (after != "broken bars" or one.bars >= SHOWS)]
        said = Counter(one.said for one in own)
        named = sum(said[what] for what in said if what in NAMED or what.startswith("plate"))
        print_row(after, share(named, len(own)), wanted, dict(said))
    for one in asked:
        if one.after == "not learned" or (one.after == "broken bars" and one.said == "learned"):
            print(f"- {one.seed}, {one.bars:.2f} equivalent bars: {one.after}: {one.said}")


def main() -> int:
    """Learn motors and ask their baselines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--first-seed", type=int, default=9_300_000, help="even")
    parser.add_argument("--motors", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    args = parser.parse_args()
    asked: list[Asked] = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for of_motor in pool.map(ask, range(args.first_seed, args.first_seed + 10 * args.motors, 10)):
            asked += of_motor
            print(of_motor, file=sys.stderr, flush=True)
    report(asked)
    return 0


if __name__ == "__main__":
    sys.exit(main())
