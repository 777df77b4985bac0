"""Axial ducts or broken bars: what a sweep of loads tells of motors that nobody tuned to.

    python tests/bench/bench_ducts.py trace --first-seed 6600000 --motors 100 --out build/ducts
    python tests/bench/bench_ducts.py report build/ducts

`trace` simulates each motor at six loads from 30 to 90 % and keeps the verdict of each window: sound rotors
with ducts, the same with broken bars beside the ducts, and broken bars alone. `report` sends them through
load sweep, decision and alarm, so that a change of these needs no simulation. Simulated results, with 95 %
intervals.
"""

import argparse
import gzip
import json
import logging
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter
from tables import share

from calibration.simulator.conditions import CoreCondition
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.rotor import make_rotor
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, draw_scenario
from edge_agent import alarm
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.alarm import AlarmLatch
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.decision import Decision
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Pipeline
from edge_agent.state_file import StateFile
from edge_agent.verdict import Verdict

LOADS = (0.3, 0.42, 0.54, 0.66, 0.78, 0.9)
"""Loads of the sweep, per unit of the rated torque."""
WINDOW_S = 12.0
"""Length of a window, s, as the agent has it by default."""
LOOKS = 2
"""Windows at each load."""
TURNS = 4
"""Times that a motor goes through its loads: the windows of the first again."""
KINDS = ("sound", "broken", "bars_alone")
"""Ducts, ducts and broken bars, broken bars without ducts."""
ROWS = (
    ("sound, ducts in the yoke", "sound", True),
    ("sound, leakage alone", "sound", False),
    ("broken, ducts in the yoke", "broken", True),
    ("broken, leakage alone", "broken", False),
    ("broken bars alone", "bars_alone", False),
)
"""Rows of the table: label, kind, and whether the yoke is not round."""
VERDICTS = TypeAdapter(list[Verdict])


def draw_core(seed: int) -> CoreCondition:
    """Draw a rotor's iron: ducts in the yoke in three of four motors, leakage alone in one.

    As strong as a fraction of a broken bar up to several bars. Ranges are judgement: nothing was found that
    gives them.
    """
    rng = generator(seed // CLASSES, "ducts")
    axis_deg = float(rng.uniform(0.0, 180.0))
    if rng.uniform() < 0.25:
        return CoreCondition(0.0, float(np.exp(rng.uniform(np.log(0.05), np.log(0.3)))), axis_deg)
    yoke = float(np.exp(rng.uniform(np.log(0.008), np.log(0.05))))
    return CoreCondition(yoke, yoke * float(rng.uniform()), axis_deg)


def scenario_of(seed: int, kind: str) -> Scenario:
    """Return a motor of a kind; one broken bar in two of three broken ones, two in the third."""
    bars = 0 if kind == "sound" else 2 if seed // CLASSES % 3 == 2 else 1
    drawn = draw_scenario("validation", seed)
    cage = replace(drawn.cage, casting_seed=seed, positions=None)
    core = CoreCondition() if kind == "bars_alone" else draw_core(seed)
    return replace(drawn, kind="ducts", broken_bars=bars, cage=cage, core=core, duration_s=LOOKS * WINDOW_S)


def trace(seed: int, kind: str, model: Model, out: Path) -> str:
    """Simulate a motor at each load and write the verdicts of its windows."""
    path = out / f"{kind}-{seed}.json.gz"
    if path.exists():
        return f"{path.name}: there"
    scenario = scenario_of(seed, kind)
    verdicts: list[Verdict] = []
    for number, load in enumerate(LOADS):
        recording = simulate(replace(scenario, load=load, seed=seed + number * 1_000_000))
        plate = scenario.motor.nameplate
        bars_alone = Conditions(plate, diagnosers=())
        pipeline = Pipeline(plate, model, WINDOW_S, WINDOW_S, conditions=bars_alone)
        pipeline.configure(recording.device)
        blocks = replay_blocks(recording, 0.5)
        answers = (answer for block in blocks for answer in pipeline.push(block))
        verdicts += [replace(answer.verdict, window=None) for answer in answers]
    content = {
        "equivalent_bars": float(make_rotor(replace(scenario, load=0.6)).equivalent_bars),
        "magnetising_saliency": scenario.core.magnetising_saliency,
        "leakage_saliency": scenario.core.leakage_saliency,
        "verdicts": VERDICTS.dump_python(verdicts, mode="json"),
    }
    with gzip.open(path.with_suffix(".part"), "wt") as file:
        json.dump(content, file)
    path.with_suffix(".part").rename(path)
    return f"{path.name}: {len(verdicts)} windows"


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one motor."""

    kind: str
    """One of KINDS."""
    yoke: bool
    """True if its yoke is not round; else only its leakage is not, or nothing."""
    bars: float
    """True equivalent bars of its cage."""
    tells: str
    """What the load sweep tells in the end."""
    words: str
    """The same with its figures."""
    before: bool
    """True if its alarm was on when it had seen each load once."""
    raised_after: bool
    """True if an alarm was raised after that."""
    alarmed: bool
    """True if its alarm is on in the end."""


def live(path: Path) -> Life:
    """Send the windows of a motor through the stages of the agent, again and again."""
    with gzip.open(path, "rt") as file:
        content = json.load(file)
    kind, seed = path.name.removesuffix(".json.gz").split("-")
    plate = scenario_of(int(seed), kind).motor.nameplate
    verdicts = VERDICTS.validate_python(content["verdicts"])
    sweep, decision = LoadSweep(plate, None), Decision()
    before = raised_after = False
    with tempfile.TemporaryDirectory() as folder:
        latch = AlarmLatch(StateFile(Path(folder) / "alarm.json", alarm.FILE_VERSION))
        end_s = 0.0
        for turn in range(TURNS):
            for verdict in verdicts:
                was_on = latch.latched is not None and latch.latched.active
                start_s, end_s = end_s, end_s + WINDOW_S
                verdict = sweep.explain(verdict, start_s, end_s)
                if sweep.proof is not None:
                    decision.take_back(sweep.proof)
                    latch.take_back()
                decision.update(verdict, start_s, end_s)
                latch.update(verdict, decision.state, decision.looked, None, None)
                on = latch.latched is not None and latch.latched.active
                raised_after |= turn > 1 and on and not was_on
            before |= turn == 0 and on
    yoke = content["magnetising_saliency"] > 0
    return Life(
        kind, yoke, content["equivalent_bars"], sweep.tells, sweep.in_words(), before, raised_after, on
    )


def report(folder: Path, verbose: bool) -> None:
    """Print what became of the motors of each kind."""
    logging.disable(logging.WARNING)
    lives = [live(path) for path in sorted(folder.glob("*.json.gz"))]
    print("| rotor | motors | alarm after one sweep | alarm in the end | raised after two sweeps | tells |")
    print("|---|---|---|---|---|---|")
    for label, kind, yoke in ROWS:
        of = [life for life in lives if (life.kind, life.yoke) == (kind, yoke)]
        told = ", ".join(f"{name} {count}" for name, count in Counter(life.tells for life in of).items())
        counts = (sum(getattr(life, name) for life in of) for name in ("before", "alarmed", "raised_after"))
        print(f"| {label} | {len(of)} | {' | '.join(share(n, len(of)) for n in counts)} | {told} |")
    for life in lives:
        if verbose and life.alarmed == (life.kind == "sound"):
            print(f"- {life}")


def main() -> None:
    """Trace motors, or report on traces."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    tracing = commands.add_parser("trace", help="simulate motors and keep the verdicts of their windows")
    tracing.add_argument("--first-seed", type=int, default=6_600_000, help="a multiple of five")
    tracing.add_argument("--motors", type=int, default=100, help="of each kind")
    tracing.add_argument("--kinds", choices=KINDS, nargs="+", default=list(KINDS))
    tracing.add_argument("--out", type=Path, default=Path("build/ducts"))
    reporting = commands.add_parser("report", help="send them through sweep, decision and alarm")
    reporting.add_argument("folder", type=Path)
    reporting.add_argument("--verbose", action="store_true", help="print each motor that is told wrong")
    args = parser.parse_args()
    if args.command == "report":
        report(args.folder, args.verbose)
        return
    args.out.mkdir(parents=True, exist_ok=True)
    model = Model.load("builtin")
    for number in range(args.motors):
        for kind in args.kinds:
            print(trace(args.first_seed + CLASSES * number, kind, model, args.out), flush=True)


if __name__ == "__main__":
    main()
