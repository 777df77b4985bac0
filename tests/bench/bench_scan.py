"""A sound rotor cleared without a slip: which motors get an answer from currents alone, and is it right?

    python tests/bench/bench_scan.py simulate build/scan --first-seed 7100000 --rounds 340
    python tests/bench/bench_scan.py judge build/scan build/scan.jsonl [--sensors all] [--limit 600]
    python tests/bench/bench_scan.py report build/scan.jsonl

One window of 12 s a motor, through the very stages of the agent, the network included. `simulate` and `judge`
go on where they were stopped. The scan is asked only where a window would be refused, so without it, the
answers would be the same less those that it gave. Simulated results, with Wilson's intervals of 95 % over
motors.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[2]))

from cases import LENGTH_S, window_of
from scan_sets import BANDS, CONDITIONS, IDLING, ORDINARY, Trial, prepare, trials
from tables import print_header, print_row, share

from calibration.simulator.recording import simulate
from edge_agent.acquire.recordings import Recording, read_recording, write_recording
from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.diagnose.model import Model
from edge_agent.limits import BARS
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import State, Verdict

SENSORS = {
    f"{count} {'clamp' if count == 1 else 'clamps'}{', vibration' * vibration}{', bars' * bars}": (
        count,
        vibration,
        bars,
    )
    for bars in (False, True)
    for vibration in (False, True)
    for count in (3, 2, 1)
}
"""Sets of sensors: clamps, an accelerometer, and whether the number of rotor bars is configured."""
RETROFIT = ("3 clamps", "1 clamp")
"""What is found most often."""
WANTED = {"3 clamps": (0.35, 0.85, 0.95), "1 clamp": (0.35, 0.80, 0.95)}
"""Wanted shares of sound motors: in the lowest band, in the others together, in the highest."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A motor, and what is said of it."""

    name: str
    kind: str
    band: int
    broken: int
    bars: float
    """True equivalent bars."""
    load: float
    said: dict[str, str]
    """By sensors: a state, or the reason and the quantity of a refusal."""
    without_slip: list[str]
    """Sensors by which the rotor was cleared without a slip."""
    analysis_s: dict[str, float]
    """By sensors, the time of the analysis."""


def make(folder: Path, trial: Trial) -> None:
    """Simulate a recording, unless it is there already."""
    path = folder / f"{trial.name}.npz"
    if path.exists():
        return
    recording = simulate(prepare(trial))
    scenario = recording.meta.pop("scenario")
    meta = {**recording.meta, "trial": asdict(trial), "drive": scenario["supply"]["drive"] is not None}
    part = path.with_suffix(".part")
    write_recording(part, replace(recording, meta=meta))
    part.replace(path)


@cache
def _model() -> Model:
    return Model.load("builtin")


def judge(sensors: tuple[str, ...], path: Path) -> Judged:
    """Ask the agent about a recording with each set of sensors."""
    recording = read_recording(path)
    meta = recording.meta
    said, without_slip, analysis_s = {}, [], {}
    for name in sensors:
        count, vibration, bars = SENSORS[name]
        plate = Nameplate.model_validate(meta["nameplate"])
        changed = {"supply": "vfd" if meta["drive"] else "grid"} | ({} if bars else {"rotor_bars": None})
        window = window_of(_with_sensors(recording, count, vibration))
        pipeline = Pipeline(plate.model_copy(update=changed), _model(), LENGTH_S, LENGTH_S)
        began_s = time.process_time()
        _, verdict = pipeline.judge(window)
        analysis_s[name] = time.process_time() - began_s
        said[name] = _say(verdict)
        if verdict.state is State.HEALTHY and verdict.evidence.slip is None:
            without_slip.append(name)
    trial = meta["trial"]
    return Judged(
        name=path.stem,
        kind=trial["kind"],
        band=trial["band"],
        broken=meta["broken_bars"],
        bars=meta["equivalent_bars"],
        load=meta["load"],
        said=said,
        without_slip=without_slip,
        analysis_s=analysis_s,
    )


def _say(verdict: Verdict) -> str:
    refusal = verdict.refusal
    return str(verdict.state) if refusal is None else f"{refusal.reason}:{refusal.quantity}"


def _with_sensors(recording: Recording, clamps: int, vibration: bool) -> Recording:
    """Return a recording of the first clamps alone, with or without the accelerometers."""
    streams, counts = [], []
    for stream, values in zip(recording.device.streams, recording.counts, strict=True):
        kept = [i for i, channel in enumerate(stream.channels) if _is_kept(channel, clamps, vibration)]
        if kept:
            streams.append(replace(stream, channels=tuple(stream.channels[i] for i in kept)))
            counts.append(values[:, kept])
    return replace(recording, device=replace(recording.device, streams=tuple(streams)), counts=tuple(counts))


def _is_kept(channel: Channel, clamps: int, vibration: bool) -> bool:
    if channel.kind is ChannelKind.CURRENT:
        return channel.phase in "abc"[:clamps]
    return vibration and channel.kind is ChannelKind.VIBRATION


def report(motors: list[Judged]) -> None:
    """Print the tables."""
    ordinary = [m for m in motors if m.kind == ORDINARY]
    for sensors in RETROFIT:
        _report_retrofit(sensors, ordinary)
    _report_conditions([m for m in motors if m.kind != ORDINARY])
    _report_sensors(ordinary)


def _report_retrofit(sensors: str, motors: list[Judged]) -> None:
    lowest, loaded, highest = WANTED[sensors]
    bands = [
        (f"{BANDS[0][0]:.1%}-{BANDS[0][1]:.0%} load", (0,), f"{lowest:.0%}"),
        (f"{BANDS[1][0]:.0%}-{BANDS[1][1]:.0%} load", (1,), ""),
        (f"{BANDS[2][0]:.0%}-{BANDS[2][1]:.0%} load", (2,), f"{highest:.0%}"),
        (f"{BANDS[1][0]:.0%}-{BANDS[2][1]:.0%} load", (1, 2), f"{loaded:.0%}"),
    ]
    print(f"\n## {sensors}, rotor_bars unknown, ordinary motors, first window of 12 s")
    print_header(
        "", "sound said healthy", "wanted", "without the scan", "sound said broken", "broken said healthy"
    )
    for label, numbers, wanted in bands:
        those = [m for m in motors if m.band in numbers]
        sound, broken = [m for m in those if not m.broken], [m for m in those if m.broken]
        by_scan = sum(sensors in m.without_slip for m in sound)
        healthy = sum(m.said[sensors] == State.HEALTHY for m in sound)
        print_row(
            label,
            share(healthy, len(sound)),
            wanted,
            share(healthy - by_scan, len(sound)),
            _share_of(sound, sensors, State.BROKEN_BARS),
            _share_of(broken, sensors, State.HEALTHY),
        )
    refused = Counter(m.said[sensors] for m in motors if not m.broken and ":" in m.said[sensors])
    print("\nRefused sound motors:", ", ".join(f"{why} {n}" for why, n in refused.most_common()))
    times_s = [m.analysis_s[sensors] for m in motors]
    print(f"Time of a window: {1000 * sum(times_s) / max(len(times_s), 1):.1f} ms")
    _list_wrong(motors, sensors)


def _report_conditions(motors: list[Judged]) -> None:
    print("\n## strong conditions, and motors that drive next to nothing; rotor_bars unknown")
    print_header("condition", "sensors", "sound said healthy", "sound said broken", "broken said healthy")
    for kind in (*CONDITIONS, IDLING):
        those = [m for m in motors if m.kind == kind]
        for sensors in RETROFIT:
            sound, broken = [m for m in those if not m.broken], [m for m in those if m.broken]
            print_row(
                kind,
                sensors,
                _share_of(sound, sensors, State.HEALTHY),
                _share_of(sound, sensors, State.BROKEN_BARS),
                _share_of(broken, sensors, State.HEALTHY),
            )
    for sensors in RETROFIT:
        _list_wrong(motors, sensors)


def _report_sensors(motors: list[Judged]) -> None:
    print("\n## ordinary motors, every set of sensors: with the scan (without it)")
    names = ("sound said healthy", "sound said broken", "broken said broken", "broken said healthy")
    print_header("sensors", "sound", "broken", *names)
    for sensors in SENSORS:
        those = [m for m in motors if sensors in m.said]
        cells = []
        for is_broken, state in (
            (False, State.HEALTHY),
            (False, State.BROKEN_BARS),
            (True, State.BROKEN_BARS),
            (True, State.HEALTHY),
        ):
            said = [m for m in those if (m.broken > 0) is is_broken and m.said[sensors] == state]
            by_scan = sum(sensors in m.without_slip for m in said)
            cells.append(f"{len(said)} ({len(said) - by_scan})")
        sound = sum(not m.broken for m in those)
        print_row(sensors, sound, len(those) - sound, *cells)


def _share_of(motors: list[Judged], sensors: str, state: State) -> str:
    return share(sum(m.said[sensors] == state for m in motors), len(motors))


def _list_wrong(motors: list[Judged], sensors: str) -> None:
    wrong = {True: State.HEALTHY, False: State.BROKEN_BARS}
    for m in motors:
        if m.said[sensors] == wrong[m.broken > 0]:
            shows = "shows a broken bar" if m.bars >= BARS.broken else "hides its bars"
            how = "without a slip" if sensors in m.without_slip else "at a slip"
            print(
                f"- {m.said[sensors]} {how}: {m.name}, {m.kind}, load {m.load:.3f}, "
                f"{m.bars:.2f} equivalent bars ({shows}), {sensors}"
            )


def _read(path: Path) -> Iterator[Judged]:
    return (Judged(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())


def main() -> int:
    """Simulate, judge or report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("simulate")
    making.add_argument("folder", type=Path)
    making.add_argument("--first-seed", type=int, default=7_100_000, help="a multiple of five")
    making.add_argument("--rounds", type=int, default=340)
    judging = commands.add_parser("judge")
    judging.add_argument("folder", type=Path)
    judging.add_argument("out", type=Path)
    judging.add_argument("--sensors", choices=("retrofit", "all"), default="retrofit")
    judging.add_argument("--limit", type=int, help="only the first recordings")
    for command in (making, judging):
        command.add_argument("--jobs", type=int, default=1, help="processes")
    reporting = commands.add_parser("report")
    reporting.add_argument("file", type=Path, nargs="+")
    args = parser.parse_args()
    if args.command == "report":
        report([m for file in args.file for m in _read(file)])
        return 0
    if args.command == "simulate":
        args.folder.mkdir(parents=True, exist_ok=True)
        _run(partial(make, args.folder), list(trials(args.first_seed, args.rounds)), args.jobs, None)
        return 0
    args.out.touch()
    known = {m.name for m in _read(args.out)}
    paths = [p for p in sorted(args.folder.glob("*.npz"))[: args.limit] if p.stem not in known]
    sensors = RETROFIT if args.sensors == "retrofit" else tuple(SENSORS)
    _run(partial(judge, sensors), paths, args.jobs, args.out)
    return 0


def _run(work: Callable, items: list, jobs: int, out: Path | None) -> None:
    """Do a piece of work for each item; results go to `out`, a line each."""
    with ProcessPoolExecutor(jobs) as pool:
        for number, result in enumerate(pool.map(work, items), 1):
            if out is not None:
                with out.open("a", encoding="utf-8") as file:
                    print(json.dumps(asdict(result)), file=file)
            if number % 100 == 0:
                print(f"{number} of {len(items)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
