"""A data set of noise in which brighter rows mean more broken bars: learnable in a few steps."""

from pathlib import Path

import numpy as np

from calibration.learning.data.examples import (
    DatasetManifest,
    Examples,
    RecordingEntry,
    load_all,
    save_shard,
)

ROWS, COLUMNS = 32, 16
CHANNELS = ("upper", "lower", "in_phase", "quadrature")
SIDE_INPUTS = ("slip", "load", "vibration")
WINDOWS = 4


def an_entry(
    number: int, motor: int, label: int, split: str = "train", trainable: bool = True
) -> RecordingEntry:
    return RecordingEntry(
        seed=number,
        motor=f"motor-{motor}",
        split=split,  # type: ignore[arg-type]
        conditions=("plain",),
        label=label,
        trainable=trainable,
        equivalent_bars=float(label),
        load=(number % 4 + 1) / 4,
        examples=WINDOWS,
        refused=0,
    )


def some_examples(entries: list[RecordingEntry], seed: int = 0) -> Examples:
    random = np.random.default_rng(seed)
    recording = np.repeat(np.arange(len(entries)), WINDOWS)
    label = np.array([entry.label for entry in entries])[recording]
    shape = (len(recording), ROWS, COLUMNS, len(CHANNELS))
    current = random.integers(0, 40, shape, dtype=np.uint8)
    current[:, 8:16] += (45 * label[:, None, None, None]).astype(np.uint8)
    side = random.normal(size=(len(recording), len(SIDE_INPUTS))).astype(np.float32)
    side[:, -1] = 1.0
    return Examples(
        images={"current": current, "vibration": random.integers(0, 255, shape, dtype=np.uint8)},
        side=side,
        label=label,
        trainable=np.array([entry.trainable for entry in entries])[recording],
        recording=recording,
        length_s=np.tile(np.array([2, 3, 5, 12], np.float32), len(entries)),
    )


def a_dataset(folder: Path) -> DatasetManifest:
    """Write a data set of 12 training motors and 4 each for validation and test."""
    splits = ["train"] * 12 + ["validation"] * 4 + ["test"] * 4
    entries = [an_entry(i * 5 + k, i, k, split) for i, split in enumerate(splits) for k in range(5)]
    shard = save_shard(folder / "shard-0000.npz", some_examples(entries))
    manifest = DatasetManifest(
        command="edge-calibrate dataset --seed 0",
        seed=0,
        modalities={"current": CHANNELS, "vibration": CHANNELS},
        side_inputs=SIDE_INPUTS,
        front_end={"rows": ROWS, "columns": COLUMNS},
        recordings=tuple(entries),
        shards=(shard,),
    )
    manifest.save(folder)
    return manifest


def load_split(folder: Path, manifest: DatasetManifest, split: str) -> Examples:
    """The examples of the recordings of one split."""
    examples = load_all(folder, manifest)
    belongs = np.array([entry.split == split for entry in manifest.recordings])
    return examples.take(belongs[examples.recording])


def training_examples(folder: Path) -> tuple[DatasetManifest, Examples, Examples]:
    manifest = a_dataset(folder)
    return manifest, load_split(folder, manifest, "train"), load_split(folder, manifest, "validation")
