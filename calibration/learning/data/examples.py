"""The data set on disk: shards of examples and the manifest that says what they are."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

Split = Literal["train", "validation", "test"]

MANIFEST_FILE = "dataset.json"
"""Name of the manifest in the folder of a data set."""


@dataclass(frozen=True, slots=True)
class RecordingEntry:
    """One recording of the data set, with the few figures of its truth that learning needs."""

    seed: int
    """Seed of the scenario; the number of the file where it was read."""
    motor: str
    """Which motor it was; all recordings of a motor are in one split."""
    split: Split
    """Where its windows may be used under `leave_one_motor_out`."""
    conditions: tuple[str, ...]
    """What else was going on, e.g. `load_oscillation`; `plain` where nothing was."""
    label: int
    """Class: equivalent bars, rounded, at most four; on the bench and in files the bars that were broken."""
    trainable: bool
    """False where the truth lies between two classes that must not be confused."""
    equivalent_bars: float
    """Adjacent broken bars that would give the same sidebands."""
    load: float
    """Torque per unit of the rated one."""
    examples: int
    """Windows that the front end accepted."""
    refused: int
    """Windows that the front end refused."""
    file: str = ""
    """Name of the file that it was read from; empty for a simulated one."""
    phases: int = 0
    """Phase currents that the windows show; 0 if unknown."""
    site: str = ""
    """Where its motor stands; empty if that is not known."""

    @property
    def load_group(self) -> int:
        """Load in eighths of the rated torque: recordings of about one load share it."""
        return round(8 * self.load)


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """One file of examples."""

    file: str
    """Its name in the folder of the data set."""
    sha256: str
    """Its hash, in hexadecimal."""
    examples: int
    """How many it holds."""


@dataclass(frozen=True, slots=True)
class DatasetManifest:
    """What a data set is made of."""

    command: str
    """Command that made it."""
    seed: int
    """Seed from which every scenario's seed follows."""
    modalities: dict[str, tuple[str, ...]]
    """Image inputs and the meaning of their channels."""
    side_inputs: tuple[str, ...]
    """Meaning of the side inputs; none with the images of the paper."""
    front_end: dict[str, Any]
    """Specification of the images."""
    recordings: tuple[RecordingEntry, ...]
    """All recordings; examples refer to them by position."""
    shards: tuple[ShardEntry, ...]
    """Files, in order."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the manifest of a folder; raises FileNotFoundError or ValueError."""
        return TypeAdapter(cls).validate_json((folder / MANIFEST_FILE).read_bytes())

    def save(self, folder: Path) -> None:
        """Write it into the folder, last of all."""
        text = json.dumps(TypeAdapter(type(self)).dump_python(self, mode="json"), indent=1)
        write_whole(folder / MANIFEST_FILE, text.encode())


@dataclass(frozen=True, slots=True)
class Examples:
    """Windows as the network sees them, with their truth; the first axis of every array is the example."""

    images: Mapping[str, NDArray[np.uint8]]
    """Per modality (n, rows, columns, channels)."""
    side: NDArray[np.float32]
    """(n, side inputs)."""
    label: NDArray[np.int64]
    """Class, (n,)."""
    trainable: NDArray[np.bool_]
    """True if training may use the example, (n,)."""
    recording: NDArray[np.int64]
    """Position of the recording in the manifest, (n,)."""
    length_s: NDArray[np.float32]
    """Length of the window, s, (n,)."""

    def __len__(self) -> int:
        return len(self.label)

    def take(self, chosen: NDArray[Any]) -> "Examples":
        """Return the examples that an index or a mask selects."""
        return Examples(
            {name: images[chosen] for name, images in self.images.items()},
            self.side[chosen],
            self.label[chosen],
            self.trainable[chosen],
            self.recording[chosen],
            self.length_s[chosen],
        )

    @staticmethod
    def join(parts: Sequence["Examples"]) -> "Examples":
        """Return all examples of one or more tables, in order."""
        return Examples(
            {name: np.concatenate([p.images[name] for p in parts]) for name in parts[0].images},
            *(
                np.concatenate([getattr(p, field) for p in parts])
                for field in ("side", "label", "trainable", "recording", "length_s")
            ),
        )


def save_shard(path: Path, examples: Examples) -> ShardEntry:
    """Write a shard as a whole or not at all."""
    temporary = path.with_suffix(".part")
    arrays: dict[str, NDArray[Any]] = {f"image_{name}": images for name, images in examples.images.items()}
    for field in ("side", "label", "trainable", "recording", "length_s"):
        arrays[field] = getattr(examples, field)
    with temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    temporary.replace(path)
    return ShardEntry(path.name, file_sha256(path), len(examples))


def load_shard(path: Path) -> Examples:
    """Return the examples of a shard."""
    with np.load(path) as file:
        images = {name.removeprefix("image_"): file[name] for name in file.files if name.startswith("image_")}
        return Examples(
            images, file["side"], file["label"], file["trainable"], file["recording"], file["length_s"]
        )


def load_all(folder: Path, manifest: DatasetManifest) -> Examples:
    """Return all examples; raises ValueError if a shard has changed, or if there is none."""
    parts: list[Examples] = []
    for shard in manifest.shards:
        path = folder / shard.file
        if file_sha256(path) != shard.sha256:
            raise ValueError(f"{path}: not the file that {MANIFEST_FILE} lists; make the data set again")
        parts.append(load_shard(path))
    if not parts:
        raise ValueError(f"{folder}: the data set holds no examples")
    return Examples.join(parts)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
