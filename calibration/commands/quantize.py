"""`edge-calibrate quantize`: make the INT8 model file that the agent loads of a training."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

from calibration.commands.arguments import positive_int
from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, file_sha256, load_all
from calibration.learning.data.protocols import Protocol, find_fold, folds
from calibration.learning.judging.assessment import against_float, figures, judge, judge_model
from calibration.learning.judging.report import table
from calibration.learning.shipping.export import with_manifest
from calibration.learning.shipping.integers import USUAL_EXAMPLES, to_integers
from calibration.learning.shipping.packaging import (
    add_golden_examples,
    describe,
    limit_distance,
    modalities_of,
    write_model,
)
from calibration.learning.training.runs import Run
from calibration.learning.training.trainer import predict
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.diagnose.manifest import Figure
from edge_agent.diagnose.model import Model, softmax
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("run", type=Path, help="folder that edge-calibrate train made")
    parser.add_argument("dataset", type=Path, help="the data set it was trained on")
    parser.add_argument("--out", type=Path, required=True, help="model file to write")
    parser.add_argument("--target", choices=["x86", "arm64"], default="x86", help="processor family")
    parser.add_argument(
        "--examples", type=positive_int, default=USUAL_EXAMPLES, help="examples to take the ranges from"
    )


def run(args: argparse.Namespace) -> int:
    """Export and quantise the network, compare it with its float form, measure it and write the file."""
    try:
        _make(args)
    except ValueError as error:
        print(f"edge-calibrate quantize: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    return DONE


def _make(args: argparse.Namespace) -> None:
    record = Run.load(args.run)
    if file_sha256(args.dataset / MANIFEST_FILE) != record.dataset_sha256:
        raise ValueError(f"{args.dataset}: not the data set that {args.run} was trained on")
    dataset = DatasetManifest.load(args.dataset)
    examples = load_all(args.dataset, dataset)
    protocol = cast(Protocol, record.protocol)
    fold = find_fold(folds(protocol, dataset.recordings, examples, dataset.seed), protocol, record.fold)
    train, validation, test = (examples.take(part) for part in (fold.train, fold.validation, fold.test))
    network = record.load_network(args.run)
    modalities = modalities_of(dataset, train, list(network.modalities))
    integers = to_integers(network, train, dataset, args.target, args.examples)
    commands = (record.dataset_command, record.command, shlex.join(["edge-calibrate", *sys.argv[1:]]))
    manifest = describe(record, commands, dataset, modalities, args.target)
    manifest = add_golden_examples(integers, manifest, test, args.out)
    manifest = limit_distance(integers, manifest, validation, args.out)
    model = Model.load(args.out)
    threshold = manifest.thresholds.broken
    found: list[Figure] = []
    for name, part in (("validation", validation), ("test", test)):
        title = f"{protocol}, fold {fold.name}, {name} part"
        judgements = judge_model(model, part, dataset.recordings, protocol)
        floats = softmax(predict(network, part), record.temperature)
        reference = judge(floats, part, dataset.recordings, threshold, protocol)
        found += against_float(judgements, reference, title)
        found += figures(judgements, title) if name == "test" else []
    write_model(args.out, with_manifest(integers, replace(manifest, figures=tuple(found))))
    Model.load(args.out)
    print(f"{table(found)}\n\n{args.out}: {args.out.stat().st_size / 1e6:.2f} MB")
