"""What a model file says of itself: how to feed it, how to read it, and where it comes from."""

import base64
import json
import math
import zlib
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

FORMAT_VERSION = 1
"""Version of the manifest that this program writes and reads."""

METADATA_KEY = "edge_agent_manifest"
"""Key of the manifest in the metadata of the ONNX file."""

MAX_IMAGE_BYTES = 2**22
"""Maximum number of values of an image.

Judgement: five hundred times an image of the shipped model, before anything of that size is allocated.
"""

_EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)
"""An unknown key may be a setting that this program would not obey: refused, as is what is not a number."""
_Size = Annotated[int, Field(ge=1, le=MAX_IMAGE_BYTES)]
_Name = Annotated[str, Field(min_length=1, max_length=128)]
_Above = Annotated[float, Field(gt=0)]


@with_config(_EXACT)
@dataclass(frozen=True, slots=True)
class Modality:
    """One image input of the network."""

    name: _Name
    """`current` or `vibration`; also the name of the ONNX input."""
    rows: _Size
    """Height of the image: frequency."""
    columns: _Size
    """Width of the image: time."""
    channels: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    """What each channel of the image shows, in order."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of the uint8 input, (1, rows, columns, channels)."""
        return (1, self.rows, self.columns, len(self.channels))


@with_config(_EXACT)
@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the probabilities become an answer."""

    broken: Annotated[float, Field(gt=0, lt=1)]
    """A window is called broken when the probabilities of one bar and more add up to at least this."""
    embedding_distance: _Above | None = None
    """A window whose embedding lies farther than this from every class is not judged; None without limit."""


@with_config(_EXACT)
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
    """Weights that it started from; None if it started from chance."""


@with_config(_EXACT)
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


@with_config(_EXACT)
@dataclass(frozen=True, slots=True)
class GoldenExample:
    """An input whose output is known, to prove that this machine computes what was trained."""

    images: dict[str, str]
    """Per modality the uint8 image, zlib-compressed, in base64."""
    side: tuple[float, ...]
    """Side inputs."""
    logits: tuple[float, ...]
    """Output of the machine that made the model."""


@with_config(_EXACT)
@dataclass(frozen=True, slots=True)
class Manifest:
    """The metadata of a model file."""

    format_version: int
    """Version of this format."""
    name: _Name
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
    temperature: _Above
    """The logits are divided by this before the softmax."""
    thresholds: Thresholds
    """Where the probabilities become an answer."""
    training: TrainingRecord
    """Where the model comes from."""
    figures: tuple[Figure, ...]
    """What it reached, and on what."""
    golden: tuple[GoldenExample, ...]
    """Inputs with known outputs."""
    golden_tolerance: Annotated[float, Field(ge=0)]
    """Largest difference of a logit from its known value on a machine that computes correctly."""


_MANIFEST = TypeAdapter(Manifest)


def manifest_to_json(manifest: Manifest) -> str:
    """Write the manifest as the text that goes into the model file."""
    return _MANIFEST.dump_json(manifest).decode()


def format_version(text: str) -> object:
    """Return the version that a manifest's text claims, whatever else it holds.

    Raises ValueError if it is not JSON.
    """
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return content.get("format_version") if isinstance(content, dict) else None


def manifest_from_json(text: str) -> Manifest:
    """Return the manifest of a model file's text; raises ValueError that names every field that is wrong."""
    try:
        return _MANIFEST.validate_json(text)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc'])) or 'all of it'}: {one['msg']}" for one in error.errors())
        raise ValueError("; ".join(wrong)) from None


def encode_image(image: NDArray[np.uint8]) -> str:
    """Compress an image for the manifest."""
    return base64.b64encode(zlib.compress(image.tobytes(), 9)).decode()


def decode_image(text: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the image of `shape`, uint8; raises ValueError if the text does not hold just that."""
    size = math.prod(shape)
    if size > MAX_IMAGE_BYTES:
        raise ValueError(f"an image of {size} values, at most {MAX_IMAGE_BYTES} may be")
    unpacker = zlib.decompressobj()
    try:
        # One byte more than wanted: a few kilobytes of text may hold gigabytes.
        data = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    except zlib.error as error:
        raise ValueError(f"image does not decompress: {error}") from error
    if len(data) != size or not unpacker.eof or unpacker.unused_data:
        raise ValueError(f"image does not hold the {size} values that it should")
    return np.frombuffer(data, np.uint8).reshape(shape)
