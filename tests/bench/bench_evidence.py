"""What the evidence alone says of simulated motors, and its targets: `python tests/bench/bench_evidence.py`.

Sidebands and slip, without the network. All on test seeds that nothing was tuned on; one window of 12 s a
recording, the plate known with its rotor bars, the slip not. Intervals are Wilson's, of 95 %.

Parts: `rotors` (slip, false alarms, misses and severity of ordinary motors), `confounders` (strong conditions
that are no broken bar), `no_load` (where nobody can tell), `faults` (of the measurement). With `--verbose`
each recording that misses a target or is refused is printed; its part, kind and seed make it again
(`cases.measure`).
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
from cases import Case, measure
from evidence_sets import FIRST_SEED, PARTS
from fault_sets import FAULTS
from tables import SLIP_WITHIN, Row, answer_table, fault_table, interval_table, slip_table

from calibration.simulator.sets import CLASSES

LEAST_LOAD = 0.25
"""From here on a broken bar must be found."""
BANDS = ((0.125, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.1))
TARGETS = {"healthy": "", "one bar": ">= 98 % broken", "2-4 bars": ">= 99.5 % broken"}
"""Of each rotor from LEAST_LOAD on; a healthy one must raise no alarm at any load."""


def main() -> None:
    """Print the tables of all parts, or of some."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--each", type=int, default=25, help="sound motors a confounder; all else in proportion"
    )
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="a multiple of five")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this one; may be repeated")
    parser.add_argument("--verbose", action="store_true", help="print each miss and refusal")
    args = parser.parse_args()
    if args.first_seed % CLASSES:
        parser.error(f"--first-seed: {args.first_seed} is no multiple of {CLASSES}")
    for part in args.part or PARTS:
        started_s = time.monotonic()
        with ProcessPoolExecutor(args.jobs) as pool:
            cases = list(pool.map(measure, PARTS[part](args.first_seed, args.each)))
        took_s = time.monotonic() - started_s
        print(f"\n## {part}: {len(cases)} recordings in {took_s:.0f} s, {args.jobs} process(es)")
        REPORTS[part](cases)
        if args.verbose:
            _list_misses(cases)
        sys.stdout.flush()


def _report_rotors(cases: list[Case]) -> None:
    bands = {f"load {low:g}-{high:g}": _loaded(cases, low, high) for low, high in BANDS}
    sources = sorted({case.source for case in cases})
    slips: list[Row] = [("all", cases, ">= 90 %, >= 95 %")]
    slips += [(band, of, "") for band, of in bands.items()]
    slips += [(f"slip by {source}", [c for c in cases if c.source == source], "") for source in sources]
    slip_table("ordinary motors", slips)
    answers = [(f"{rotor}, {band}", _with(rotor, of), "") for rotor in TARGETS for band, of in bands.items()]
    answer_table("ordinary motors", answers)
    loaded = _loaded(cases, LEAST_LOAD)
    answers = [
        (f"{rotor}, load >= {LEAST_LOAD}", _with(rotor, loaded), target) for rotor, target in TARGETS.items()
    ]
    answer_table("ordinary motors", [("healthy, all", _with("healthy", cases), "none broken"), *answers])
    measured = [case for case in loaded if case.claimed]
    by_class = [(f"{n} bars", [c for c in measured if c.broken_bars == n], "") for n in range(CLASSES)]
    interval_table(f"measured, load >= {LEAST_LOAD}", [("all", measured, "85-97 %"), *by_class])


def _report_confounders(cases: list[Case]) -> None:
    kinds = list(dict.fromkeys(case.trial.kind for case in cases))
    for rotor, of, target in (
        ("healthy", [case for case in cases if not case.broken_bars], "none broken"),
        ("broken", [case for case in cases if case.broken_bars], ""),
    ):
        answer_table(f"{rotor} motors with", [("any", of, target), *_by_kind(of, kinds, target)])
    slip_table("all motors with", [("any", cases, ""), *_by_kind(cases, kinds, "")])


def _report_no_load(cases: list[Case]) -> None:
    answer_table("one bar", [("load 0-0.02", cases, "all load_too_low")])


REPORTS: dict[str, Callable[[list[Case]], None]] = {
    "rotors": _report_rotors,
    "confounders": _report_confounders,
    "no_load": _report_no_load,
    "faults": fault_table,
}
"""What prints the tables of each part."""


def _by_kind(cases: list[Case], kinds: list[str], target: str) -> list[Row]:
    return [(kind, [case for case in cases if case.trial.kind == kind], target) for kind in kinds]


def _with(rotor: str, cases: list[Case]) -> list[Case]:
    return [case for case in cases if list(TARGETS)[min(case.broken_bars, 2)] == rotor]


def _loaded(cases: list[Case], lowest: float, below: float = float("inf")) -> list[Case]:
    return [case for case in cases if lowest <= case.load < below]


def _list_misses(cases: list[Case]) -> None:
    print("\nMissed or refused:")
    for case in cases:
        missed = _misses(case)
        if missed:
            print(f"- {', '.join(missed)}: {case}")


def _misses(case: Case) -> list[str]:
    """Name what a recording misses, a refusal too; the target of the interval is one of many together."""
    if case.trial.part == "no_load":
        return [] if case.answer == "load_too_low" else ["not load_too_low"]
    missed = []
    if case.answer == "broken" and not case.broken_bars:
        missed.append("false alarm")
    if case.answer == "healthy" and case.broken_bars and case.load >= LEAST_LOAD:
        missed.append("not found")
    if case.trial.part == "faults":
        expected, _ = FAULTS[case.trial.kind]
        return missed if expected in (None, case.answer) else [*missed, f"not {expected}"]
    if case.slip_error is not None and abs(case.slip_error) > SLIP_WITHIN:
        missed.append(f"slip off by {case.slip_error:+.1%}")
    if case.refusal:
        missed.append("refused" if case.claimed else "no slip")
    return missed


if __name__ == "__main__":
    main()
