"""What a motor teaches within a few windows, with three clamps and an unknown number of rotor bars.

`python tests/bench/bench_learned.py`. Simulated motors of version 2 of the validation set, of test seeds that
nothing was tuned on. Each runs in turn at two loads, one of 12.5 to 45 % and one of 45 to 100 %, four windows
of 12 s at each; from load to load its voltage changes by 1 % and its temperature by 3 %. The first window of
each load is compared with the fourth, before which the motor has shown both loads three times. Intervals are
Wilson's, of 95 %. With `--clamps 1` one phase alone is measured.
"""

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from cases import LENGTH_S, plate_of
from tables import print_header, print_row, share

from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import ChannelKind
from edge_agent.captures.replaying import replayed
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import FILE_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.state_file import StateFile
from edge_agent.verdict import State

FIRST_SEED = FIRST_TEST_SEED + 900_000
LOADS = ((0.125, 0.45), (0.45, 1.0))
TURNS = 4
PARTS = ((0.125, 0.3), (0.3, 1.0), (0.6, 1.0))


@dataclass(frozen=True)
class Look:
    """One window, and what was said of it."""

    load: float
    turn: int
    alone: str
    """What the window says by itself."""
    told: str
    """What the state takes."""
    seconds: float
    """Time that it took."""


@dataclass(frozen=True)
class Taught:
    """What one motor has taught."""

    seed: int
    broken: int
    true_bars: int
    possible: tuple[int, ...]
    has_line: bool
    looks: tuple[Look, ...]


def main() -> None:
    """Print what was answered, and which bars were claimed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--motors", type=int, default=100, help="sound motors")
    parser.add_argument("--broken", type=int, default=40, help="motors with one or two broken bars")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="a multiple of five")
    parser.add_argument("--clamps", type=int, default=3, choices=(1, 3), help="phases that are measured")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    args = parser.parse_args()
    first = args.first_seed
    work = [(first + CLASSES * n, args.clamps) for n in range(args.motors)]
    first += CLASSES * args.motors
    work += [(first + CLASSES * n + 1 + n % 2, args.clamps) for n in range(args.broken)]
    with ProcessPoolExecutor(args.jobs) as pool:
        taught = list(pool.map(teach, work, chunksize=1))
    _print_answers("sound", [one for one in taught if one.broken == 0], "healthy")
    _print_answers("broken", [one for one in taught if one.broken > 0], "broken_bars")
    _print_bars(taught)
    times = [look.seconds for one in taught for look in one.looks]
    print(f"\nmedian time of a window: {1000 * np.median(times):.0f} ms")


def teach(work: tuple[int, int]) -> Taught:
    """Let one motor run, and return what it has taught."""
    seed, clamps = work
    scenario = draw_scenario("validation_2", seed)
    recording, loads = running(scenario, clamps)
    nameplate = plate_of(scenario).model_copy(update={"rotor_bars": None})
    model = Model.load_for_agent("builtin")
    with tempfile.TemporaryDirectory() as folder:
        learned = LearnedMotor(nameplate, StateFile(Path(folder) / "learned.json", FILE_VERSION))
        learned.begin(recording.device)
        looks, began_s = [], time.perf_counter()
        for answer in replayed(recording, nameplate, model, LENGTH_S, LENGTH_S, known=lambda: learned.known):
            learned.take(answer)
            number, now_s = len(looks), time.perf_counter()
            told = answer.told
            looks.append(
                Look(loads[number], number // 2, _said(answer.verdict), _said(told), now_s - began_s)
            )
            began_s = now_s
        status = learned.status
    return Taught(
        seed=seed,
        broken=scenario.broken_bars,
        true_bars=scenario.motor.bars,
        possible=status.rotor_bars_possible,
        has_line=status.no_load_current_a is not None,
        looks=tuple(looks),
    )


def running(scenario: Scenario, clamps: int) -> tuple[Recording, list[float]]:
    """Return the currents of a motor that runs at two loads in turn, and the load of each window."""
    rng = generator(scenario.seed, "learned")
    runs = [
        _at_load(scenario, number, float(rng.uniform(*bounds)), rng) for number, bounds in enumerate(LOADS)
    ]
    first = runs[0][0]
    stream = first.device.streams[0]
    kept = [i for i, c in enumerate(stream.channels) if c.kind is ChannelKind.CURRENT][:clamps]
    device = replace(
        first.device, streams=(replace(stream, channels=tuple(stream.channels[i] for i in kept)),)
    )
    scans = round(LENGTH_S * stream.rate_hz)
    parts = [
        run.counts[0][turn * scans : (turn + 1) * scans, kept] for turn in range(TURNS) for run, _ in runs
    ]
    return Recording("learned", device, (np.concatenate(parts),), {}), [load for _, load in runs] * TURNS


def _at_load(
    scenario: Scenario, number: int, load: float, rng: np.random.Generator
) -> tuple[Recording, float]:
    """Simulate the same rotor at one load, with a voltage and a temperature of its own."""
    voltage = scenario.supply.voltage_factor * float(np.clip(rng.normal(1.0, 0.01), 0.98, 1.02))
    changed = replace(
        scenario,
        load=load,
        seed=scenario.seed + FIRST_TEST_SEED * (number + 1),
        duration_s=TURNS * LENGTH_S,
        cage=replace(scenario.cage, casting_seed=scenario.seed),
        supply=replace(scenario.supply, voltage_factor=voltage),
        temperature_factor=scenario.temperature_factor * float(rng.uniform(0.97, 1.03)),
    )
    return simulate(changed), load


def _said(verdict: object) -> str:
    state = getattr(verdict, "state", None)
    if state is not State.INDETERMINATE:
        return str(state)
    refusal = getattr(verdict, "refusal", None)
    return str(refusal.reason) if refusal is not None else "indeterminate"


def _print_answers(name: str, taught: list[Taught], right: str) -> None:
    """Print the answers of the first windows and of the last ones, by load."""
    print_header(f"{name}, load", "first window", "last window, by itself", "last window, told", "wrong")
    for low, high in PARTS:
        of = [look for one in taught for look in one.looks if low <= look.load < high]
        first = [look for look in of if look.turn == 0]
        last = [look for look in of if look.turn == TURNS - 1]
        wrong = sum(look.told not in (right,) and look.told in ("healthy", "broken_bars") for look in of)
        print_row(
            f"{low:.1%} to {high:.0%}",
            share(sum(look.alone == right for look in first), len(first)),
            share(sum(look.alone == right for look in last), len(last)),
            share(sum(look.told == right for look in last), len(last)),
            share(wrong, len(of)),
        )
    for one in taught:
        for look in one.looks:
            if look.told in ("healthy", "broken_bars") and look.told != right:
                print(f"wrong: seed {one.seed}, load {look.load:.2f}, turn {look.turn}: {look.told}")


def _print_bars(taught: list[Taught]) -> None:
    """Print how often the bars were claimed, and how often wrongly."""
    claimed = [one for one in taught if len(one.possible) == 1]
    one_of_two = [one for one in taught if len(one.possible) == 2]
    print_header("rotor bars", "motors", "of them wrong")
    for name, ones in (("claimed", claimed), ("one of two", one_of_two)):
        wrong = [one for one in ones if one.true_bars not in one.possible]
        print_row(name, share(len(ones), len(taught)), share(len(wrong), len(ones)))
        for one in wrong:
            print(f"wrong: seed {one.seed}, {one.true_bars} bars, said {one.possible}")
    print_row("line between current and slip", share(sum(one.has_line for one in taught), len(taught)), "")


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
