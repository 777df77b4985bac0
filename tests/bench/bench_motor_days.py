"""Decisions over time: simulated unseen motors at work for hours, through the very stages of the agent.

    python tests/bench/bench_motor_days.py trace --first-seed 6200000 --motors 4 --minutes 20 --out build/days
    python tests/bench/bench_motor_days.py report build/days

`trace` simulates the motors and keeps what each window says, with what the agent learns and audits meanwhile,
and what the loads of the run explain; `report` sends that through the decision and prints the tables, so that
a change of the decision needs no simulation. Simulated results, with 95 % intervals.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import TypeAdapter
from tables import share

from calibration.simulator.duty import CYCLES, MotorAtWork
from calibration.simulator.rotor import make_rotor
from edge_agent.acquire.samples import ChannelKind, Device, SampleBlock
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.decision import Decision
from edge_agent.diagnose.load_sweep import LoadSweep
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.state_file import StateFile
from edge_agent.verdict import Reason, Severity, State, Verdict

STEP_S = 2.0
"""Time between windows, s, as the agent has it by default."""
WINDOW_S = 12.0
"""Length of a window, s, as the agent has it by default."""
SENSORS = ("full", "retrofit")
"""Three currents, vibration and the number of bars; or three currents alone."""
NEAR_START_S = 10.0
"""A window that begins later after the motor did, s, does not start. Judgement: the longest start of the
simulated motors takes some seconds."""
WELL_CAST = 0.2
"""Equivalent bars of a casting below which a sound rotor is never to be alarmed, baseline or not."""
KINDS = {"sound": 0, "one": 1, "two": 2}
"""Broken bars by the name of a kind of motor."""
RATES = TypeAdapter(list[Verdict])
BY_NUMBER = TypeAdapter(dict[int, Verdict])


@dataclass(frozen=True, slots=True)
class Job:
    """A motor to be traced, with one set of sensors or several at once."""

    seed: int
    cycle: str
    kind: str
    sensors: tuple[str, ...]
    seconds: float
    out: Path

    def path(self, sensors: str) -> Path:
        return self.out / f"{sensors}-{self.kind}-{self.cycle}-{self.seed}.json.gz"


def without_vibration(device: Device) -> Device:
    """Return a device with its currents alone."""
    kept = [s for s in device.streams if any(c.kind is ChannelKind.CURRENT for c in s.channels)]
    return replace(device, streams=tuple(kept))


class Tracer:
    """The agent's stages behind one set of sensors, and what each window says."""

    def __init__(self, motor: MotorAtWork, sensors: str, folder: Path) -> None:
        plate, device = motor.scenario.motor.nameplate, motor.device
        if sensors == "retrofit":
            plate, device = plate.model_copy(update={"rotor_bars": None}), without_vibration(device)
        sweep, bars_alone = LoadSweep(plate, None), Conditions(plate, diagnosers=())
        self._pipeline = Pipeline(
            plate, Model.load("builtin"), WINDOW_S, STEP_S, load_sweep=sweep, conditions=bars_alone
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
        tracers = {sensors: Tracer(motor, sensors, Path(folder)) for sensors in job.sensors}
        for block in motor.blocks():
            for tracer in tracers.values():
                tracer.push(block)
    about = {
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


@dataclass
class Life:
    """What became of one motor."""

    sensors: str
    kind: str
    cycle: str
    bars: float
    running_h: float
    looks: int = 0
    false_looks: int = 0
    false_in_a_row: int = 0
    false_and_unclear: int = 0
    alarms: int = 0
    alarm_after_s: float | None = None
    alarms_ended: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    changes_of_state: int = 0
    running_windows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    wrong_words: Counter[str] = field(default_factory=Counter)
    healthy: int = 0
    accused: tuple[str, ...] = ()
    claimed_wrongly: bool = False
    ducts_proven: int = 0
    false_healthy: int = 0


def live(path: Path) -> Life:
    """Send the verdicts of a motor through the decision."""
    with gzip.open(path, "rt") as file:
        content = json.load(file)
    sensors, kind, cycle, _ = path.name.removesuffix(".json.gz").split("-")
    spans = [(float(a), float(b)) for a, b in content["running"]]
    life = Life(sensors, kind, cycle, content["equivalent_bars"], sum(b - a for a, b in spans) / 3600)
    life.accused, life.ducts_proven = tuple(content["accused"]), content["ducts_proven"]
    life.claimed_wrongly = not set(content["claimed_bars"]) <= {content["rotor_bars"]}
    decision, last_false = Decision(), False
    told_by_number = BY_NUMBER.validate_python(content["told"])
    for number, verdict in enumerate(RATES.validate_python(content["verdicts"])):
        start_s, end_s = number * STEP_S, number * STEP_S + WINDOW_S
        before, told = decision.state, told_by_number.get(number, verdict)
        life.changes += decision.update(told, end_s - (told.evidence.stretch_s or WINDOW_S), end_s)
        life.changes_of_state += before.state is not decision.state.state
        _note_state(life, before, decision.state, spans, end_s)
        began_s = next((a for a, b in spans if a <= start_s and end_s <= b), None)
        if began_s is not None:
            _note_running(life, verdict, start_s - began_s)
            life.unanswered += told.refusal is not None
        false = told.faulty and kind == "sound"
        life.false_and_unclear += false and not decision.looked
        life.false_healthy += kind != "sound" and told.state is State.HEALTHY
        if decision.looked:
            life.looks += 1
            life.false_looks += false
            life.false_in_a_row += false and last_false
            last_false = false
    return life


def _note_state(
    life: Life, before: Verdict, after: Verdict, spans: list[tuple[float, float]], end_s: float
) -> None:
    was, is_now = (state.severity in (Severity.ALARM, Severity.DANGER) for state in (before, after))
    if is_now and not was:
        life.alarms += 1
        if life.alarm_after_s is None:
            life.alarm_after_s = sum(min(b, end_s) - a for a, b in spans if a < end_s)
    if was and not is_now:
        life.alarms_ended[str(after.refusal.reason if after.refusal else after.state)] += 1


def _note_running(life: Life, verdict: Verdict, since_start_s: float) -> None:
    life.running_windows += 1
    if verdict.refusal is not None:
        life.refused[str(verdict.refusal.reason)] += 1
        load = verdict.evidence.load or 0.0
        if verdict.refusal.reason is Reason.LOAD_TOO_LOW and load > 0.5:
            life.wrong_words["load_too_low above half load"] += 1
        if verdict.refusal.reason is Reason.STARTING and since_start_s > NEAR_START_S:
            life.wrong_words["starting far from a start"] += 1
        if verdict.refusal.reason is Reason.STUCK_CHANNEL:
            life.wrong_words["stuck_channel"] += 1
    elif verdict.state is State.HEALTHY:
        life.healthy += 1
        if (verdict.evidence.detection_limit_bars or 0.0) > 0.35:
            life.wrong_words["healthy with a limit above 0.35"] += 1


def report(lives: list[Life]) -> None:
    """Print the tables."""
    for sensors in sorted({life.sensors for life in lives}):
        those = [life for life in lives if life.sensors == sensors]
        _report_sound([life for life in those if life.kind == "sound"], sensors)
        for kind in ("one", "two"):
            _report_broken([life for life in those if life.kind == kind], f"{sensors}, {kind}")


def _report_sound(lives: list[Life], title: str) -> None:
    if not lives:
        return
    hours = sum(life.running_h for life in lives)
    print(f"\n{title}, sound: {len(lives)} motors, {hours:.1f} h of running")
    well_cast_h = sum(life.running_h for life in lives if life.bars < WELL_CAST)
    print(f"  castings below {WELL_CAST} bars: {well_cast_h:.1f} h; alarms of all", end=" ")
    print(f"{sum(life.alarms for life in lives)}, of motors with castings", end=" ")
    print([round(life.bars, 2) for life in lives if life.alarms])
    false, looks = sum(life.false_looks for life in lives), sum(life.looks for life in lives)
    print(f"  false looks {false} of {looks} ({false / hours:.2f} an hour), in a row", end=" ")
    print(sum(life.false_in_a_row for life in lives), end="; ")
    print(f"false windows that are no look {sum(life.false_and_unclear for life in lives)}")
    for cycle in CYCLES:
        own = [life for life in lives if life.cycle == cycle]
        if own:
            windows = sum(life.running_windows for life in own)
            refused = sum((life.refused for life in own), Counter())
            share = refused.total() / windows
            unanswered = sum(life.unanswered for life in own) / windows
            own_h = sum(life.running_h for life in own)
            changes = sum(life.changes for life in own) / own_h
            of_state = sum(life.changes_of_state for life in own) / own_h
            print(
                f"  {cycle:<11} refused {share:6.1%} of {windows}, unanswered {unanswered:6.1%}, "
                f"changes {changes:5.1f} an hour ({of_state:.1f} of the state), "
                f"{dict(refused.most_common(5))}"
            )
    words = sum((life.wrong_words for life in lives), Counter())
    print(f"  wrong words {dict(words)}")
    _report_lessons(lives)


def _report_lessons(lives: list[Life]) -> None:
    """Print what was learned or audited wrongly; all plates are right."""
    accused = Counter(name for life in lives for name in life.accused)
    motors = sum(bool(life.accused) for life in lives)
    print(f"  right plates accused: {motors} of {len(lives)}, {dict(accused)}")
    print(f"  bars claimed wrongly: {sum(life.claimed_wrongly for life in lives)} motors")


def _report_broken(lives: list[Life], title: str) -> None:
    if not lives:
        return
    print(f"\n{title}: {len(lives)} motors, {sum(life.running_h for life in lives):.1f} h of running")
    for cycle in CYCLES:
        own = [life for life in lives if life.cycle == cycle and life.bars >= 0.5]
        if own:
            after = [np.inf if life.alarm_after_s is None else life.alarm_after_s / 60 for life in own]
            within = {minutes: sum(a <= minutes for a in after) for minutes in (3, 5, 10)}
            print(
                f"  {cycle:<11} {len(own)} of 0.5 bars or more: alarm within 3, 5, 10 min "
                + ", ".join(share(n, len(own)) for n in within.values())
                + f", median {np.median(after):.1f} min"
            )
    ended = sum((life.alarms_ended for life in lives), Counter())
    print(f"  alarms that ended: {dict(ended)}; taken for ducts {sum(life.ducts_proven for life in lives)}")
    healthy = [(round(life.bars, 2), life.false_healthy) for life in lives if life.false_healthy]
    print(f"  windows called healthy, by bars: {healthy}")
    _report_lessons(lives)


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
    tracing.add_argument("--jobs", type=int, default=1)
    reporting = commands.add_parser("report")
    reporting.add_argument("folder", type=Path)
    args = parser.parse_args()
    if args.command == "report":
        report([live(path) for path in sorted(args.folder.glob("*.json.gz"))])
        return 0
    args.out.mkdir(parents=True, exist_ok=True)
    jobs = [
        Job(args.first_seed + 1000 * k + c, cycle, kind, tuple(args.sensors), 60 * args.minutes, args.out)
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
