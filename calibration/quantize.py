"""`edge-calibrate quantize`: from a training to the INT8 model file that the agent loads."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.evaluate import table
from calibration.export import accept_bytes, to_onnx, with_manifest
from calibration.learning.assessment import PROTOCOL, figures, judge
from calibration.learning.deploy import DeployedNetwork
from calibration.learning.examples import DatasetManifest, Examples, load_split
from calibration.learning.inference import believe
from calibration.learning.packaging import (
    add_golden_examples,
    calibration_inputs,
    describe,
    modalities_of,
    write_model,
)
from calibration.learning.probability import wilson_interval
from calibration.learning.quantization import CHANNEL_ALIGNMENT, quantize
from calibration.learning.runs import Run
from calibration.learning.training import predict
from edge_agent.diagnose.manifest import Figure
from edge_agent.diagnose.model import Model, softmax


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("run", type=Path, help="folder that edge-calibrate train made")
    parser.add_argument("dataset", type=Path, help="the data set it was trained on")
    parser.add_argument("--out", type=Path, required=True, help="model file to write")
    parser.add_argument("--target", choices=["x86", "arm64"], default="x86", help="processor family")
    parser.add_argument("--examples", type=int, default=240, help="examples to take the ranges from")


def run(args: argparse.Namespace) -> int:
    """Export, quantise, compare with the float network, measure, describe, write."""
    record = Run.load(args.run)
    dataset = DatasetManifest.load(args.dataset)
    network = record.load_network(args.run)
    train = load_split(args.dataset, dataset, "train")
    names = list(network.spec.modalities)
    modalities = modalities_of(dataset, train, names)
    floats = to_onnx(
        DeployedNetwork(network, CHANNEL_ALIGNMENT[args.target]), modalities, len(dataset.side_inputs)
    )
    load = np.array([dataset.recordings[i].load for i in train.recording])
    integers = accept_bytes(
        quantize(floats, calibration_inputs(train, load, names, args.examples), args.target), modalities
    )
    commands = (record.dataset_command, record.command, shlex.join(["edge-calibrate", *sys.argv[1:]]))
    manifest = describe(record, commands, dataset, modalities, args.target)
    test = load_split(args.dataset, dataset, "test")
    manifest = add_golden_examples(integers, manifest, test, args.out)
    write_model(args.out, with_manifest(integers, manifest))
    model = Model.load(args.out)
    found: list[Figure] = []
    for split, examples in (("validation", load_split(args.dataset, dataset, "validation")), ("test", test)):
        probabilities = believe(model, examples)
        reference = softmax(predict(network, examples), record.temperature)
        found.append(
            agreement(probabilities, reference, examples, dataset, split, manifest.thresholds.broken)
        )
        judgements = judge(probabilities, examples, dataset.recordings, manifest.thresholds.broken)
        found += figures(judgements, split) if split == "test" else []
    write_model(args.out, with_manifest(integers, replace(manifest, figures=tuple(found))))
    Model.load(args.out)
    print(f"{table(found)}\n\n{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")
    return 0


def agreement(
    integers: NDArray[np.float64],
    floats: NDArray[np.float64],
    examples: Examples,
    dataset: DatasetManifest,
    split: str,
    threshold: float,
) -> Figure:
    """Share of windows for which INT8 and float probabilities (n, classes) give the same verdict."""
    same = (integers[:, 1:].sum(axis=1) >= threshold) == (floats[:, 1:].sum(axis=1) >= threshold)
    recordings = np.unique(examples.recording)
    return Figure(
        name="windows_judged_as_in_fp32",
        protocol=f"{PROTOCOL}, {split} motors, all windows",
        value=float(same.mean()),
        interval=wilson_interval(int(same.sum()), len(same)),
        recordings=len(recordings),
        motors=len({dataset.recordings[i].motor for i in recordings}),
    )
