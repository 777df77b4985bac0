"""Idling motors: which share of them gets an answer without and with the memory of minutes, and a wrong one?

    python tests/bench/bench_idle.py run --first-seed 6700000 --motors 30 --out build/idle.jsonl
    python tests/bench/bench_idle.py report build/idle.jsonl

Simulated unseen motors at 3 to 12 % load, half of them sound. Every second one is drawn as widely as those of
training, whose loads oscillate and whose inertia and wander are large; drives are left out. The simulated
supply has no changes of its voltage below 0.3 Hz, where idling motors show their bars. So the currents are
multiplied by a random walk towards one, of 0.03 to 0.4 % rms and 4 to 60 s: judgement. Half of the loads
change by up to a fifth on the way.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from tables import share

from calibration.simulator.draw import log_uniform
from calibration.simulator.live import LiveMotor
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, draw_scenario
from edge_agent.acquire.samples import SampleBlock
from edge_agent.diagnose.model import Model
from edge_agent.limits import BARS
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import State, Verdict

WINDOW_S = 12.0
"""Length of a window, s, as the agent has it by default."""
STEP_S = 10.0
"""Time between windows, s: longer than the agent's, to save time."""
NODE_S = 0.1
"""Step of the voltage's random walk, s: far below its time constant."""
BROKEN = (0, 1, 0, 2)
"""Broken bars of the motors, in turn."""
KINDS = ("validation", "training")
"""Sets that the motors are drawn from, in turn."""
LIGHT = 0.05
"""Load below which the agent refuses a window by itself, as far as it can tell the load."""
AT_THE_END = 12
"""Windows at the end of a recording by which a motor counts as answered: two minutes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A motor, and what its windows say: a state, or reason and quantity of a refusal."""

    seed: int
    kind: str
    broken: int
    bars: float
    """True equivalent bars."""
    load: float
    """Mean load, per unit."""
    pole_pass_hz: float
    alone: list[str]
    """What each window says by itself."""
    told: list[str]
    """What is said with the memory."""
    stretch_s: list[float | None]
    told_bars: list[float | None]


def draw(seed: int, kind: str, seconds: float) -> Scenario:
    """Return an idling motor on a grid, whose sensors are sound."""
    rng = generator(seed, "idle")
    scenario = draw_scenario(kind, seed)
    ramp = float(rng.uniform(-0.2, 0.2)) if rng.random() < 0.5 else 0.0
    rated_hz = scenario.motor.circuit.frequency_hz
    supply = scenario.supply
    if supply.drive is not None:
        supply = replace(supply, drive=None, frequency_hz=rated_hz + float(rng.uniform(-0.2, 0.2)))
    return replace(
        scenario,
        load=float(rng.uniform(0.03, 0.12)),
        duration_s=seconds,
        driven=replace(scenario.driven, ramp=ramp, steps=()),
        supply=supply,
        sensor_faults=(),
    )


def blocks(motor: LiveMotor, seconds: int) -> Iterator[SampleBlock]:
    """Yield the samples of a motor whose supply's voltage changes slowly."""
    rng = generator(motor.scenario.seed, "slow voltage")
    rms, time_s = log_uniform(rng, 3e-4, 4e-3), log_uniform(rng, 4.0, 60.0)
    kept = float(np.exp(-NODE_S / time_s))
    walk = np.zeros(round(seconds / NODE_S) + 2)
    walk[0] = rng.normal(0, rms)
    for k, step in enumerate(rng.normal(0, rms * np.sqrt(1 - kept**2), walk.size - 1)):
        walk[k + 1] = kept * walk[k] + step
    rate_hz = motor.device.streams[0].rate_hz
    for _ in range(seconds):
        for block in motor.advance(1.0):
            if block.stream == 0:
                at_s = (block.first_scan + np.arange(len(block.counts))) / rate_hz
                factor = 1 + np.interp(at_s / NODE_S, np.arange(walk.size), walk)
                counts = np.rint(block.counts * factor[:, None]).astype(block.counts.dtype)
                block = replace(block, counts=counts)
            yield block


def judge(seed: int, kind: str, seconds: int, model: Model) -> Judged:
    """Simulate a motor; return its truth and what each of its windows says, without and with the memory."""
    scenario = draw(seed, kind, seconds)
    motor = LiveMotor(scenario)
    pipeline = Pipeline(scenario.motor.nameplate, model, WINDOW_S, STEP_S)
    pipeline.configure(motor.device)
    answers = [answer for block in blocks(motor, seconds) for answer in pipeline.push(block)]
    return Judged(
        seed=seed,
        kind=kind,
        broken=scenario.broken_bars,
        bars=float(motor.rotor.equivalent_bars),
        load=motor.load,
        pole_pass_hz=2 * motor.slip * motor.line_frequency_hz,
        alone=[_said(answer.verdict) for answer in answers],
        told=[_said(answer.told) for answer in answers],
        stretch_s=[answer.told.evidence.stretch_s for answer in answers],
        told_bars=[answer.told.evidence.equivalent_bars for answer in answers],
    )


def _said(verdict: Verdict) -> str:
    refusal = verdict.refusal
    return str(verdict.state) if refusal is None else f"{refusal.reason}:{refusal.quantity}"


def is_wrong(motor: Judged, said: str) -> bool:
    """True if a sound rotor was called broken, or one that shows a broken bar healthy."""
    if motor.broken == 0:
        return said == State.BROKEN_BARS and motor.bars < BARS.sound
    return said == State.HEALTHY and motor.bars >= BARS.broken


def report(motors: list[Judged]) -> None:
    """Print the shares of motors and windows with an answer."""
    for title, chosen in {
        f"load below {LIGHT:.0%}": [m for m in motors if m.load < LIGHT],
        f"load from {LIGHT:.0%}": [m for m in motors if m.load >= LIGHT],
        "all": motors,
    }.items():
        for kind in KINDS:
            for name, own in {"sound": lambda n: n == 0, "broken": lambda n: n > 0}.items():
                those = [m for m in chosen if own(m.broken) and m.kind == kind]
                if those:
                    print(f"\n{title}, {kind}, {name}: {len(those)} motors")
                    for key in ("alone", "told"):
                        _report(those, key)


def _report(motors: list[Judged], key: str) -> None:
    said_of = [(motor, motor.alone if key == "alone" else motor.told) for motor in motors]
    answered = [sum(":" not in said for said in each[-AT_THE_END:]) >= AT_THE_END / 2 for _, each in said_of]
    windows = [said for _, each in said_of for said in each]
    wrong = [motor.seed for motor, each in said_of if any(is_wrong(motor, said) for said in each)]
    print(
        f"  {key:<6} at the end half of the windows answer: {share(sum(answered), len(motors))}; "
        f"windows {share(sum(':' not in said for said in windows), len(windows))}; "
        f"motors with a wrong answer {share(len(wrong), len(motors))} {wrong}"
    )


def main() -> int:
    """Run or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("--first-seed", type=int, required=True)
    running.add_argument("--motors", type=int, default=120)
    running.add_argument("--minutes", type=int, default=6)
    running.add_argument("--out", type=Path, required=True)
    reporting = commands.add_parser("report")
    reporting.add_argument("file", type=Path, nargs="+")
    args = parser.parse_args()
    if args.command == "report":
        report([Judged(**json.loads(line)) for file in args.file for line in file.read_text().splitlines()])
        return 0
    model = Model.load("builtin")
    with args.out.open("a") as out:
        for number in range(args.motors):
            seed = args.first_seed + 2 * CLASSES * number + BROKEN[number % len(BROKEN)]
            kind = KINDS[number // len(BROKEN) % len(KINDS)]
            motor = judge(seed, kind, 60 * args.minutes, model)
            print(json.dumps(asdict(motor)), file=out, flush=True)
            print(f"{number + 1} of {args.motors}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
