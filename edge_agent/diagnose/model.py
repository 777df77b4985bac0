"""The network: one ONNX file that brings its own description and proves itself before it is used."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge_agent.diagnose.manifest import (
    FORMAT_VERSION,
    METADATA_KEY,
    GoldenExample,
    Manifest,
    decode_image,
    format_version,
    manifest_from_json,
)
from edge_agent.diagnose.verdict import CLASSES
from edge_agent.signals.images import CURRENT_CHANNELS, SIDE_INPUTS, VIBRATION_CHANNELS, ModelInputs

BUILTIN = "builtin"
"""Name that stands for the model shipped with the agent."""

_BUILTIN_FILE = "broken_bars.onnx"
_SIDE = "side"
_LOGITS = "logits"
_DISTANCE = "distance"


class ModelError(Exception):
    """The model file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What the network holds of one window."""

    probabilities: tuple[float, ...]
    """Of CLASSES, calibrated; they add up to one."""
    logits: tuple[float, ...]
    """Output of the network before the temperature."""
    distance: float | None = None
    """Squared Mahalanobis distance of the embedding to the nearest class; None where the file gives none."""
    distance_limit: float | None = None
    """Largest distance of a window that the network may judge; None where the file sets none."""

    @property
    def out_of_domain(self) -> bool:
        """Whether the window is unlike all that the network was trained on."""
        if self.distance is None or self.distance_limit is None:
            return False
        # Not "greater than": a distance that is no number must not pass.
        return not self.distance <= self.distance_limit


class Model:
    """A loaded network whose golden inputs gave the known outputs."""

    def __init__(self, session: onnxruntime.InferenceSession, spec: Manifest, sha256: str) -> None:
        self.spec = spec
        self.sha256 = sha256
        self._session = session
        self._shapes = {modality.name: modality.shape for modality in spec.modalities}
        given = {node.name for node in session.get_outputs()}
        self._outputs = [name for name in (_LOGITS, _DISTANCE) if name in given]

    @classmethod
    def load(cls, file: str | Path) -> Self:
        """Read a model file, or the shipped one for "builtin"; raises ModelError."""
        path = builtin_path() if str(file) == BUILTIN else Path(file)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(f"{path}: {error.strerror}; model.file names an ONNX file or builtin") from error
        sha256 = hashlib.sha256(data).hexdigest()
        _check_digest(path, sha256)
        session = open_session(data, path)
        model = cls(session, _read_manifest(session, path), sha256)
        model._check_interface(path)
        model._check_golden_inputs(path)
        return model

    @classmethod
    def load_for_agent(cls, file: str | Path) -> Self:
        """Read a model file that takes what the front end of this agent makes; raises ModelError."""
        model = cls.load(file)
        channels = {"current": CURRENT_CHANNELS, "vibration": VIBRATION_CHANNELS}
        strange = [m.name for m in model.spec.modalities if channels.get(m.name) != m.channels]
        if strange or model.spec.side_inputs != SIDE_INPUTS:
            what = f"image {strange[0]}" if strange else f"side inputs {', '.join(model.spec.side_inputs)}"
            raise ModelError(
                f"{file}: made for the front end of another version ({what}); train and quantize it anew, or "
                f"set model.file to {BUILTIN}"
            )
        return model

    def infer(self, inputs: ModelInputs) -> Belief:
        """Give the probabilities of one window."""
        logits, *distance = self._run(inputs)
        return Belief(
            probabilities=tuple(softmax(logits, self.spec.temperature).tolist()),
            logits=tuple(logits.tolist()),
            distance=float(distance[0]) if distance else None,
            distance_limit=self.spec.thresholds.embedding_distance,
        )

    def _run(self, inputs: ModelInputs) -> list[NDArray[np.float64]]:
        """Give the logits (classes,) and, where the network computes it, the distance ()."""
        feed: dict[str, NDArray[Any]] = {
            name: inputs.images[name].reshape(shape) for name, shape in self._shapes.items()
        }
        feed[_SIDE] = inputs.side.reshape(1, len(self.spec.side_inputs))
        return [np.asarray(output[0], np.float64) for output in self._session.run(self._outputs, feed)]

    def _check_interface(self, path: Path) -> None:
        expected = {name: ("tensor(uint8)", list(shape)) for name, shape in self._shapes.items()}
        expected[_SIDE] = ("tensor(float)", [1, len(self.spec.side_inputs)])
        found = {node.name: (node.type, list(node.shape)) for node in self._session.get_inputs()}
        if found != expected:
            raise ModelError(f"{path}: the network takes {found}, its metadata says {expected}")
        outputs = {node.name: list(node.shape) for node in self._session.get_outputs()}
        if outputs.get(_LOGITS) != [1, len(CLASSES)]:
            raise ModelError(f"{path}: the network gives {outputs}, expected {_LOGITS} [1, {len(CLASSES)}]")
        if self.spec.thresholds.embedding_distance is not None and outputs.get(_DISTANCE) != [1]:
            raise ModelError(
                f"{path}: the network gives {outputs}, its metadata limits an output {_DISTANCE} [1]; "
                "make the file again with edge-calibrate quantize"
            )

    def _check_golden_inputs(self, path: Path) -> None:
        if not self.spec.golden:
            raise ModelError(f"{path}: no golden inputs in its metadata; make the file with edge-calibrate")
        for number, example in enumerate(self.spec.golden):
            try:
                difference = self._golden_difference(example)
            except (KeyError, ValueError) as error:
                raise ModelError(f"{path}: golden input {number} is damaged: {error}") from error
            # Not "greater than": a network that gives NaN must not pass.
            if not difference <= self.spec.golden_tolerance:
                raise ModelError(
                    f"{path}: golden input {number} gives logits that differ by {difference:.3g} from the "
                    f"known ones (at most {self.spec.golden_tolerance:g} allowed); the file is damaged, or "
                    f"made for another processor than this one ({self.spec.target})"
                )

    def _golden_difference(self, example: GoldenExample) -> float:
        images = {name: decode_image(example.images[name], shape) for name, shape in self._shapes.items()}
        logits = self._run(ModelInputs(images, np.asarray(example.side, np.float32)))[0]
        return float(np.max(np.abs(logits - example.logits)))


def builtin_path() -> Path:
    """Path of the model that is shipped with the agent."""
    return Path(str(resources.files("edge_agent.models") / _BUILTIN_FILE))


def digest_path(path: Path) -> Path:
    """Path of the file beside a model that holds its SHA-256, as `sha256sum` writes it."""
    return path.with_name(path.name + ".sha256")


def _check_digest(path: Path, sha256: str) -> None:
    """Golden inputs prove the runtime; only the digest proves every byte of the file.

    A model of one's own may come without a digest, the shipped one may not.
    """
    beside = digest_path(path)
    if not beside.exists() and path != builtin_path():
        return
    try:
        expected, *_ = beside.read_text(encoding="ascii").split() or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{beside}: cannot be read: {error}; install the agent again") from error
    if expected != sha256:
        raise ModelError(
            f"{path}: its SHA-256 is {sha256}, {beside.name} says {expected}; the file is damaged or was "
            "changed: install it again"
        )


def softmax(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Probabilities (..., classes) of logits (..., classes) divided by the temperature."""
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True), np.float64)


def open_session(data: bytes, path: Path) -> onnxruntime.InferenceSession:
    """Open a network as the agent runs it: on one thread, which does not spin; raises ModelError."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own exceptions share no base class
        raise ModelError(f"{path}: not a model that ONNX Runtime can read: {error}") from error


def _read_manifest(session: onnxruntime.InferenceSession, path: Path) -> Manifest:
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if text is None:
        raise ModelError(f"{path}: no {METADATA_KEY} in its metadata; make the file with edge-calibrate")
    try:
        version = format_version(text)
        if version != FORMAT_VERSION:
            raise ModelError(
                f"{path}: metadata of format {version}, this agent reads format {FORMAT_VERSION}"
            )
        spec = manifest_from_json(text)
    except ValueError as error:
        raise ModelError(f"{path}: metadata not understood: {error}") from error
    if spec.classes != CLASSES:
        raise ModelError(f"{path}: classes {spec.classes}, this agent knows {CLASSES}")
    return spec
