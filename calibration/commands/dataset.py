"""`edge-calibrate dataset`: recordings of motors, cut into images for the network."""

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from calibration.commands.arguments import positive_float, positive_int
from calibration.learning.data.examples import (
    DatasetManifest,
    Examples,
    RecordingEntry,
    ShardEntry,
    file_sha256,
    save_shard,
    write_whole,
)
from calibration.learning.data.paper_images import PAPER_CHANNELS, WINDOW_S, PaperSpec, look_at_spectrograms
from calibration.learning.data.sources import LAB_RIG, MOTORS, Plan, plan
from calibration.learning.data.windowing import (
    Seen,
    StreamSamples,
    View,
    draw_spans,
    draw_view,
    look,
    space_spans,
    streams_of,
)
from calibration.processes.workers import work
from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.diagnose.verdict import Reason
from edge_agent.motor import Nameplate
from edge_agent.signals.images import CURRENT_CHANNELS, SIDE_INPUTS, VIBRATION_CHANNELS, ImageSpec

_MOTOR_RECORDINGS, _BENCH_RECORDINGS = 2400, 400
_MOTOR_WINDOWS, _BENCH_WINDOWS = 4, 144
_BENCH_WINDOW_S = 7.0
_SHARD_RECORDINGS = 10
_SHORTEST_S, _LONGEST_S = 2.0, 12.0
_AGENT_CHANNELS: dict[str, tuple[str, ...]] = {"current": CURRENT_CHANNELS, "vibration": VIBRATION_CHANNELS}
_ALL_CHANNELS = View(current_phases=3, vibration=True, bars_known=True)
_BENCH_VIEW = replace(_ALL_CHANNELS, vibration_sensors=1)


@dataclass(frozen=True, slots=True)
class Cutting:
    """How recordings become examples."""

    images: Literal["sidebands", "paper"]
    """What the agent's front end makes, or the spectrograms of the paper."""
    windows: int
    """Windows per recording."""
    length_s: float | None
    """Of every window, which are evenly spaced; None draws places and lengths of 2 to 12 s."""
    inputs: tuple[str, ...] = ()
    """What the front end makes of a window: shards of another one are made anew."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a worker made: written beside the shard, so that an interrupted run goes on after it."""

    plans: tuple[Plan, ...]
    """Which recordings were asked for."""
    cutting: Cutting
    """How they were to be cut."""
    entries: tuple[RecordingEntry, ...]
    """What came of it."""
    file: ShardEntry | None
    """Where the examples are; None where every window was refused."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one worker is given at a time."""

    path: Path
    """Shard to write."""
    first: int
    """Position of its first recording in the manifest."""
    plans: tuple[Plan, ...]
    """Its recordings."""
    cutting: Cutting
    """How to cut them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument(
        "--source",
        default=MOTORS,
        metavar=f"{MOTORS}|{LAB_RIG}|FOLDER",
        help="simulated random motors (default), the simulated bench of five rotors, or a folder of .npz "
        "recordings whose meta have broken_bars, load, motor_id and nameplate",
    )
    parser.add_argument(
        "--images",
        choices=["sidebands", "paper"],
        default="sidebands",
        help="what the agent's front end makes (default), or wide spectrograms as in the paper",
    )
    parser.add_argument(
        "--recordings",
        type=positive_int,
        help=f"to simulate (default: {_MOTOR_RECORDINGS} of motors, {_BENCH_RECORDINGS} of the bench)",
    )
    parser.add_argument(
        "--windows",
        type=positive_int,
        help=f"per recording (default: {_MOTOR_WINDOWS} of motors, else {_BENCH_WINDOWS})",
    )
    parser.add_argument(
        "--length-s",
        type=positive_float,
        help=f"length of evenly spaced windows (default: {WINDOW_S} s for the paper's images, drawn from "
        f"{_SHORTEST_S:g} to {_LONGEST_S:g} s for motors, else {_BENCH_WINDOW_S:g} s)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--jobs", type=positive_int, default=os.cpu_count() or 1, help="worker processes on this machine"
    )
    parser.add_argument(
        "--scheduler",
        metavar="tcp://HOST:PORT",
        help="use the workers of this running dask cluster instead; they need this program, and reach --out "
        "and the FOLDER of --source under the same paths, since they read and write there themselves",
    )


def run(args: argparse.Namespace) -> int:
    """Make the shards that are missing, then the manifest."""
    try:
        plans = plan(args.source, args.recordings or _usual_recordings(args.source), args.seed)
    except ValueError as error:
        print(f"edge-calibrate dataset: {error}", file=sys.stderr)
        return WRONG_USAGE
    args.out.mkdir(parents=True, exist_ok=True)
    cutting = cutting_of(args)
    try:
        shards = work(
            make_shard, tasks(args.out.resolve(), plans, cutting), args.jobs, args.scheduler, "shard"
        )
    except (RecordingError, ValueError) as error:
        print(f"edge-calibrate dataset: {error}", file=sys.stderr)
        return FAILED
    if all(shard.file is None for shard in shards):
        refused = sum(entry.refused for shard in shards for entry in shard.entries)
        print(
            f"edge-calibrate dataset: nothing to learn from: all {refused} windows were refused",
            file=sys.stderr,
        )
        return FAILED
    paper = cutting.images == "paper"
    manifest = DatasetManifest(
        command=shlex.join(["edge-calibrate", *sys.argv[1:]]),
        seed=args.seed,
        modalities=PAPER_CHANNELS if paper else _AGENT_CHANNELS,
        side_inputs=() if paper else SIDE_INPUTS,
        front_end=asdict(PaperSpec() if paper else ImageSpec()),
        recordings=tuple(entry for shard in shards for entry in shard.entries),
        shards=tuple(shard.file for shard in shards if shard.file is not None),
    )
    manifest.save(args.out)
    print(summary(manifest))
    return DONE


def cutting_of(args: argparse.Namespace) -> Cutting:
    """What the options say, with what is usual for the source."""
    drawn = args.source == MOTORS and args.images == "sidebands"
    usual_s = WINDOW_S if args.images == "paper" else _BENCH_WINDOW_S
    return Cutting(
        images=args.images,
        windows=args.windows or (_MOTOR_WINDOWS if args.source == MOTORS else _BENCH_WINDOWS),
        length_s=args.length_s or (None if drawn else usual_s),
        inputs=(*CURRENT_CHANNELS, *VIBRATION_CHANNELS, *SIDE_INPUTS) if args.images == "sidebands" else (),
    )


def tasks(folder: Path, plans: list[Plan], cutting: Cutting) -> list[Task]:
    """Parcel the recordings out, a few to a shard."""
    return [
        Task(
            folder / f"shard-{number:04d}.npz",
            first,
            tuple(plans[first : first + _SHARD_RECORDINGS]),
            cutting,
        )
        for number, first in enumerate(range(0, len(plans), _SHARD_RECORDINGS))
    ]


def make_shard(task: Task) -> Shard:
    """Make a shard, if it is not there; memory holds one recording and the images of the shard at a time.

    The same task gives the same bytes on every processor of a kind: BLAS, whose sums depend on the number of
    its threads, gets one.
    """
    note = task.path.with_suffix(".json")
    made = _read_note(note)
    asked = (task.plans, task.cutting)
    if made is not None and (made.plans, made.cutting) == asked and _is_there(task.path, made.file):
        return made
    with threadpool_limits(1):
        results = [make_recording(one, task.cutting) for one in task.plans]
    tables = [_table(entry, seen, task.first + i) for i, (entry, seen) in enumerate(results) if seen]
    file = save_shard(task.path, Examples.join(tables)) if tables else None
    shard = Shard(task.plans, task.cutting, tuple(entry for entry, _ in results), file)
    write_whole(note, TypeAdapter(Shard).dump_json(shard))
    return shard


def make_recording(plan: Plan, cutting: Cutting) -> tuple[RecordingEntry, list[Seen]]:
    """Look at one recording through windows; raises ValueError that names it where it cannot be looked at."""
    try:
        return _make_recording(plan, cutting)
    except ValueError as error:
        raise ValueError(f"{plan.file or f'{plan.kind} {plan.seed}'}: {error}") from error


def _make_recording(plan: Plan, cutting: Cutting) -> tuple[RecordingEntry, list[Seen]]:
    recording = plan.recording()
    streams = streams_of(recording)
    truth = recording.meta
    looks = list(_look(plan, cutting, streams, Nameplate.model_validate(truth["nameplate"])))
    seen = [one for one in looks if one is not None]
    label, trainable = plan.label(truth)
    entry = RecordingEntry(
        seed=plan.seed,
        motor=truth["motor_id"],
        split=plan.split,
        conditions=(*truth.get("confounders", ()), *truth.get("sensor_faults", ())) or ("plain",),
        label=label,
        trainable=trainable,
        equivalent_bars=truth.get("equivalent_bars", float(truth["broken_bars"])),
        load=truth["load"],
        examples=len(seen),
        refused=len(looks) - len(seen),
        file=Path(plan.file).name,
        phases=max((one.phases for one in seen), default=0),
    )
    return entry, seen


def _look(
    plan: Plan, cutting: Cutting, streams: list[StreamSamples], nameplate: Nameplate
) -> Iterator[Seen | None]:
    """Look through random windows as an agent somewhere in the field, or through even ones with all known.

    Those of the bench are there to be compared with the paper, which answers at every load: where the load is
    too low for a sure slip they stay in, as far as there are images of them.
    """
    duration_s = min(s.counts.shape[1] / s.stream.rate_hz for s in streams)
    if cutting.length_s is None:
        random = np.random.default_rng(plan.seed)
        spans = draw_spans(duration_s, _SHORTEST_S, _LONGEST_S, cutting.windows, random)
        return look(streams, nameplate, ImageSpec(), draw_view(random), spans)
    spans = space_spans(plan.first_s, duration_s, cutting.length_s, cutting.windows)
    if cutting.images == "paper":
        return look_at_spectrograms(streams, PaperSpec(), spans)
    if plan.kind == LAB_RIG:
        despite = frozenset({Reason.LOAD_TOO_LOW})
        return look(streams, nameplate, ImageSpec(), _BENCH_VIEW, spans, despite)
    return look(streams, nameplate, ImageSpec(), _ALL_CHANNELS, spans)


def summary(manifest: DatasetManifest) -> str:
    """What a data set holds, in a few lines."""
    lines = []
    for split in ("train", "validation", "test"):
        entries = [entry for entry in manifest.recordings if entry.split == split]
        if not entries:
            continue
        labels = np.bincount([entry.label for entry in entries if entry.trainable], minlength=5)
        lines.append(
            f"{split}: {len({e.motor for e in entries})} motors, {len(entries)} recordings "
            f"(by class {labels.tolist()}, {sum(not e.trainable for e in entries)} between classes), "
            f"{sum(e.examples for e in entries)} examples, {sum(e.refused for e in entries)} refused"
        )
    return "\n".join(lines)


def _usual_recordings(source: str) -> int:
    return _MOTOR_RECORDINGS if source == MOTORS else _BENCH_RECORDINGS


def _read_note(path: Path) -> Shard | None:
    """What was made before; None where nothing was, a kill tore the note, or another version wrote it."""
    if not path.exists():
        return None
    try:
        return TypeAdapter(Shard).validate_json(path.read_bytes())
    except ValidationError:
        return None


def _is_there(path: Path, file: ShardEntry | None) -> bool:
    return file is None or (path.exists() and file_sha256(path) == file.sha256)


def _table(entry: RecordingEntry, seen: list[Seen], recording: int) -> Examples:
    count = len(seen)
    images: dict[str, NDArray[np.uint8]] = {
        name: np.stack([one.inputs.images[name] for one in seen]) for name in seen[0].inputs.images
    }
    return Examples(
        images=images,
        side=np.stack([one.inputs.side for one in seen]),
        label=np.full(count, entry.label),
        trainable=np.full(count, entry.trainable),
        recording=np.full(count, recording),
        length_s=np.array([one.length_s for one in seen], np.float32),
    )
