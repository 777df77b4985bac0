"""`edge-calibrate dataset`: simulated recordings of many motors, cut into images for the network."""

import argparse
import json
import multiprocessing
import os
import shlex
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from tqdm import tqdm

from calibration.learning.examples import (
    DatasetManifest,
    Examples,
    RecordingEntry,
    ShardEntry,
    Split,
    file_sha256,
    save_shard,
)
from calibration.learning.labels import label_of, split_motors
from calibration.learning.windowing import Seen, StreamSamples, draw_spans, draw_view, look
from calibration.simulator.recording import simulate
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario
from edge_agent.motor import Nameplate
from edge_agent.signals.images import CURRENT_CHANNELS, SIDE_INPUTS, VIBRATION_CHANNELS, ImageSpec

_SHARES = {"training": 0.8, "confounders": 0.2}
_TEST_SHARE = 0.2
_SEEDS_APART = 50_000
_SHARD_RECORDINGS = 25
_SHORTEST_S, _LONGEST_S = 2.0, 12.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One recording to be made."""

    kind: str
    """Scenario set."""
    seed: int
    """Of the scenario, the view and the windows."""
    split: Split
    """Where its motor belongs."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a worker made: written beside the shard, so that an interrupted run goes on after it."""

    plans: tuple[Plan, ...]
    """What was asked for."""
    windows: int
    """Windows asked for per recording."""
    entries: tuple[RecordingEntry, ...]
    """What came of it."""
    file: ShardEntry
    """Where the examples are."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--recordings", type=int, default=2400, help="recordings to simulate")
    parser.add_argument("--windows", type=int, default=4, help="windows per recording, 2 to 12 s long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")


def run(args: argparse.Namespace) -> int:
    """Make the shards that are missing, then the manifest."""
    args.out.mkdir(parents=True, exist_ok=True)
    plans = plan(args.recordings, args.seed)
    tasks = [
        (args.out / f"shard-{number:04d}.npz", number * _SHARD_RECORDINGS, part, args.windows)
        for number, part in enumerate(_parts(plans))
    ]
    shards = _make_all(tasks, args.jobs, len(plans))
    manifest = DatasetManifest(
        command=shlex.join(["edge-calibrate", *sys.argv[1:]]),
        seed=args.seed,
        modalities={"current": CURRENT_CHANNELS, "vibration": VIBRATION_CHANNELS},
        side_inputs=SIDE_INPUTS,
        front_end=asdict(ImageSpec()),
        recordings=tuple(entry for shard in shards for entry in shard.entries),
        shards=tuple(shard.file for shard in shards),
    )
    manifest.save(args.out)
    print(summary(manifest))
    return 0


def plan(recordings: int, seed: int) -> list[Plan]:
    """Draw the recordings to make and deal their motors out, before a single window is cut.

    The simulator keeps seeds for testing apart; of the others some motors validate.
    """
    drawn: list[tuple[str, int]] = []
    for kind, share in _SHARES.items():
        count = round(share * recordings)
        tests = round(_TEST_SHARE * count)
        first = seed * _SEEDS_APART
        drawn += [(kind, first + i) for i in range(count - tests)]
        drawn += [(kind, FIRST_TEST_SEED + first + i) for i in range(tests)]
    motors = [draw_scenario(kind, number).motor_id for kind, number in drawn]
    pairs = list(zip(drawn, motors, strict=True))
    learned = split_motors((m for (_, number), m in pairs if number < FIRST_TEST_SEED), seed)
    plans = [Plan(kind, number, learned.get(motor, "test")) for (kind, number), motor in pairs]
    order = np.random.default_rng(seed).permutation(len(plans))
    return [plans[i] for i in order]


def make_shard(path: Path, first: int, plans: tuple[Plan, ...], windows: int) -> Shard:
    """Simulate and cut a few recordings, numbered from `first`; memory holds one recording at a time."""
    note = path.with_suffix(".json")
    adapter = TypeAdapter(Shard)
    if note.exists() and path.exists():
        made = adapter.validate_json(note.read_bytes())
        if (made.plans, made.windows) == (plans, windows) and made.file.sha256 == file_sha256(path):
            return made
    results = [make_recording(one, windows) for one in plans]
    tables = [_table(entry, seen, first + i) for i, (entry, seen) in enumerate(results) if seen]
    file = save_shard(path, Examples.join(tables))
    shard = Shard(plans, windows, tuple(entry for entry, _ in results), file)
    note.write_text(json.dumps(adapter.dump_python(shard, mode="json")))
    return shard


def make_recording(plan: Plan, windows: int) -> tuple[RecordingEntry, list[Seen]]:
    """Simulate one recording and look at it through windows; the same plan gives the same bytes."""
    recording = simulate(draw_scenario(plan.kind, plan.seed))
    random = np.random.default_rng(plan.seed)
    streams = [
        StreamSamples(stream, counts.T)
        for stream, counts in zip(recording.device.streams, recording.counts, strict=True)
    ]
    duration_s = min(s.counts.shape[1] / s.stream.rate_hz for s in streams)
    spans = draw_spans(duration_s, _SHORTEST_S, _LONGEST_S, windows, random)
    truth = recording.meta
    nameplate = Nameplate.model_validate(truth["nameplate"])
    looks = list(look(streams, nameplate, ImageSpec(), draw_view(random), spans))
    seen = [one for one in looks if one is not None]
    label, trainable = label_of(truth["broken_bars"], truth["equivalent_bars"])
    entry = RecordingEntry(
        seed=plan.seed,
        motor=truth["motor_id"],
        split=plan.split,
        conditions=(*truth["confounders"], *truth["sensor_faults"]) or ("plain",),
        label=label,
        trainable=trainable,
        equivalent_bars=truth["equivalent_bars"],
        load=truth["load"],
        examples=len(seen),
        refused=len(looks) - len(seen),
    )
    return entry, seen


def summary(manifest: DatasetManifest) -> str:
    """What a data set holds, in a few lines."""
    lines = []
    for split in ("train", "validation", "test"):
        entries = [entry for entry in manifest.recordings if entry.split == split]
        labels = np.bincount([entry.label for entry in entries if entry.trainable], minlength=5)
        lines.append(
            f"{split}: {len({e.motor for e in entries})} motors, {len(entries)} recordings "
            f"(by class {labels.tolist()}, {sum(not e.trainable for e in entries)} between classes), "
            f"{sum(e.examples for e in entries)} examples, {sum(e.refused for e in entries)} refused"
        )
    return "\n".join(lines)


def _parts(plans: list[Plan]) -> list[tuple[Plan, ...]]:
    return [tuple(plans[i : i + _SHARD_RECORDINGS]) for i in range(0, len(plans), _SHARD_RECORDINGS)]


def _make_all(tasks: list[tuple[Path, int, tuple[Plan, ...], int]], jobs: int, total: int) -> list[Shard]:
    # Workers inherit it: two processes with as many threads as cores each would wait for one another.
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool, tqdm(total=total, unit="recording") as bar:
        futures = [pool.submit(make_shard, *task) for task in tasks]
        for future in as_completed(futures):
            bar.update(len(future.result().plans))
        return [future.result() for future in futures]


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
