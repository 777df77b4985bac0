"""What a model file says of itself: how to feed it, how to read it, and where it comes from."""

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

FORMAT_VERSION = 1
"""Version of the manifest that this program writes and reads."""

METADATA_KEY = "edge_agent_manifest"
"""Key of the manifest in the metadata of the ONNX file."""


@dataclass(frozen=True, slots=True)
class Modality:
    """One image input of the network."""

    name: str
    """`current` or `vibration`; also the name of the ONNX input."""
    rows: int
    """Height of the image: frequency."""
    columns: int
    """Width of the image: time."""
    channels: tuple[str, ...]
    """What each channel of the image shows, in order."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the uint8 input, (1, rows, columns, channels)."""
        return (1, self.rows, self.columns, len(self.channels))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the probabilities become an answer."""

    broken: float
    """A window is called broken when the probabilities of one bar and more add up to at least this."""
    embedding_distance: float | None = None
    """A window whose embedding lies farther than this from every class is not judged; None without limit."""


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """All that is needed to make the model again."""

    commands: tuple[str, ...]
    """Command lines, in order, from the data set to the file."""
    dataset_sha256: str
    """Hash of the data set's manifest."""
    seed: int
    """Seed of the training."""
    network: dict[str, Any]
    """Settings of the network, as the training wrote them."""
    recordings: int
    """Recordings that the weights were fitted to."""
    motors: int
    """Motors among them."""
    protocol: str = "leave_one_motor_out"
    """How the data set was split into what was learned from and what was judged."""
    fold: str = "leave_one_motor_out"
    """Which of the protocol's splits it was."""
    init: str | None = None
    """Weights that it started from; None where it started from chance."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured property, with what it was measured on."""

    name: str
    """What was measured, e.g. `healthy_against_broken`."""
    protocol: str
    """How the data was split, e.g. `leave_one_motor_out`."""
    value: float
    """Fraction of recordings; of windows where the protocol shuffles windows."""
    interval: tuple[float, float]
    """95 % confidence interval over recordings, or windows."""
    recordings: int
    """Recordings, or windows, behind it."""
    motors: int
    """Motors behind it."""


@dataclass(frozen=True, slots=True)
class GoldenExample:
    """An input whose output is known, to prove that this machine computes what was trained."""

    images: dict[str, str]
    """Per modality the uint8 image, zlib-compressed, in base64."""
    side: tuple[float, ...]
    """Side inputs."""
    logits: tuple[float, ...]
    """Output of the machine that made the model."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The metadata of a model file."""

    format_version: int
    """Version of this format."""
    name: str
    """Name of the model, as published with every answer."""
    created: str
    """Date of the file, ISO 8601."""
    target: str
    """Processor family whose quantisation this is: x86 or arm64."""
    classes: tuple[str, ...]
    """Meaning of the logits, in order."""
    modalities: tuple[Modality, ...]
    """Image inputs, in order."""
    side_inputs: tuple[str, ...]
    """Meaning of the side inputs, in order; normalised by the front end."""
    front_end: dict[str, Any]
    """Specification from which the front end that makes the images is built."""
    temperature: float
    """The logits are divided by this before the softmax."""
    thresholds: Thresholds
    """Where the probabilities become an answer."""
    training: TrainingRecord
    """Where the model comes from."""
    figures: tuple[Figure, ...]
    """What it reached, and on what."""
    golden: tuple[GoldenExample, ...]
    """Inputs with known outputs."""
    golden_tolerance: float
    """Largest difference of a logit from its known value on a machine that computes correctly."""


_MANIFEST = TypeAdapter(Manifest)


def manifest_to_json(manifest: Manifest) -> str:
    """Write the manifest as the text that goes into the model file."""
    return _MANIFEST.dump_json(manifest).decode()


def format_version(text: str) -> object:
    """Version that a manifest's text claims, whatever else it holds; raises ValueError if it is no JSON."""
    content = json.loads(text)
    return content.get("format_version") if isinstance(content, dict) else None


def manifest_from_json(text: str) -> Manifest:
    """Read the text of a model file; raises ValueError that names every field that is wrong."""
    return _MANIFEST.validate_json(text)


def encode_image(image: NDArray[np.uint8]) -> str:
    """Compress an image for the manifest."""
    return base64.b64encode(zlib.compress(image.tobytes(), 9)).decode()


def decode_image(text: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Give back the image of `shape`; raises ValueError when the text is damaged."""
    try:
        data = zlib.decompress(base64.b64decode(text, validate=True))
    except zlib.error as error:
        raise ValueError(f"image does not decompress: {error}") from error
    return np.frombuffer(data, np.uint8).reshape(shape)
