"""How well the audit finds wrong entries, and whether it accuses right ones.

`python tests/bench/bench_audit.py`. Simulated motors of version 2 of the validation set, of test seeds that
nothing was tuned on. Each runs at six loads from 10 to 105 %, a window of 12 s at each; ten minutes of
running are these windows in turn, eight times. So loads differ within a motor, and noise repeats. Each entry
is made wrong in turn. A quarter of the motors has no slot line in the current, which alone tells the bars:
the rows on them come once more for the others. Intervals are Wilson's, of 95 %.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from cases import plate_of, window_of
from tables import print_header, print_row, share

from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.audit.findings import Suspect
from edge_agent.audit.memory import FILE_VERSION as AUDIT_VERSION
from edge_agent.audit.monitor import PlateAudit
from edge_agent.diagnose.model import Model
from edge_agent.learned.memory import FILE_VERSION as LEARNED_VERSION
from edge_agent.learned.monitor import LearnedMotor
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.state_file import StateFile
from edge_agent.windows.sliding import Window

FIRST_SEED = FIRST_TEST_SEED + 700_000
LOADS = 6
ROUNDS = 8
ROOT3 = 3**0.5
MODEL = Model.load_for_agent("builtin")
Installation = tuple[Nameplate, list[Window]]


def _plate(**entries: float) -> Callable[[Nameplate], Nameplate]:
    return lambda plate: Nameplate(**{**plate.model_dump(), **entries})


def _with_poles(plate: Nameplate, odd: bool) -> Nameplate:
    poles = plate.poles + 2 if odd or plate.poles == 2 else plate.poles - 2
    return _plate(poles=poles, rated_speed_rpm=plate.rated_speed_rpm * plate.poles / poles)(plate)


def _with_slip(plate: Nameplate, times: float) -> Nameplate:
    return _plate(rated_speed_rpm=plate.synchronous_speed_rpm * (1 - times * plate.rated_slip))(plate)


def _connected(plate: Nameplate, times: float) -> Nameplate:
    entries = {
        "rated_voltage_v": plate.rated_voltage_v / times,
        "rated_current_a": plate.rated_current_a * times,
    }
    return _plate(**entries)(plate)


def _at_other_grid(plate: Nameplate) -> Nameplate:
    other_hz = 60.0 if plate.line_frequency_hz == 50.0 else 50.0
    speed_rpm = plate.rated_speed_rpm * other_hz / plate.line_frequency_hz
    return _plate(line_frequency_hz=other_hz, rated_speed_rpm=speed_rpm)(plate)


def _streams(window: Window, change: Callable[[Stream], Stream]) -> Window:
    streams = tuple(replace(s, stream=change(s.stream)) for s in window.streams)
    return replace(window, streams=streams)


def _channels(window: Window, change: Callable[[Channel], Channel]) -> Window:
    return _streams(window, lambda s: replace(s, channels=tuple(change(c) for c in s.channels)))


def _scaled(times: float, phase: str | None = None) -> Callable[[Window], Window]:
    def change(channel: Channel) -> Channel:
        concerned = channel.kind is ChannelKind.CURRENT and phase in (None, channel.phase)
        return replace(channel, scale=channel.scale * times) if concerned else channel

    return lambda window: _channels(window, change)


def _swapped(window: Window) -> Window:
    other = {"b": "c", "c": "b"}
    return _channels(window, lambda c: replace(c, phase=other.get(c.phase or "", c.phase)))


def _at_rate(window: Window) -> Window:
    slower = _streams(window, lambda s: replace(s, rate_hz=s.rate_hz * 1.02))
    return replace(slower, length_s=window.length_s / 1.02)


ENTRIES: dict[str, tuple[Callable[[Nameplate], Nameplate] | None, Callable[[Window], Window] | None]] = {
    "poles, one pair more": (lambda p: _with_poles(p, True), None),
    "poles, one pair less": (lambda p: _with_poles(p, False), None),
    "rated slip twice": (lambda p: _with_slip(p, 2.0), None),
    "rated slip half": (lambda p: _with_slip(p, 0.5), None),
    "rated slip four times": (lambda p: _with_slip(p, 4.0), None),
    "rated slip a quarter": (lambda p: _with_slip(p, 0.25), None),
    "bars four more": (lambda p: _plate(rotor_bars=(p.rotor_bars or 0) + 4)(p), None),
    "bars three less": (lambda p: _plate(rotor_bars=(p.rotor_bars or 0) - 3)(p), None),
    "scale x10": (None, _scaled(10.0)),
    "scale x3": (None, _scaled(3.0)),
    "scale /3": (None, _scaled(1 / 3)),
    "plate of the lower voltage": (lambda p: _connected(p, ROOT3), None),
    "plate of the higher voltage": (lambda p: _connected(p, 1 / ROOT3), None),
    "line frequency": (_at_other_grid, None),
    "rate 2 % off": (None, _at_rate),
    "phases b and c swapped": (None, _swapped),
    "a reversed": (None, _scaled(-1.0, "a")),
    "b reversed": (None, _scaled(-1.0, "b")),
    "c reversed": (None, _scaled(-1.0, "c")),
}
"""What is made wrong: plate, and samples."""
EXPECTED = {
    "poles": {Suspect.POLES},
    "rated": {Suspect.SPEED, Suspect.RATED_SPEED},
    "scale": {Suspect.SCALE},
    "plate": {Suspect.SPEED, Suspect.RATED_SPEED},
    "bars": {Suspect.BARS},
    "line": {Suspect.LINE_FREQUENCY},
    "rate": {Suspect.LINE_FREQUENCY},
    "a": {Suspect.DIRECTION},
    "b": {Suspect.DIRECTION},
    "c": {Suspect.DIRECTION},
    "phases": {Suspect.PHASE_ORDER},
}
"""What must be named, by the first word of the entry; one of them is enough."""


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
    numbers = range(max(args.right, args.wrong))
    told = (args.clamps, args.without_bars)
    work = [(args.first_seed + CLASSES * n, n < args.wrong, *told) for n in numbers]
    with ProcessPoolExecutor(args.jobs) as pool:
        found = list(pool.map(examine, work, chunksize=1))
    right = [one["right"] for one in found]
    print_header("right plates", "accused", "under accusation at any time")
    accused = [name for names, _ in right for name in names]
    print_row(
        "all", share(sum(bool(n) for n, _ in right), len(right)), share(sum(s for _, s in right), len(right))
    )
    print("accused:", ", ".join(accused) or "none")
    print_header("wrong entry", "named rightly", "named at all", "withheld or refused", "named as")
    for entry in ENTRIES:
        _print_entry(entry, "", [one[entry] for one in found if entry in one])
        if entry.startswith("bars"):
            shown = [one for one, (seed, *_) in zip(found, work, strict=True) if has_slot_line(seed)]
            _print_entry(entry, ", slot line in the current", [one[entry] for one in shown if entry in one])


def _print_entry(entry: str, those: str, ones: list[tuple[list[str], bool]]) -> None:
    """Print how often a wrong entry was named in some installations."""
    if not ones:
        return
    kinds = sorted({name for names, _ in ones for name in names})
    expected = {str(suspect) for suspect in EXPECTED[re.split("[ ,]", entry)[0]]}
    rightly = sum(bool(expected & set(names)) for names, _ in ones)
    named, held = sum(bool(n) for n, _ in ones), sum(s for _, s in ones)
    shares = [share(count, len(ones)) for count in (rightly, named, held)]
    print_row(entry + those, *shares, ", ".join(kinds))


def examine(work: tuple[int, bool, bool, bool]) -> dict[str, tuple[list[str], bool]]:
    """Return what is named, and whether answers were withheld, with the right plate and each wrong entry."""
    seed, wrong, clamps, without_bars = work
    plate, windows = installation(seed, clamps)
    if without_bars:
        plate = plate.model_copy(update={"rotor_bars": None})
    found = {"right": audit_of(plate, windows)}
    for name, (of_plate, of_samples) in ENTRIES.items() if wrong else ():
        if without_bars and name.startswith("bars"):
            continue
        try:
            entered = plate if of_plate is None else of_plate(plate)
        except ValueError:
            continue  # the configuration refuses this plate
        found[name] = audit_of(entered, windows if of_samples is None else [of_samples(w) for w in windows])
    return found


def installation(seed: int, clamps: bool) -> Installation:
    """Return plate and windows of a motor: sound, three currents, with or without vibration."""
    rng = generator(seed, "audit")
    scenario = draw_scenario("validation_2", seed)
    windows = []
    for number in range(LOADS):
        load = float(rng.uniform(0.1, 1.05))
        cage = replace(scenario.cage, casting_seed=scenario.seed)
        at_load = replace(scenario, load=load, seed=scenario.seed + number, cage=cage)
        window = window_of(simulate(at_load))
        current = (window.current,) if clamps else window.streams
        windows.append(replace(window, streams=current))
    return plate_of(scenario), windows


def has_slot_line(seed: int) -> bool:
    """True if a slot line is in the current of a motor."""
    levels_db = draw_scenario("validation_2", seed).vibration.slot_lines_db or ()
    return any(level_db is not None for level_db in levels_db)


def audit_of(nameplate: Nameplate, windows: list[Window]) -> tuple[list[str], bool]:
    """Return what is named after ten minutes, and whether any answer was withheld for it."""
    pipeline = Pipeline(nameplate, MODEL, windows[0].length_s, windows[0].length_s)
    answers = [an_answer(window, pipeline) for window in windows]
    with tempfile.TemporaryDirectory() as folder:
        audit = PlateAudit(nameplate, StateFile(Path(folder) / "audit.json", AUDIT_VERSION))
        learned = LearnedMotor(nameplate, StateFile(Path(folder) / "learned.json", LEARNED_VERSION))
        device = Device("simulated", "", "", tuple(stream.stream for stream in windows[0].streams))
        audit.begin(device)
        learned.begin(device)
        suspected = False
        for number, answer in enumerate(answers * ROUNDS):
            start_s = number * answer.window.length_s
            later = replace(answer, window=replace(answer.window, start_s=start_s))
            learned.take(later, accused=audit.refusal is not None)
            told = audit.take(later, learned.found)
            suspected |= told.verdict is not later.verdict or audit.refusal is not None
        return [str(finding.suspect) for finding in audit.findings], suspected


def an_answer(window: Window, pipeline: Pipeline) -> Answer:
    """Return what a window says by itself."""
    analysis, verdict = pipeline.judge(window)
    return Answer(verdict, verdict, verdict, False, True, analysis, window)


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
