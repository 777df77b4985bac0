"""The network: one ONNX file that brings its own description and proves itself before it is used."""

from dataclasses import dataclass
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
from edge_agent.diagnose.model_file import (
    BUILTIN,
    ModelError,
    builtin_path,
    digest_path,
    read_model_file,
)
from edge_agent.signals.images import (
    CURRENT_CHANNELS,
    SIDE_INPUTS,
    VIBRATION_CHANNELS,
    ImageSpec,
    ModelInputs,
)
from edge_agent.verdict import CLASSES

__all__ = [
    "BUILTIN",
    "Belief",
    "Model",
    "ModelError",
    "builtin_path",
    "digest_path",
    "open_session",
    "softmax",
]

MAX_GOLDEN_TOLERANCE = 1.0
"""Largest difference of a logit that golden inputs of an agent's model may allow.

Judgement: it shifts the odds by e; the shipped model allows a tenth of it, and more would prove nothing.
"""
_NO_FOLDER = "/dev/null/external-data"
"""Where weights outside the file are looked for: no folder can be there, so that none are ever found."""
_SIDE = "side"
_LOGITS = "logits"
_DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class Belief:
    """What the network holds of one window."""

    probabilities: tuple[float, ...]
    """Of CLASSES, calibrated; they add up to one."""
    logits: tuple[float, ...]
    """Output of the network before the temperature."""
    distance: float | None = None
    """Squared Mahalanobis distance of the embedding to the nearest class; None if the file gives none."""
    distance_limit: float | None = None
    """Largest distance of a window that the network may judge; None if the file sets none."""

    @property
    def out_of_domain(self) -> bool:
        """True if the window is unlike all that the network was trained on."""
        if self.distance is None or self.distance_limit is None:
            return False
        # Not "greater than": a distance that is NaN must not pass.
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
        path = _path_of(file)
        data, sha256 = read_model_file(path)
        session = open_session(data, path)
        model = cls(session, _read_manifest(session, path), sha256)
        model._check_interface(path)
        model._check_golden_inputs(path)
        return model

    @classmethod
    def load_for_agent(cls, file: str | Path) -> Self:
        """Read a model file that takes what the front end of this agent makes; raises ModelError."""
        model = cls.load(file)
        strange = _strange_to_front_end(model.spec)
        if strange is not None:
            raise ModelError(
                f"{file}: made for the front end of another version ({strange}); train and quantize it "
                f"again, or set model.file to {BUILTIN}"
            )
        allowed = model.spec.golden_tolerance
        if allowed > MAX_GOLDEN_TOLERANCE:
            raise ModelError(
                f"{file}: its golden inputs prove nothing, since logits may differ by {allowed:g} (at most "
                f"{MAX_GOLDEN_TOLERANCE:g} is sound); make the file again with edge-calibrate quantize"
            )
        return model

    def prove_again(self, file: str | Path) -> int:
        """Check the digest of the file it was read from, and run the golden inputs; return their number.

        Raises ModelError.
        """
        path = _path_of(file)
        _, sha256 = read_model_file(path)
        if sha256 != self.sha256:
            raise ModelError(
                f"{path}: its SHA-256 is {sha256}, that of the model in use is {self.sha256}; the file was "
                "replaced since the start: restart the agent to use it, or install the former file again"
            )
        self._check_golden_inputs(path)
        return len(self.spec.golden)

    def infer(self, inputs: ModelInputs) -> Belief:
        """Return the probabilities of one window."""
        logits, *distance = self._run(inputs)
        return Belief(
            probabilities=tuple(softmax(logits, self.spec.temperature).tolist()),
            logits=tuple(logits.tolist()),
            distance=float(distance[0]) if distance else None,
            distance_limit=self.spec.thresholds.embedding_distance,
        )

    def _run(self, inputs: ModelInputs) -> list[NDArray[np.float64]]:
        """Return the logits (classes,) and, where the network computes it, the distance ()."""
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
        outputs = {node.name: (node.type, list(node.shape)) for node in self._session.get_outputs()}
        if outputs.get(_LOGITS) != ("tensor(float)", [1, len(CLASSES)]):
            raise ModelError(f"{path}: the network gives {outputs}, expected {_LOGITS} [1, {len(CLASSES)}]")
        if _DISTANCE in outputs or self.spec.thresholds.embedding_distance is not None:
            self._check_distance(path, outputs.get(_DISTANCE))

    def _check_distance(self, path: Path, found: tuple[str, list[int]] | None) -> None:
        if found != ("tensor(float)", [1]):
            raise ModelError(
                f"{path}: the output {_DISTANCE} of the network is {found}, expected tensor(float) [1]; "
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
            except Exception as error:  # the runtime's own exceptions share no base class
                raise ModelError(f"{path}: the network cannot be run: {error}") from error
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
        if len(example.logits) != logits.size:
            raise ValueError(f"{len(example.logits)} known logits, the network gives {logits.size}")
        return float(np.max(np.abs(logits - example.logits)))


def _path_of(file: str | Path) -> Path:
    return builtin_path() if str(file) == BUILTIN else Path(file)


def softmax(logits: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Return probabilities (..., classes) of logits (..., classes) divided by the temperature."""
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
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", _NO_FOLDER)
    options.log_severity_level = 4  # what goes wrong comes as an exception, too
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's own exceptions share no base class
        if "xternal data" in str(error) or "xternal initializer" in str(error):
            raise ModelError(
                f"{path}: its weights are in another file (external data), which no digest covers; save "
                "the model as one file, without external data"
            ) from error
        raise ModelError(f"{path}: not a model that ONNX Runtime can read: {error}") from error


def _read_manifest(session: onnxruntime.InferenceSession, path: Path) -> Manifest:
    try:
        text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    except ValueError as error:  # it is not UTF-8
        raise ModelError(f"{path}: metadata not understood: {error}") from error
    if text is None:
        raise ModelError(f"{path}: no {METADATA_KEY} in its metadata; make the file with edge-calibrate")
    try:
        version = format_version(text)
        if version != FORMAT_VERSION:
            raise ModelError(
                f"{path}: metadata of format {str(version)[:40]}, this agent reads format {FORMAT_VERSION}"
            )
        spec = manifest_from_json(text)
    except ValueError as error:
        raise ModelError(f"{path}: metadata not understood: {error}") from error
    if spec.classes != CLASSES:
        raise ModelError(f"{path}: classes {spec.classes}, this agent knows {CLASSES}")
    return spec


def _strange_to_front_end(spec: Manifest) -> str | None:
    """Return what of a model the front end of this agent does not make; None if it makes all."""
    channels = {"current": CURRENT_CHANNELS, "vibration": VIBRATION_CHANNELS}
    try:
        images = ImageSpec(**spec.front_end)
        sound = 0 < images.highest_ratio < 1000 and -1000 < images.lowest_db < images.highest_db < 1000
    except TypeError:  # an unknown setting, or text for a number
        sound = False
    if not sound:
        return f"settings of the images {spec.front_end}"
    for modality in spec.modalities:
        if channels.get(modality.name) != modality.channels:
            return f"image {modality.name}"
        if (modality.rows, modality.columns) != (images.rows, images.columns):
            return f"image {modality.name} of {modality.rows} x {modality.columns}"
    if spec.side_inputs != SIDE_INPUTS:
        return f"side inputs {', '.join(spec.side_inputs)}"
    return None
