"""Is the limit that the self-test proves the true one? `python tests/bench/bench_self_test.py`.

For each sound simulated motor whose window of 12 s is judged healthy, two limits: the one that the self-test
finds by adding sidebands to that window, and the true one. For the true one the same motor, with the same
noise, load and supply, is simulated with two bars cracked, so deeply that its rotor has just so many
equivalent bars; the smallest number that is found counts. Found means the same in both.

Once with all sensors, and once with the currents alone. The self-test changes the currents only, for how far
a break shows in the vibration of a motor is not known in advance. The network does look at the vibration; so
with all sensors the proven limit should lie above the true one. What remains with the currents alone is
mostly the error with which bars are counted at all: so each proven limit is also held against what the window
at the true one counts for.

Simulated results, with Wilson's intervals of 95 %. The plate is known; `--unknown-bars` leaves the number of
rotor bars out.
"""

import argparse
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from cases import LENGTH_S, plate_of, window_of
from cracked import DEEPEST, cracked_bars, with_equivalent_bars
from tables import share

from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, draw_scenario
from edge_agent.conditions.monitor import Conditions
from edge_agent.diagnose.model import BUILTIN, Model
from edge_agent.pipeline import Pipeline
from edge_agent.self_test.search import TRIED_BARS, LimitSearch, is_found
from edge_agent.signals.analysis import Analysis
from edge_agent.verdict import State, Verdict, in_short
from edge_agent.windows.sliding import Window

FIRST_SEED = 6_500_000
"""From here on, where no other benchmark has looked."""
LOADS = (0.2, 1.0)
"""Loads of the motors, per unit of the rated torque."""
WITHIN = 0.2
"""How far the limits may lie apart, relative to the true one."""


SENSORS = ("all sensors", "currents alone")
"""What the agent has."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One motor with both limits, in equivalent bars."""

    sensors: str
    seed: int
    load: float
    state: str
    """Of the sound motor's window."""
    proven: float | None = None
    """By the self-test; None if nothing was found."""
    true: float | None = None
    """By simulation; None if nothing was found up to the most that the cracks can make."""
    counted: float | None = None
    """What the window at the true limit counts for."""

    @property
    def error(self) -> float | None:
        """Of the proven limit, relative to the true one."""
        return self.proven / self.true - 1 if self.proven and self.true else None

    @property
    def error_of_counted(self) -> float | None:
        """Of the proven limit, relative to what the true one counts for: the injection's own error."""
        return self.proven / self.counted - 1 if self.proven and self.counted else None


def compare(seed: int, unknown_bars: bool) -> list[Compared]:
    """Find both limits of a motor, with each set of sensors."""
    load = float(generator(seed, "load of the self-test").uniform(*LOADS))
    sound = replace(draw_scenario("validation", seed), load=load)
    plate = plate_of(sound)
    if unknown_bars:
        plate = plate.model_copy(update={"rotor_bars": None})
    bars_alone = Conditions(plate, diagnosers=())
    pipeline = Pipeline(plate, Model.load(BUILTIN), LENGTH_S, LENGTH_S, conditions=bars_alone)
    healthy = window_of(simulate(sound))
    broken = cache(lambda bars: window_of(simulate(with_equivalent_bars(sound, bars))))
    found = []
    for sensors in SENSORS:
        seen = seen_by(sensors, healthy)
        _, verdict = pipeline.judge(seen)
        limits: tuple[float | None, float | None, float | None] = (None, None, None)
        if verdict.state is State.HEALTHY:
            search = LimitSearch(plate, pipeline.judge, seen)
            while search.proof is None:
                search.step()
            judge = cache(lambda bars, own=sensors: pipeline.judge(seen_by(own, broken(bars))))
            limits = search.proof.limit_bars, *true_limit(sound, judge)
        found.append(Compared(sensors, seed, load, in_short(verdict), *limits))
    return found


def seen_by(sensors: str, window: Window) -> Window:
    """Return what a set of sensors shows of a window."""
    return window if sensors == SENSORS[0] else replace(window, streams=(window.current,))


def true_limit(
    sound: Scenario, judge: Callable[[float], tuple[Analysis, Verdict]]
) -> tuple[float | None, float | None]:
    """Return the smallest number of equivalent bars of the simulated rotor that is found, within 5 %.

    And what it counts for. The numbers are those of the self-test, by bisection: with the same noise, more
    bars are found sooner. `judge` says what the window of the motor with so many shows.
    """
    least, most = (cracked_bars(sound, factor) for factor in (1.0, DEEPEST))
    tried = [bars for bars in TRIED_BARS if least < bars < most]
    missed, found = -1, len(tried)
    while found - missed > 1:
        middle = (missed + found) // 2
        _, verdict = judge(tried[middle])
        missed, found = (missed, middle) if is_found(verdict, LENGTH_S) else (middle, found)
    if found == len(tried):
        return None, None
    return tried[found], judge(tried[found])[1].evidence.equivalent_bars


def report(compared: list[Compared]) -> None:
    """Print how far the limits of one set of sensors lie apart."""
    healthy = [own for own in compared if own.state.startswith("healthy")]
    print(f"\n{compared[0].sensors}: {len(compared)} motors, {len(healthy)} judged healthy and tested;")
    print("  not tested:", sorted(own.state for own in compared if own not in healthy))
    errors = np.array([own.error for own in healthy if own.error is not None])
    of_counted = np.array([own.error_of_counted for own in healthy if own.error_of_counted is not None])
    print(f"  both limits found: {errors.size}")
    print("  one of them alone or none:", [(o.seed, o.proven, o.true) for o in healthy if o.error is None])
    if errors.size:
        within = int(np.sum(np.abs(errors) <= WITHIN))
        print(f"  within {WITHIN:.0%} of the true one: {share(within, errors.size)}")
        within = int(np.sum(np.abs(of_counted) <= WITHIN))
        print(f"  within {WITHIN:.0%} of what the true one counts for: {share(within, of_counted.size)}")
        print(f"  too low by more than that: {int(np.sum(errors < -WITHIN))}")
        low, middle, high = np.percentile(errors, (5, 50, 95))
        print(f"  error: median {middle:+.1%}, nine of ten in {low:+.1%} .. {high:+.1%}")
        proven = np.array([own.proven for own in healthy if own.error is not None], float)
        low, middle, high = np.percentile(proven, (0, 50, 100))
        print(f"  proven limit: median {middle:.2f}, {low:.2f} .. {high:.2f} equivalent bars")


def main() -> None:
    """Compare and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="a multiple of five")
    parser.add_argument("--motors", type=int, default=50)
    parser.add_argument("--unknown-bars", action="store_true", help="the number of rotor bars is not known")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + CLASSES * args.motors, CLASSES)
    compared: list[Compared] = []
    with ProcessPoolExecutor(args.jobs) as pool:
        for of_motor in pool.map(compare, seeds, [args.unknown_bars] * len(seeds)):
            compared += of_motor
            for own in of_motor:
                error = "" if own.error is None else f", {own.error:+.0%}"
                proven, true = (None if x is None else round(x, 2) for x in (own.proven, own.true))
                print(
                    f"seed {own.seed}, {own.sensors}, load {own.load:.2f}: {own.state}, proven {proven}, "
                    f"true {true}{error}",
                    flush=True,
                )
    for sensors in SENSORS:
        report([own for own in compared if own.sensors == sensors])


if __name__ == "__main__":
    main()
