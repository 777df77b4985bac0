"""The model file: network, description, golden inputs."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from calibration.learning.data.examples import DatasetManifest, Examples
from calibration.learning.shipping.domain import limit_of
from calibration.learning.shipping.export import with_manifest
from calibration.learning.shipping.inference import ask, inputs_of
from calibration.learning.shipping.quantization import CalibrationInputs
from calibration.learning.training.runs import Run
from edge_agent.diagnose.manifest import (
    FORMAT_VERSION,
    GoldenExample,
    Manifest,
    Modality,
    Thresholds,
    TrainingRecord,
    encode_image,
)
from edge_agent.diagnose.model import Model, digest_path
from edge_agent.verdict import CLASSES

GOLDEN_TOLERANCE = 0.1
"""Largest difference of a logit. Judgement: processors round a few activations differently; a wrong network
is off by whole units."""


def modalities_of(dataset: DatasetManifest, examples: Examples, names: list[str]) -> tuple[Modality, ...]:
    """Return the image inputs of a network that uses `names`."""
    return tuple(
        Modality(
            name, examples.images[name].shape[1], examples.images[name].shape[2], dataset.modalities[name]
        )
        for name in names
    )


def describe(
    run: Run,
    commands: tuple[str, ...],
    dataset: DatasetManifest,
    modalities: tuple[Modality, ...],
    target: str,
) -> Manifest:
    """Return what is known before the file is measured; figures and golden inputs are added later."""
    return Manifest(
        format_version=FORMAT_VERSION,
        name=f"broken_bars-{target}",
        created=datetime.now(UTC).date().isoformat(),
        target=target,
        classes=CLASSES,
        modalities=modalities,
        side_inputs=dataset.side_inputs,
        front_end=dataset.front_end,
        temperature=run.temperature,
        thresholds=Thresholds(broken=0.5),
        training=TrainingRecord(
            commands=commands,
            dataset_sha256=run.dataset_sha256,
            seed=int(run.training["seed"]),
            network=run.network,
            recordings=run.recordings,
            motors=run.motors,
            protocol=run.protocol,
            fold=run.fold,
            init=run.init,
        ),
        figures=(),
        golden=(),
        golden_tolerance=GOLDEN_TOLERANCE,
    )


def write_model(file: Path, data: bytes) -> None:
    """Write a model file, and beside it its SHA-256, with which the agent checks it."""
    file.write_bytes(data)
    digest_path(file).write_text(f"{hashlib.sha256(data).hexdigest()}  {file.name}\n")


def add_golden_examples(
    network: onnx.ModelProto, manifest: Manifest, examples: Examples, file: Path
) -> Manifest:
    """Write the file with golden inputs from `examples` and their outputs; return its description."""
    chosen = golden_choice(examples)
    names = [modality.name for modality in manifest.modalities]
    unknown = (0.0,) * len(manifest.classes)
    drafts = [_golden(chosen, names, i, unknown) for i in range(len(chosen))]
    lenient = replace(manifest, golden=tuple(drafts), golden_tolerance=1e9)
    write_model(file, with_manifest(network, lenient))
    model = Model.load(file)
    golden = [_golden(chosen, names, i, model.infer(inputs_of(chosen, i)).logits) for i in range(len(chosen))]
    return replace(manifest, golden=tuple(golden))


def limit_distance(network: onnx.ModelProto, manifest: Manifest, examples: Examples, file: Path) -> Manifest:
    """Write the file with a limit that few ordinary `examples` exceed; return its description."""
    write_model(file, with_manifest(network, manifest))
    distances = np.array([belief.distance for belief in ask(Model.load(file), examples)], np.float64)
    thresholds = replace(manifest.thresholds, embedding_distance=limit_of(distances))
    limited = replace(manifest, thresholds=thresholds)
    write_model(file, with_manifest(network, limited))
    return limited


def golden_choice(examples: Examples) -> Examples:
    """Return a sound rotor, a broken one, and the broken one without its last modality."""
    first = [int(np.flatnonzero(examples.label == label)[0]) for label in _two_labels(examples.label)]
    chosen = examples.take(np.array([*first, first[-1]]))
    for images in list(chosen.images.values())[1:]:
        images[-1] = 0
    return chosen


def calibration_inputs(
    examples: Examples, load: NDArray[np.float64], names: list[str], count: int
) -> CalibrationInputs:
    """Return examples over all classes and loads, in equal parts; `load` (n,) is that of each example."""
    thirds = np.digitize(load, np.quantile(load, [1 / 3, 2 / 3]))
    groups = examples.label * 3 + thirds
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    share = -(-count // len(members))
    chosen = np.concatenate([m[np.linspace(0, len(m) - 1, min(share, len(m))).astype(int)] for m in members])
    part = examples.take(chosen)
    return CalibrationInputs({name: part.images[name] for name in names}, part.side)


def _two_labels(labels: NDArray[np.int64]) -> list[int]:
    present = np.unique(labels)
    return [int(present[0]), int(present[len(present) // 2])]


def _golden(examples: Examples, names: list[str], number: int, logits: tuple[float, ...]) -> GoldenExample:
    return GoldenExample(
        images={name: encode_image(examples.images[name][number]) for name in names},
        side=tuple(examples.side[number].tolist()),
        logits=logits,
    )
