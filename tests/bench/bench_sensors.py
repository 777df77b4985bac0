"""Miswired and rightly wired sensors of drawn motors: what is found and named, and how good the gains are.

    python tests/bench/bench_sensors.py [--wrong 100] [--right 100] [--seed N]

Each run takes fresh seeds, and prints them. Intervals hold 95 %.
"""

import argparse
import time
from dataclasses import dataclass, replace

import _paths  # noqa: F401
import numpy as np
from installations import KINDS, Installation, Wiring, a_wrong_wiring, an_accelerometer, an_installation
from tables import print_header, print_row, share

from calibration.sensors.findings import Problem
from calibration.sensors.gravity import gravity_of
from calibration.sensors.survey import Survey, survey

GIVEN = ("readings, rotation, two sensors taken off", "readings, rotation", "rotation, plate")
"""What the surveys of an installation know."""


@dataclass(frozen=True)
class Surveyed:
    """An installation, and its surveys by each of what is given."""

    truth: Installation
    surveys: tuple[Survey, ...]


def main() -> None:
    """Print what was found in wrong and in right wirings, and the errors of gains and offsets."""
    parser = argparse.ArgumentParser(description="Miswired and rightly wired sensors of drawn motors.")
    parser.add_argument("--wrong", type=int, default=100)
    parser.add_argument("--right", type=int, default=100)
    parser.add_argument("--seed", type=int, help="of the first motor; default: by the clock")
    args = parser.parse_args()
    seed = int(time.time()) % 10**7 * 100 if args.seed is None else args.seed
    print(f"seeds {seed} to {seed + args.wrong + args.right - 1}")
    wrong = [_surveyed(seed + k, _wrong_wiring(seed, k)) for k in range(args.wrong)]
    right = [_surveyed(seed + args.wrong + k, Wiring()) for k in range(args.right)]
    _print_named(wrong)
    _print_accused(right)
    _print_errors(wrong + right)
    _print_gravity(seed, args.right)


def _wrong_wiring(seed: int, number: int) -> Wiring:
    return a_wrong_wiring(np.random.default_rng(seed + number), KINDS[number % len(KINDS)])


def _surveyed(seed: int, wiring: Wiring) -> Surveyed:
    """Make an installation and its surveys; every other one has two loads."""
    truth = an_installation(seed, wiring, loads=1 + seed // len(KINDS) % 2, without="ab")
    loads, plate, readings = truth.loads, truth.nameplate, truth.readings
    alone = replace(readings, without={})
    unread = [replace(load, read_a={}) for load in loads]
    surveys = (
        survey(loads, (), readings, plate),
        survey(loads, (), alone, plate),
        survey(unread, (), alone, plate),
    )
    bare = replace(truth, loads=[], readings=alone)
    return Surveyed(bare, surveys)


def _found(made: Survey) -> set[tuple[Problem, str]]:
    return {(finding.problem, name) for finding in made.findings for name in finding.channels or ("?",)}


def _print_named(wrong: list[Surveyed]) -> None:
    """Count what was named of each kind, and the installations without an error."""
    print_header("given", "fault", "named", "found, two of three", "named as something else")
    for which, given in enumerate(GIVEN):
        found = [(_found(one.surveys[which]), one.truth.wiring.faults) for one in wrong]
        for problem in (Problem.SWAPPED, Problem.REVERSED, Problem.DECADE):
            of = [(f, true) for f, true in found if any(p is problem for p, _ in true)]
            named = sum(_only(f, problem) == _only(true, problem) for f, true in of)
            unnamed = sum(_only(f, problem) == {(problem, "?")} for f, _ in of)
            print_row(given, problem, share(named, len(of)), unnamed, len(of) - named - unnamed)
        exact = sum(f == true for f, true in found)
        print_row(given, "all of an installation, and nothing else", share(exact, len(found)), "", "")


def _only(found: set[tuple[Problem, str]], problem: Problem) -> set[tuple[Problem, str]]:
    return {one for one in found if one[0] is problem}


def _print_accused(right: list[Surveyed]) -> None:
    print_header("right wirings, given", "accused")
    for which, given in enumerate(GIVEN):
        accused = [one.surveys[which].findings for one in right if one.surveys[which].findings]
        print_row(given, share(len(accused), len(right)))
        for findings in accused:
            print("  " + "; ".join(finding.text for finding in findings))


def _print_errors(installations: list[Surveyed]) -> None:
    gains, offsets = [], []
    for one in installations:
        for correction in one.surveys[0].corrections:
            name = correction.before.name
            gains.append(abs(correction.scale / one.truth.scales[name] - 1.0))
            offsets.append(abs(correction.offset - one.truth.offsets[name]) / one.truth.full_counts)
    print_header("error of currents", "channels", "median", "95 %", "largest", "within", "limit")
    _print_error("gain", gains, 0.005)
    _print_error("offset over full scale", offsets, 0.001)


def _print_gravity(seed: int, count: int) -> None:
    made = [an_accelerometer(seed + number) for number in range(count)]
    found = [gravity_of(one.flip) for one in made]
    print_header("error of accelerometers", "channels", "median", "95 %", "largest", "within", "limit")
    gains = [abs(f.scale / one.scale - 1.0) for f, one in zip(found, made, strict=True)]
    _print_error("gain", gains, 0.005)
    offsets = [abs(f.offset - one.offset) / one.full_counts for f, one in zip(found, made, strict=True)]
    _print_error("offset over full scale", offsets, 0.001)


def _print_error(what: str, errors: list[float], limit: float) -> None:
    held = sum(error <= limit for error in errors)
    middle, high, most = (f"{100 * x:.4f} %" for x in np.percentile(errors, (50, 95, 100)))
    print_row(what, len(errors), middle, high, most, share(held, len(errors)), f"{100 * limit:g} %")


if __name__ == "__main__":
    main()
