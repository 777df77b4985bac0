"""Conditions on simulated motors that nothing was tuned on: found by size, and named where they are not.

    python tests/bench/bench_conditions_simulated.py --first-number 9100000 --motors 20 [--out FILE]

Each number is a motor of its own with bearing, structure, sensors and mains, by `simulator.graded`. Its
normal comes from a sound minute at one load. Then fresh diagnosers judge a window each: sound, with each
condition in three sizes, with two broken bars, and with these beside some conditions of middle size.
FILE keeps a line of JSON for each window; `--table FILE` prints the tables of such a file again.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import repeat
from pathlib import Path

import _paths  # noqa: F401
from tables import print_header, print_row, share

from calibration.simulator.conditions import Daq
from calibration.simulator.graded import CONDITIONS, bearing_geometry, sound_motor, with_condition
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.bearings import Bearing
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.normal import Normal, make_normal
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.seen import see
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import Fault, State, Verdict
from edge_agent.windows.sliding import Window, Windows

WINDOW_S = 6.0
"""Length of a window. Judgement: real recordings are of 1 to 12 s."""
NORMAL_WINDOWS = 6
"""Windows of the sound minute: a normal takes five."""
SOUND_WINDOWS = 3
"""Sound windows of each motor that are judged, each of a recording of its own."""
REPEATED_S = 600.0
"""Time for which an overload goes on: a thermal replica takes minutes."""
WINDOWS_OF = {"sag": 2, "swell": 2, "frequency_step": 2, "locked_rotor": 3}
"""Windows of conditions that take more than one: events come late in a window, a stall counts from 12 s."""
BESIDE_BARS = ("supply_unbalance", "bearing_outer", "unbalance", "misalignment", "looseness", "turn_short")
"""Conditions that are put beside broken bars."""

RIGHT: dict[str, set[Fault]] = {
    "turn_short": {Fault.STATOR_ASYMMETRY},
    "winding": {Fault.STATOR_ASYMMETRY, Fault.PHASE_UNBALANCE},
    "supply_unbalance": {Fault.PHASE_UNBALANCE, Fault.STATOR_ASYMMETRY},
    "phase_loss": {Fault.PHASE_LOSS},
    "overload": {Fault.OVERLOAD},
    "underload": {Fault.UNDERLOAD},
    "locked_rotor": {Fault.LOCKED_ROTOR},
    "sag": {Fault.SUPPLY_EVENT},
    "swell": {Fault.SUPPLY_EVENT},
    "frequency_step": {Fault.SUPPLY_EVENT},
    "bearing_outer": {Fault.BEARING_OUTER},
    "bearing_inner": {Fault.BEARING_INNER},
    "bearing_ball": {Fault.BEARING_BALL},
    "unbalance": {Fault.UNBALANCE},
    "misalignment": {Fault.MISALIGNMENT},
    "looseness": {Fault.LOOSENESS},
}
"""Findings by which each condition counts as found. Without voltages an uneven supply has either name."""
ALSO_TRUE: dict[str, set[Fault]] = {
    "turn_short": {Fault.PHASE_UNBALANCE},
    "phase_loss": {Fault.PHASE_UNBALANCE, Fault.STATOR_ASYMMETRY, Fault.OVERLOAD},
    "locked_rotor": {Fault.OVERLOAD, Fault.STARTS},
    "bearing_outer": {Fault.BEARING_UNKNOWN, Fault.VIBRATION_ZONE},
    "bearing_inner": {Fault.BEARING_UNKNOWN, Fault.VIBRATION_ZONE},
    "bearing_ball": {Fault.BEARING_UNKNOWN, Fault.VIBRATION_ZONE},
    "unbalance": {Fault.VIBRATION_ZONE},
    "misalignment": {Fault.VIBRATION_ZONE},
    "looseness": {Fault.VIBRATION_ZONE},
}
"""What may be named beside a condition without being wrong."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of one window."""

    number: int
    condition: str | None
    place: int
    broken_bars: int
    found: list[str]
    refused: dict[str, str]
    bars: str
    equivalent_bars: float | None
    interval: list[float] | None


class Bench:
    """One motor: its plate with its bearing, its normal, and what is said of windows of it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._model = Model.load("builtin")
        own = self._with_daq(sound_motor(number, 0, WINDOW_S * NORMAL_WINDOWS + 0.3))
        self._load = own.load
        geometry = bearing_geometry(number)
        ball_mm = 100.0 * (geometry.ball_ratio or 0.0)
        bearing = Bearing(balls=geometry.balls, ball_diameter_mm=ball_mm, pitch_diameter_mm=100.0)
        plate = own.motor.nameplate.model_dump(exclude_none=True)
        self.plate = Nameplate.model_validate(plate | {"bearing": bearing})
        self.normal = self._normal(own)

    def judged(self, condition: str | None, place: int, broken_bars: int, recording: int) -> Judged:
        """Return what is said of a window with a condition of a size, and of the bars in it."""
        scenario = replace(sound_motor(self.number, recording, WINDOW_S + 0.3), load=self._load)
        scenario = replace(self._with_daq(scenario), broken_bars=broken_bars)
        if condition is not None:
            rng = generator(self.number, f"bench {condition} {place}")
            scenario = with_condition(scenario, condition, CONDITIONS[condition].sizes[place], rng)
        scenario = replace(scenario, duration_s=WINDOWS_OF.get(condition or "", 1) * WINDOW_S + 0.3)
        verdict, found = self._say(scenario, REPEATED_S if condition == "overload" else 0.0)
        others = verdict.others
        evidence, interval = verdict.evidence, verdict.evidence.equivalent_bars_interval
        return Judged(
            number=self.number,
            condition=condition,
            place=place,
            broken_bars=broken_bars,
            found=sorted(found),
            refused={str(f.fault): str(f.refusal.reason) for f in others if f.refusal is not None},
            bars=str(verdict.refusal.reason if verdict.refusal else verdict.state),
            equivalent_bars=evidence.equivalent_bars,
            interval=None if interval is None else list(interval),
        )

    def _say(self, scenario: Scenario, for_s: float) -> tuple[Verdict, set[str]]:
        """Return the verdict of the last window, and what any window named; the last one goes on `for_s`."""
        conditions = Conditions(self.plate, normal=self.normal)
        pipeline = Pipeline(self.plate, self._model, WINDOW_S, WINDOW_S, conditions=conditions)
        judged = [(window, *pipeline.judge(window)) for window in _windows(scenario)]
        findings = [finding for _, _, verdict in judged for finding in verdict.others]
        window, analysis, verdict = judged[-1]
        assert verdict.window is not None
        currents = replace(window, streams=window.streams[:1])
        for k in range(1, int(for_s / WINDOW_S) + 1):
            later = replace(currents, start_s=window.start_s + k * WINDOW_S)
            findings += conditions.judge(later, analysis, verdict.window, pipeline.failures.failed)
        return verdict, {str(finding.fault) for finding in findings if finding.faulty}

    def _normal(self, scenario: Scenario) -> Normal:
        diagnosers, circuit = [make(self.plate) for make in DIAGNOSERS], fit_circuit(self.plate)
        pipeline = Pipeline(self.plate, self._model, WINDOW_S, WINDOW_S)
        rows = []
        for window in _windows(scenario):
            analysis, _ = pipeline.judge(window)
            seen = see(window, analysis, self.plate, circuit)
            measured = {name: v for own in diagnosers for name, v in own.measure(seen).items()}
            rows.append((measured, seen.load))
        return make_normal(rows, WINDOW_S * len(rows) / 3600)

    def _with_daq(self, scenario: Scenario) -> Scenario:
        return replace(scenario, daq=Daq(bits=16))


def _windows(scenario: Scenario) -> Iterator[Window]:
    recording = simulate(scenario)
    windows = Windows(WINDOW_S, WINDOW_S)
    windows.configure(recording.device)
    for block in replay_blocks(recording, 0.5):
        yield from windows.push(block)


def all_of(number: int, out: Path | None) -> list[Judged]:
    """Return all windows of a motor; each goes to `out` as soon as it is judged."""
    bench, found = Bench(number), []
    wanted: list[tuple[str | None, int, int, int]] = [(None, 0, 0, 1 + k) for k in range(SOUND_WINDOWS)]
    wanted += [
        (name, place, 0, 10 + 3 * k + place) for k, name in enumerate(CONDITIONS) for place in range(3)
    ]
    wanted += [(None, 0, 2, 1), *((name, 1, 2, 1) for name in BESIDE_BARS)]
    for what in wanted:
        found.append(bench.judged(*what))
        if out is not None:
            with out.open("a") as file:
                file.write(json.dumps(asdict(found[-1])) + "\n")
    return found


def print_tables(judged: list[Judged]) -> None:
    """Print what was found, what was named in vain, and what became of the bars."""
    motors = len({own.number for own in judged})
    print(f"\n{motors} simulated motors, windows of {WINDOW_S:g} s, 95 % intervals over windows")
    print_header("condition", "light", "middle", "heavy", "refused at heavy")
    for name in CONDITIONS:
        rows = [
            [own for own in judged if (own.condition, own.place, own.broken_bars) == (name, k, 0)]
            for k in range(3)
        ]
        right = {str(fault) for fault in RIGHT[name]}
        cells = [share(sum(bool(right & set(own.found)) for own in row), len(row)) for row in rows]
        reasons = [own.refused[fault] for own in rows[2] for fault in sorted(right) if fault in own.refused]
        print_row(name, *cells, _spelled(reasons))
    sound = [own for own in judged if own.condition is None and own.broken_bars == 0]
    print_header("condition", "named on sound windows", "named beside another condition")
    for fault in sorted({str(f) for f in Fault} - {"broken_bars"}):
        besides = [own for own in judged if own.condition is not None and fault not in _true(own.condition)]
        print_row(
            fault,
            share(sum(fault in own.found for own in sound), len(sound)),
            share(sum(fault in own.found for own in besides), len(besides)),
        )
    _print_bars(judged)


def _print_bars(judged: list[Judged]) -> None:
    whole = [own for own in judged if own.broken_bars == 0]
    print_header("bars", "windows", "said broken", "count within the interval of the bars alone")
    print_row("sound, with any condition", len(whole), share(_broken(whole), len(whole)), "-")
    alone = {own.number: own for own in judged if own.broken_bars and own.condition is None}
    print_row("two broken", len(alone), share(_broken(alone.values()), len(alone)), "-")
    for name in BESIDE_BARS:
        rows = [own for own in judged if own.broken_bars and own.condition == name]
        pairs = [(own, alone[own.number]) for own in rows if own.number in alone]
        both = [(o, a) for o, a in pairs if o.equivalent_bars is not None and a.interval is not None]
        held = sum(
            a.interval[0] <= (o.equivalent_bars or 0.0) <= a.interval[1] for o, a in both if a.interval
        )
        print_row(
            f"two broken and {name}", len(rows), share(_broken(rows), len(rows)), share(held, len(both))
        )


def _true(condition: str) -> set[str]:
    return {str(fault) for fault in RIGHT[condition] | ALSO_TRUE.get(condition, set())}


def _broken(rows: Iterable[Judged]) -> int:
    return sum(own.bars == State.BROKEN_BARS for own in rows)


def _spelled(words: list[str]) -> str:
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words)) or "-"


def main() -> None:
    """Judge, keep, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first-number", type=int, default=9_100_000)
    parser.add_argument("--motors", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--table", type=Path)
    args = parser.parse_args()
    if args.table is not None:
        print_tables([Judged(**json.loads(line)) for line in args.table.read_text().splitlines()])
        return
    numbers = range(args.first_number, args.first_number + args.motors)
    with ProcessPoolExecutor(args.jobs) as pool:
        judged = [own for rows in pool.map(all_of, numbers, repeat(args.out)) for own in rows]
    print_tables(judged)


if __name__ == "__main__":
    main()
