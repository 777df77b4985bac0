"""Decisions over time: simulated unseen motors at work for hours, through the very stages of the agent.

    python tests/bench/bench_motor_days.py trace --first-seed 6200000 --motors 4 --minutes 20 --out build/days
    python tests/bench/bench_motor_days.py report build/days

`trace` simulates the motors and keeps what each window says, with what the agent learns and audits meanwhile,
and what the loads of the run explain; `report` sends that through the decision and prints the tables, so that
a change of the decision needs no simulation. Looks share no sample, so windows every 6 s instead of every 2 s
(`--step 6`) find about as many, in half the time. Simulated results, with 95 % intervals.
"""

import argparse
import gzip
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from motor_lives import BY_NUMBER, RATES, WINDOW_S, live, report

from calibration.simulator.duty import CYCLES, MotorAtWork
from calibration.simulator.rotor import make_rotor
from edge_agent.acquire.samples import ChannelKind, Device, SampleBlock
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.state_file import StateFile
from edge_agent.verdict import Verdict

STEP_S = 2.0
"""Time between windows, s, as the agent has it by default."""
SENSORS = ("full", "retrofit")
"""Three currents, vibration and the number of bars; or three currents alone."""
KINDS = {"sound": 0, "one": 1, "two": 2}
"""Broken bars by the name of a kind of motor."""


@dataclass(frozen=True, slots=True)
class Job:
    """A motor to be traced, with one set of sensors or several at once."""

    seed: int
    cycle: str
    kind: str
    sensors: tuple[str, ...]
    seconds: float
    out: Path
    step_s: float = STEP_S

    def path(self, sensors: str) -> Path:
        return self.out / f"{sensors}-{self.kind}-{self.cycle}-{self.seed}.json.gz"


def without_vibration(device: Device) -> Device:
    """Return a device with its currents alone."""
    kept = [s for s in device.streams if any(c.kind is ChannelKind.CURRENT for c in s.channels)]
    return replace(device, streams=tuple(kept))


class Tracer:
    """The agent's stages behind one set of sensors, and what each window says."""

    def __init__(self, motor: MotorAtWork, sensors: str, folder: Path, step_s: float) -> None:
        plate, device = motor.scenario.motor.nameplate, motor.device
        if sensors == "retrofit":
            plate, device = plate.model_copy(update={"rotor_bars": None}), without_vibration(device)
        sweep, bars_alone = LoadSweep(plate, None), Conditions(plate, diagnosers=())
        self._pipeline = Pipeline(
            plate, Model.load("builtin"), WINDOW_S, step_s, load_sweep=sweep, conditions=bars_alone
        )
        self._pipeline.configure(device)
        self._learned = LearnedMotor(plate, StateFile(folder / f"{sensors}-learned.json", LEARNED_VERSION))
        self._learned.begin(device)
        self._audit = PlateAudit(plate, StateFile(folder / f"{sensors}-audit.json", AUDIT_VERSION))
        self._audit.begin(device)
        self._streams = {stream.number for stream in device.streams}
        self._verdicts: list[Verdict] = []
        self._told: dict[int, Verdict] = {}
        self._currents_a: list[float | None] = []
        self._proven = 0
        self._accused: set[str] = set()
        self._claimed_bars: set[int] = set()

    def push(self, block: SampleBlock) -> None:
        if block.stream in self._streams:
            for answer in self._pipeline.push(block):
                self._take(answer)

    def _take(self, answer: Answer) -> None:
        """Learn and audit as the agent does, and keep what the window says."""
        self._learned.take(answer, accused=self._audit.refusal is not None)
        answer = self._audit.take(answer, self._learned.found)
        if answer.told is not answer.verdict:
            self._told[len(self._verdicts)] = replace(answer.told, window=None)
        self._verdicts.append(replace(answer.verdict, window=None))
        self._currents_a.append(None if answer.analysis.line is None else answer.analysis.line.rms_a)
        self._proven += answer.ducts_proven
        self._accused |= {str(finding.suspect) for finding in self._audit.findings}
        bars = self._learned.status.rotor_bars
        self._claimed_bars |= set() if bars is None else {bars}
        self._pipeline.know(self._learned.known)

    def content(self) -> dict[str, object]:
        """Return all that is kept, for JSON."""
        return {
            "verdicts": RATES.dump_python(self._verdicts, mode="json"),
            "told": BY_NUMBER.dump_python(self._told, mode="json"),
            "currents_a": self._currents_a,
            "ducts_proven": self._proven,
            "accused": sorted(self._accused),
            "claimed_bars": sorted(self._claimed_bars),
        }


def trace(job: Job) -> str:
    """Simulate a motor once and write, for each set of sensors, what each window says."""
    if all(job.path(sensors).exists() for sensors in job.sensors):
        return f"{job.kind} {job.cycle} {job.seed}: there"
    motor = MotorAtWork(job.seed, job.cycle, KINDS[job.kind], job.seconds)
    with TemporaryDirectory() as folder:
        tracers = {sensors: Tracer(motor, sensors, Path(folder), job.step_s) for sensors in job.sensors}
        for block in motor.blocks():
            for tracer in tracers.values():
                tracer.push(block)
    about = {
        "step_s": job.step_s,
        "running": motor.running(),
        "equivalent_bars": _true_bars(motor),
        "rotor_bars": motor.scenario.motor.bars,
    }
    for sensors, tracer in tracers.items():
        path = job.path(sensors)
        with gzip.open(path.with_suffix(".part"), "wt") as file:
            file.write(json.dumps({**about, **tracer.content()}))  # json.dump takes ten times as long
        path.with_suffix(".part").rename(path)
    return f"{job.kind} {job.cycle} {job.seed}: {len(tracers)} traces"


def _true_bars(motor: MotorAtWork) -> float:
    return float(make_rotor(motor.scenario).equivalent_bars)


def main() -> int:
    """Trace or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    tracing = commands.add_parser("trace")
    tracing.add_argument("--first-seed", type=int, required=True)
    tracing.add_argument("--motors", type=int, default=4, help="of each kind, cycle and set of sensors")
    tracing.add_argument("--minutes", type=float, default=20.0)
    tracing.add_argument("--sensors", choices=SENSORS, nargs="+", default=list(SENSORS))
    tracing.add_argument("--kinds", choices=list(KINDS), nargs="+", default=list(KINDS))
    tracing.add_argument("--cycles", choices=list(CYCLES), nargs="+", default=list(CYCLES))
    tracing.add_argument("--out", type=Path, required=True)
    tracing.add_argument("--step", type=float, default=STEP_S, help="time between windows, s")
    tracing.add_argument("--jobs", type=int, default=1)
    reporting = commands.add_parser("report")
    reporting.add_argument("folder", type=Path)
    args = parser.parse_args()
    if args.command == "report":
        report([live(path) for path in sorted(args.folder.glob("*.json.gz"))])
        return 0
    args.out.mkdir(parents=True, exist_ok=True)
    jobs = [
        Job(
            args.first_seed + 1000 * k + c,
            cycle,
            kind,
            tuple(args.sensors),
            60 * args.minutes,
            args.out,
            args.step,
        )
        for k in range(args.motors)
        for c, cycle in enumerate(CYCLES)
        if cycle in args.cycles
        for kind in args.kinds
    ]
    with ProcessPoolExecutor(args.jobs) as pool:
        for said in pool.map(trace, jobs):
            print(said, file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
