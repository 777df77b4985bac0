"""Growth, breaks that grow, and false growth of drawn motors, through the very code of the agent.

    python tests/bench/bench_baseline.py [--motors 1000] [--healthy-looks 1000000]

Looks are drawn from a model of their scatter (tests/drawn_looks.py), not simulated. Intervals hold 95 %.
"""

import argparse
from collections import Counter

import _paths  # noqa: F401
import numpy as np
from drawn_looks import WINDOW_S, DrawnMotor, a_watch, verdict_of
from tables import print_header, print_row, share

from edge_agent.baseline.recognition import Change
from edge_agent.baseline.watching import Watching
from edge_agent.limits import STATE

RUN_LOOKS = 300
"""Looks of one run of the motor: an hour."""
ANSWERED = 0.3
"""Share of the windows that are looks, as of motors with three currents alone."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Growth and false growth of drawn motors.")
    parser.add_argument("--motors", type=int, default=1000)
    parser.add_argument("--healthy-looks", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7_100_000)
    args = parser.parse_args()
    _print_growth(args.motors, args.seed)
    _print_growing(args.motors, args.seed + 2)
    _print_healthy(args.healthy_looks, args.seed + 1)


def _print_growth(motors: int, seed: int) -> None:
    day_looks, half_hour_looks = (round(ANSWERED * s / WINDOW_S) for s in (86_400, 1800))
    print_header("step", "within", "found", "median looks", "90 % of them within")
    for step_bars, looks, within in (
        (0.1, day_looks, "a day"),
        (0.15, day_looks, "a day"),
        (0.3, half_hour_looks, "half an hour"),
        (0.5, half_hour_looks, "half an hour"),
    ):
        random = np.random.default_rng(seed)
        found = [_looks_until_growth(DrawnMotor.draw(random), step_bars, looks) for _ in range(motors)]
        known = [count for count in found if count is not None]
        median, most = np.percentile(known, (50, 90)) if known else (np.nan, np.nan)
        print_row(f"+{step_bars:g} bar", f"{within} ({looks} looks)", share(len(known), motors), median, most)


def _looks_until_growth(motor: DrawnMotor, step_bars: float, most: int) -> int | None:
    watching = a_watch(motor, looks=1000)
    _run(watching, motor, 100)
    motor.growth_bars = step_bars
    for count in range(1, most + 1):
        watching.take(motor.look(), WINDOW_S)
        if watching.growth.growing:
            return count
    return None


def _print_growing(motors: int, seed: int) -> None:
    """Print how often a break that grows steadily to a whole bar is `watch` before it is `alarm`."""
    print_header("+1 bar grows over", "watch before alarm", "median bars at watch", "90 % of them below")
    for words, hours in (("10 minutes", 1 / 6), ("an hour", 1.0), ("a day", 24.0)):
        random = np.random.default_rng(seed)
        looks = round(ANSWERED * 3600 * hours / WINDOW_S)
        watched = [_bars_at_watch(DrawnMotor.draw(random), looks) for _ in range(motors)]
        before = [bars for bars in watched if bars is not None]
        median, most = np.percentile(before, (50, 90)) if before else (np.nan, np.nan)
        print_row(words, share(len(before), motors), median, most)


def _bars_at_watch(motor: DrawnMotor, looks: int) -> float | None:
    """Return the bars that had grown at `watch`; None if the looks that raise an alarm came first."""
    watching = a_watch(motor, looks=1000)
    _run(watching, motor, 100)
    broken = 0
    for count in range(1, looks + 1):
        motor.growth_bars = count / looks
        look = motor.look()
        watching.take(look, WINDOW_S)
        if watching.growth.growing:
            return motor.growth_bars
        broken = max(broken + (1 if verdict_of(look).faulty else -1), 0)
        if broken >= STATE.looks_up:
            return None
    return None


def _run(watching: Watching, motor: DrawnMotor, looks: int) -> None:
    for look in motor.looks(looks):
        watching.take(look, WINDOW_S)


def _print_healthy(looks: int, seed: int) -> None:
    """Print what is said falsely of sound motors, a day's looks each."""
    random, each, motors = np.random.default_rng(seed), 7200, 0
    said: Counter[Change] = Counter()
    proven: list[float] = []
    while motors * each < looks:
        motor = DrawnMotor.draw(random)
        watching, before = a_watch(motor), Change.NONE
        for number, look in enumerate(motor.looks(each)):
            if number % RUN_LOOKS == 0:
                watching.recognition.begin_run()
            watching.take(look, WINDOW_S)
            said[watching.change] += watching.change is not before
            before = watching.change
        proven.append(watching.false_alarms_per_year or np.inf)
        motors += 1
    print_header("sound motors", "looks", *(f"episodes of {c}" for c in Change if c is not Change.NONE))
    print_row(motors, motors * each, *(said[c] for c in Change if c is not Change.NONE))
    low, median, high = np.percentile(proven, (5, 50, 95))
    print(f"\nfalse alarms a year proven by a day: median {median:.3g} (5 to 95 %: {low:.3g} to {high:.3g})")


if __name__ == "__main__":
    main()
