"""`edge-calibrate train`: fit the network to a data set."""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from calibration.commands.arguments import positive_int
from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, Examples, file_sha256, load_all
from calibration.learning.data.protocols import PROTOCOLS, Fold, folds
from calibration.learning.network.cost import parameters_of
from calibration.learning.network.fusion import FusionNetwork, make_network
from calibration.learning.training.augmentation import SIDE_OF_MODALITY, only
from calibration.learning.training.place import Place, take_place
from calibration.learning.training.probability import fit_temperature
from calibration.learning.training.runs import Run, start_from
from calibration.learning.training.trainer import Trainer, TrainingSpec, predict
from edge_agent.cli import DONE, WRONG_USAGE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    usual = TrainingSpec()
    parser.add_argument("dataset", type=Path, help="folder that edge-calibrate dataset made")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and checkpoints")
    parser.add_argument("--protocol", choices=PROTOCOLS, default="leave_one_motor_out", help="of the split")
    parser.add_argument("--fold", default="0", help="which of the protocol's splits: its name or number")
    parser.add_argument("--width", choices=["x0.5", "x1.0"], default="x0.5", help="of the branches")
    parser.add_argument("--fusion", choices=["concatenation", "attention"], default="concatenation")
    parser.add_argument(
        "--modalities", nargs="+", choices=list(SIDE_OF_MODALITY), help="image inputs to use (default: all)"
    )
    parser.add_argument(
        "--init",
        type=Path,
        help="weights to start from: builtin, a training's folder, or a ShuffleNetV2 of torchvision",
    )
    parser.add_argument("--epochs", type=positive_int, default=usual.epochs, help="at most this many")
    parser.add_argument("--batch", type=positive_int, default=usual.batch, help="examples per step")
    parser.add_argument("--learning-rate", type=float, default=usual.learning_rate, help="the highest")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=positive_int, default=2, help="of torch")


def run(args: argparse.Namespace) -> int:
    """Train on one fold; alone, or as one of the processes that torchrun started. Resumes by itself."""
    be_repeatable(args.threads)
    manifest = DatasetManifest.load(args.dataset)
    names = args.modalities or list(manifest.modalities)
    try:
        examples = only(load_all(args.dataset, manifest), names, manifest.side_inputs)
        fold = find_fold(
            folds(args.protocol, manifest.recordings, examples, manifest.seed), args.protocol, args.fold
        )
        network = make_network(manifest, names, args.width, args.fusion, args.seed)
        if args.init is not None:
            start_from(network, args.init)
        with take_place() as place:
            _fit(args, manifest, fold, examples, network, place)
    except ValueError as error:
        print(f"edge-calibrate train: {error}", file=sys.stderr)
        return WRONG_USAGE
    return DONE


def be_repeatable(threads: int) -> None:
    """Let the same seed give the same weights, on the same processor with as many threads.

    On CUDA a few operations have no repeatable form: torch warns of them.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())


def find_fold(found: Sequence[Fold], protocol: str, wanted: str) -> Fold:
    """Give the fold of this name or number; raises ValueError that says which there are."""
    for number, fold in enumerate(found):
        if wanted in (fold.name, str(number)):
            return fold
    names = ", ".join(fold.name for fold in found)
    raise ValueError(f"{protocol} has no fold {wanted!r}, but 0 to {len(found) - 1}: {names}")


def _fit(
    args: argparse.Namespace,
    manifest: DatasetManifest,
    fold: Fold,
    examples: Examples,
    network: FusionNetwork,
    place: Place,
) -> None:
    """Train, calibrate the temperature on the fold's validation part, write the record."""
    args.out.mkdir(parents=True, exist_ok=True)
    spec = TrainingSpec(
        epochs=args.epochs, batch=args.batch, learning_rate=args.learning_rate, seed=args.seed
    )
    train, validation = examples.take(fold.train), examples.take(fold.validation)
    sha256 = file_sha256(args.dataset / MANIFEST_FILE)
    origin: dict[str, Any] = {
        "dataset_sha256": sha256,
        "protocol": args.protocol,
        "fold": fold.name,
        "network": network.spec.to_dict(),
        "init": None if args.init is None else str(args.init),
    }
    trainer = Trainer(network, spec, train, validation, manifest.side_inputs, args.out, place, origin)
    loss = trainer.fit()
    if not place.leads:
        return
    judged = validation.take(validation.trainable)
    temperature = fit_temperature(predict(network, judged), judged.label)
    used = [manifest.recordings[i] for i in sorted(set(train.recording[train.trainable].tolist()))]
    record = Run(
        command=shlex.join(["edge-calibrate", *sys.argv[1:]]),
        dataset_command=manifest.command,
        dataset_sha256=sha256,
        network=network.spec.to_dict(),
        training=spec.to_dict(),
        init=origin["init"],
        protocol=args.protocol,
        fold=fold.name,
        recordings=len(used),
        motors=len({entry.motor for entry in used}),
        validation_loss=loss,
        temperature=temperature,
        parameters=parameters_of(network),
        training_s=trainer.seconds,
    )
    record.save(args.out)
    print(
        f"{args.protocol}, {fold.name}: {record.recordings} recordings, {record.parameters:,} parameters, "
        f"{record.training_s:.0f} s; best validation loss {loss:.4f}, temperature {temperature:.3f}, "
        f"written to {args.out}"
    )
