"""Recordings cut into shards of examples; a finished shard is never made again."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from calibration.learning.data.examples import (
    DatasetManifest,
    Examples,
    RecordingEntry,
    ShardEntry,
    file_sha256,
    save_shard,
    write_whole,
)
from calibration.learning.data.paper_images import PAPER_CHANNELS, PaperSpec, look_at_spectrograms
from calibration.learning.data.sources import LAB_RIG, Plan
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
from edge_agent.motor import Nameplate
from edge_agent.signals.images import CURRENT_CHANNELS, SIDE_INPUTS, VIBRATION_CHANNELS, ImageSpec
from edge_agent.verdict import WEAK_EVIDENCE

MIN_WINDOW_S = 2.0
"""Judgement: shorter windows resolve the sidebands of few motors."""
MAX_WINDOW_S = 12.0
"""The whole of a simulated recording, and the demo's window."""
_SHARD_RECORDINGS = 10
"""Judgement: a few minutes of work, the most that an interruption costs."""
_ALL_CHANNELS = View(current_phases=3, vibration=True, bars_known=True)
_BENCH_VIEW = replace(_ALL_CHANNELS, vibration_sensors=1)
_AGENT_CHANNELS: dict[str, tuple[str, ...]] = {"current": CURRENT_CHANNELS, "vibration": VIBRATION_CHANNELS}


@dataclass(frozen=True, slots=True)
class Cutting:
    """How recordings become examples."""

    images: Literal["sidebands", "paper"]
    """What the agent's front end makes, or the spectrograms of the paper."""
    windows: int
    """Windows per recording."""
    length_s: float | None
    """Length of every window, s, evenly spaced; None draws positions, and lengths of 2 to 12 s."""
    inputs: tuple[str, ...] = ()
    """Inputs that the front end makes of a window; shards with other inputs are made again."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What a worker made; noted beside the shard, so that an interrupted run goes on after it."""

    plans: tuple[Plan, ...]
    """Which recordings were asked for."""
    cutting: Cutting
    """How they were cut."""
    entries: tuple[RecordingEntry, ...]
    """What came of each recording."""
    file: ShardEntry | None
    """File of the examples; None if every window was refused."""


@dataclass(frozen=True, slots=True)
class Task:
    """Work for one worker: a shard."""

    path: Path
    """Shard to write."""
    first: int
    """Position of its first recording in the manifest."""
    plans: tuple[Plan, ...]
    """Its recordings."""
    cutting: Cutting
    """How to cut them."""


def tasks(folder: Path, plans: list[Plan], cutting: Cutting) -> list[Task]:
    """Divide the recordings into shards."""
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
    """Make a shard unless it is there; memory holds one recording and the images of the shard.

    Equal tasks give equal bytes on processors of one kind. So BLAS gets one thread: its sums depend on their
    number.
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
    """Return one recording's entry and its windows; raises ValueError that names the recording."""
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
        site=str(truth.get("site", "")),
    )
    return entry, seen


def _look(
    plan: Plan, cutting: Cutting, streams: list[StreamSamples], nameplate: Nameplate
) -> Iterator[Seen | None]:
    """Analyse random windows as an agent in the field would, or evenly spaced ones with everything known.

    The bench is there to be compared with the paper, which answers at every load. So its windows stay in
    where the load is too low for a sure slip, as long as there are images of them.
    """
    duration_s = min(s.counts.shape[1] / s.stream.rate_hz for s in streams)
    if cutting.length_s is None:
        random = np.random.default_rng(plan.seed)
        spans = draw_spans(duration_s, MIN_WINDOW_S, MAX_WINDOW_S, cutting.windows, random)
        return look(streams, nameplate, ImageSpec(), draw_view(random), spans)
    spans = space_spans(plan.first_s, duration_s, cutting.length_s, cutting.windows)
    if cutting.images == "paper":
        return look_at_spectrograms(streams, PaperSpec(), spans)
    if plan.kind == LAB_RIG:
        return look(streams, nameplate, ImageSpec(), _BENCH_VIEW, spans, WEAK_EVIDENCE)
    return look(streams, nameplate, ImageSpec(), _ALL_CHANNELS, spans)


def manifest_of(shards: Sequence[Shard], cutting: Cutting, seed: int, command: str) -> DatasetManifest:
    """Return the manifest of a data set of these shards; raises ValueError if all windows were refused."""
    if all(shard.file is None for shard in shards):
        refused = sum(entry.refused for shard in shards for entry in shard.entries)
        raise ValueError(f"nothing to learn from: all {refused} windows were refused")
    paper = cutting.images == "paper"
    return DatasetManifest(
        command=command,
        seed=seed,
        modalities=PAPER_CHANNELS if paper else _AGENT_CHANNELS,
        side_inputs=() if paper else SIDE_INPUTS,
        front_end=asdict(PaperSpec() if paper else ImageSpec()),
        recordings=tuple(entry for shard in shards for entry in shard.entries),
        shards=tuple(shard.file for shard in shards if shard.file is not None),
    )


def summary(manifest: DatasetManifest) -> str:
    """Return what a data set holds, a line per split."""
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


def _read_note(path: Path) -> Shard | None:
    """Return the note of an earlier run; None without one, and for a torn one or one of another version."""
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
