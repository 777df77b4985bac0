"""How well the audit finds wrong entries that matter for a verdict, and whether it accuses right ones.

`python tests/bench/bench_audit.py`. Simulated motors of version 2 of the validation set, of test seeds that
nothing was tuned on, each with a sound rotor and with one or two broken bars. Each rotor runs at six loads
from 10 to 105 %, a window of 12 s at each; ten minutes of running are these windows in turn, eight times. So
loads differ within a motor, and noise repeats. Each entry is made wrong in turn.

What a window says is its own answer or, where it gives none, that at the slip which was learned. A wrong
entry matters for a rotor if a window says with it what is wrong and is not said with the right entry: broken
of a sound rotor, healthy of a broken one, or broken with a severity that is off by 0.3 equivalent bars and
30 %. A failure is a wrong entry that matters and is neither named nor, at the end, a reason to withhold the
answers. A quarter of the motors has no slot line in the current, which alone tells the bars: the rows on them
come once more for the others. Intervals are Wilson's, of 95 %.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from cases import plate_of, window_of
from tables import print_header, print_row, share
from wrong_entries import ENTRIES, EXPECTED

from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.samples import Device
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.state_file import StateFile
from edge_agent.verdict import State, Verdict
from edge_agent.windows.sliding import Window

FIRST_SEED = FIRST_TEST_SEED + 700_000
LOADS = 6
ROUNDS = 8
OFF_BARS = 0.3
"""Equivalent bars by which a severity must be off to count. Judgement: less changes no decision."""
OFF_SHARE = 0.3
"""Share of the right number by which it must be off as well. Judgement, as above."""
MODEL = Model.load_for_agent("builtin")


@dataclass(frozen=True, slots=True)
class Installation:
    """A motor with its sensors."""

    nameplate: Nameplate
    windows: list[Window]
    """At each load."""
    bars: float
    """True equivalent bars."""
    is_broken: bool
    has_slot_line: bool
    """True if a slot line is in the current."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an installation in ten minutes."""

    names: tuple[str, ...]
    """What is named at the end."""
    accused: bool
    """True if an entry was under accusation at any time."""
    withheld: bool
    """True if answers are withheld at the end."""
    said: tuple[tuple[State, float], ...]
    """State and equivalent bars of each window, whether or not it is withheld."""

    @property
    def is_silent(self) -> bool:
        """True if no answer is given at the end."""
        return self.withheld or all(state is State.INDETERMINATE for state, _ in self.said)


@dataclass(frozen=True, slots=True)
class Examined:
    """All outcomes of one installation."""

    seed: int
    is_broken: bool
    has_slot_line: bool
    right: Outcome
    """With the right plate."""
    wrong: dict[str, tuple[Outcome, bool]]
    """With each wrong entry, and whether it matters."""


def main() -> None:
    """Print how many were named and accused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--right", type=int, default=300, help="motors with a right plate")
    parser.add_argument(
        "--wrong", type=int, default=200, help="of these, motors with each entry wrong in turn"
    )
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="a multiple of five")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--clamps", action="store_true", help="three currents alone, without vibration")
    parser.add_argument("--without-bars", action="store_true", help="plates that do not state the rotor bars")
    args = parser.parse_args()
    work = []
    for number in range(max(args.right, args.wrong)):
        for broken in (0, 1 + number % 2):
            seed = args.first_seed + CLASSES * number + broken
            work.append((seed, number < args.wrong, args.clamps, args.without_bars))
    with ProcessPoolExecutor(args.jobs) as pool:
        report(list(pool.map(examine, work, chunksize=1)))


def report(all_found: Sequence[Examined]) -> None:
    """Print the tables, and each failure."""
    sound = [one for one in all_found if not one.is_broken]
    broken = [one for one in all_found if one.is_broken]
    print_header("right plates", "accused", "under accusation at any time", "accused of")
    for name, found in (("sound rotors", sound), ("broken rotors", broken)):
        right = [one.right for one in found]
        named, accused = sum(bool(one.names) for one in right), sum(one.accused for one in right)
        kinds = ", ".join(sorted({name for one in right for name in one.names}))
        print_row(name, share(named, len(right)), share(accused, len(right)), kinds or "-")
    for one in all_found:
        if one.right.names:
            print(f"accused: seed {one.seed}: {', '.join(one.right.names)}")
    for name, found in (("sound", sound), ("broken", broken)):
        columns = ("named rightly", "named or silent", "matters", "of these named", "failures", "named as")
        print_header(f"wrong entry, {name} rotors", *columns)
        for entry in ENTRIES:
            _print_entry(entry, entry, found)
            if entry.startswith("bars"):
                shown = [one for one in found if one.has_slot_line]
                _print_entry(entry + ", slot line in the current", entry, shown)
    _print_those_that_matter(all_found)


def _print_those_that_matter(found: Sequence[Examined]) -> None:
    """Print how many entries that matter were named, and each one that was not."""
    matter = [
        (one, entry, outcome) for one in found for entry, (outcome, matters) in one.wrong.items() if matters
    ]
    named = sum(_named(entry, outcome) for _, entry, outcome in matter)
    held = sum(not _fails(entry, outcome) for _, entry, outcome in matter)
    print(f"\nentries that matter: named {share(named, len(matter))}", end="; ")
    print(f"named or silent {share(held, len(matter))}")
    for one, entry, outcome in matter:
        if not _named(entry, outcome):
            kind = "failure" if _fails(entry, outcome) else "silent"
            print(f"{kind}: seed {one.seed}, {entry}: {_say(outcome)}; right plate: {_say(one.right)}")


def _print_entry(label: str, entry: str, found: Sequence[Examined]) -> None:
    """Print what became of a wrong entry in some installations."""
    ones = [one.wrong[entry] for one in found if entry in one.wrong]
    if not ones:
        return
    matter = [outcome for outcome, matters in ones if matters]
    named = sum(_named(entry, outcome) for outcome, _ in ones)
    held = sum(_named(entry, outcome) or outcome.is_silent for outcome, _ in ones)
    of_these = sum(_named(entry, outcome) for outcome in matter)
    print_row(
        label,
        share(named, len(ones)),
        share(held, len(ones)),
        share(len(matter), len(ones)),
        share(of_these, len(matter)),
        sum(_fails(entry, outcome) for outcome in matter),
        ", ".join(sorted({name for outcome, _ in ones for name in outcome.names})) or "-",
    )


def _named(entry: str, outcome: Outcome) -> bool:
    """True if what is named is what was made wrong."""
    return any(name in EXPECTED[re.split("[ ,]", entry)[0]] for name in outcome.names)


def _fails(entry: str, outcome: Outcome) -> bool:
    """True if answers rest on a wrong entry that matters."""
    return not (_named(entry, outcome) or outcome.is_silent)


def _say(outcome: Outcome) -> str:
    said = ", ".join(f"{state} {bars:.2f}" for state, bars in outcome.said)
    return f"{said} (named: {', '.join(outcome.names) or 'nothing'})"


def examine(work: tuple[int, bool, bool, bool]) -> Examined:
    """Return what becomes of a motor with the right plate and with each wrong entry."""
    seed, wrong, clamps, without_bars = work
    motor = installation(seed, clamps)
    plate, windows = motor.nameplate, motor.windows
    if without_bars:
        plate = plate.model_copy(update={"rotor_bars": None})
    right, outcomes = outcome_of(plate, windows), {}
    for name, (of_plate, of_samples) in ENTRIES.items() if wrong else ():
        if without_bars and name.startswith("bars"):
            continue
        try:
            entered = plate if of_plate is None else of_plate(plate)
        except ValueError:
            continue  # the configuration refuses this plate
        outcome = outcome_of(entered, windows if of_samples is None else [of_samples(w) for w in windows])
        outcomes[name] = outcome, matters(outcome, right, motor)
    return Examined(seed, motor.is_broken, motor.has_slot_line, right, outcomes)


def installation(seed: int, clamps: bool) -> Installation:
    """Return a motor at its loads: three currents, with or without vibration."""
    rng = generator(seed, "audit")
    scenario = draw_scenario("validation_2", seed)
    windows, bars = [], 0.0
    for number in range(LOADS):
        load = float(rng.uniform(0.1, 1.05))
        cage = replace(scenario.cage, casting_seed=scenario.seed)
        recording = simulate(replace(scenario, load=load, seed=scenario.seed + number, cage=cage))
        window = window_of(recording)
        windows.append(replace(window, streams=(window.current,) if clamps else window.streams))
        bars = recording.meta["equivalent_bars"]
    levels_db = scenario.vibration.slot_lines_db or ()
    has_slot_line = any(level_db is not None for level_db in levels_db)
    return Installation(plate_of(scenario), windows, bars, scenario.broken_bars > 0, has_slot_line)


def outcome_of(nameplate: Nameplate, windows: Sequence[Window]) -> Outcome:
    """Return what becomes of a motor with a plate in ten minutes of these windows."""
    pipeline = Pipeline(nameplate, MODEL, windows[0].length_s, windows[0].length_s)
    answers = [_answer(window, pipeline) for window in windows]
    with tempfile.TemporaryDirectory() as folder:
        audit = PlateAudit(nameplate, StateFile(Path(folder) / "audit.json", AUDIT_VERSION))
        learned = LearnedMotor(nameplate, StateFile(Path(folder) / "learned.json", LEARNED_VERSION))
        device = Device("simulated", "", "", tuple(stream.stream for stream in windows[0].streams))
        audit.begin(device)
        learned.begin(device)
        accused = False
        for number, answer in enumerate(answers * ROUNDS):
            start_s = number * answer.window.length_s
            later = replace(answer, window=replace(answer.window, start_s=start_s))
            learned.take(later, accused=audit.refusal is not None)
            told = audit.take(later, learned.found)
            accused |= told.verdict is not later.verdict or audit.refusal is not None
        pipeline.know(learned.known)
        said = [_told(answer, pipeline) for answer in answers]
        names = tuple(str(finding.suspect) for finding in audit.findings)
        states = tuple((verdict.state, verdict.evidence.equivalent_bars or 0.0) for verdict in said)
        return Outcome(names, accused, audit.refusal is not None, states)


def _answer(window: Window, pipeline: Pipeline) -> Answer:
    """Return what a window says by itself."""
    analysis, verdict = pipeline.judge(window)
    return Answer(verdict, verdict, verdict, False, True, analysis, window)


def _told(answer: Answer, pipeline: Pipeline) -> Verdict:
    """Return what is said of a window, at the slip that was learned where it gives no answer by itself."""
    verdict = answer.verdict
    if verdict.state is not State.INDETERMINATE or verdict.window is None:
        return verdict
    again = pipeline.look_again(answer.window, answer.analysis)
    return verdict if again is None else pipeline.broken_bars.diagnose(again, verdict.window)


def matters(outcome: Outcome, right: Outcome, motor: Installation) -> bool:
    """True if a window says with a plate what is wrong, and does not say it with the right one."""
    for (state, bars), (right_state, right_bars) in zip(outcome.said, right.said, strict=True):
        wrong = State.HEALTHY if motor.is_broken else State.BROKEN_BARS
        if state is wrong and right_state is not wrong:
            return True
        if motor.is_broken and state is State.BROKEN_BARS:
            expected = right_bars if right_state is State.BROKEN_BARS else motor.bars
            if abs(bars - expected) > max(OFF_BARS, OFF_SHARE * expected):
                return True
    return False


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
