"""What the sidebands alone say of simulated motors: `python tests/bench/bench_evidence.py`.

Ordinary motors (slip, false alarms, misses by load) and confounders, by default on test seeds, from
1,000,000 on, which nothing was tuned on. One window of 12 s a recording, the slip unknown, the plate known.
"""

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.diagnose.fusion import judge
from edge_agent.signals.analysis import Analyser, Analysis
from edge_agent.signals.images import ImageSpec
from edge_agent.signals.windows import Windows

LENGTH_S = 12.0


@dataclass(frozen=True)
class Case:
    """One recording and what was said of it."""

    broken_bars: int
    equivalent_bars: float
    load: float
    slip: float
    found_slip: float | None
    answer: str


def main() -> None:
    """Print tables for ordinary motors and for confounders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=FIRST_TEST_SEED)
    parser.add_argument("--count", type=int, default=200, help="recordings of each set")
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.count)
    _report_ordinary([_case(draw_scenario("validation", seed)) for seed in seeds])
    confounders = [draw_scenario("confounders", seed) for seed in seeds]
    _report_confounders([(s, _case(s)) for s in confounders])


def _case(scenario: Scenario) -> Case:
    recording = simulate(scenario)
    windows = Windows(LENGTH_S, LENGTH_S)
    windows.configure(recording.device)
    window = next(w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    plate = scenario.motor.nameplate.model_copy(update={"supply": "vfd" if scenario.supply.drive else "grid"})
    analysis = Analyser(plate, ImageSpec()).analyse(window)
    known = analysis.refusal is None and analysis.pair is not None
    meta = recording.meta
    return Case(
        broken_bars=scenario.broken_bars,
        equivalent_bars=meta["equivalent_bars"],
        load=meta["load"],
        slip=meta["slip"],
        found_slip=analysis.evidence.slip if known else None,
        answer=_answer(analysis),
    )


def _answer(analysis: Analysis) -> str:
    if analysis.refusal is not None or analysis.pair is None:
        return str(analysis.refusal.reason if analysis.refusal else "none")
    opinion = judge(analysis.evidence, analysis.pair)
    if opinion.refusal is not None:
        return str(opinion.refusal.reason)
    return "broken" if opinion.broken else "healthy"


def _report_ordinary(cases: list[Case]) -> None:
    claimed = [c for c in cases if c.found_slip is not None]
    right = sum(abs(c.found_slip / c.slip - 1) < 0.02 for c in claimed if c.found_slip)
    print(f"slip: claimed for {len(claimed)} of {len(cases)}, within 2 % for {right} of {len(claimed)}")
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for case in cases:
        load = "load >= 25 %" if case.load >= 0.24 else "load 12.5 %"
        bars = {0: "healthy", 1: "one bar"}.get(case.broken_bars, "2-4 bars")
        table[load, bars][case.answer] += 1
    for key, counts in sorted(table.items()):
        print(f"{' '.join(key):<24}{counts.total():4d}  {_spell(counts)}")


def _report_confounders(cases: list[tuple[Scenario, Case]]) -> None:
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for scenario, case in cases:
        kind = "drive" if scenario.supply.drive else _kind(scenario)
        table[kind, "broken" if case.broken_bars else "healthy"][case.answer] += 1
    for key, counts in sorted(table.items()):
        print(f"{' '.join(key):<44}{counts.total():4d}  {_spell(counts)}")


def _kind(scenario: Scenario) -> str:
    """Name of what stands out, from the parts of the scenario that are not those of a plain one."""
    if scenario.driven.oscillation is not None:
        return "load oscillation"
    if scenario.driven.ripples:
        return "belt or piston"
    if scenario.supply.sag is not None:
        return "sag"
    if scenario.supply.unbalance > 0.015:
        return "unbalance"
    if scenario.supply.flicker > 7e-4:
        return "flicker"
    if scenario.supply.wander_hz > 0.0201:
        return "frequency wander"
    return "vibration of other causes"


def _spell(counts: Counter[str]) -> str:
    return ", ".join(f"{answer} {count}" for answer, count in counts.most_common())


if __name__ == "__main__":
    main()
