"""`edge-calibrate train`: fit the network to a data set."""

import argparse
import shlex
import sys
from pathlib import Path

import torch

from calibration.learning.examples import MANIFEST_FILE, DatasetManifest, Examples, file_sha256, load_split
from calibration.learning.network import FusionNetwork, NetworkSpec
from calibration.learning.probability import fit_temperature
from calibration.learning.runs import Run
from calibration.learning.training import Trainer, TrainingSpec, predict
from edge_agent.diagnose.verdict import CLASSES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("dataset", type=Path, help="folder that edge-calibrate dataset made")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and checkpoints")
    parser.add_argument("--width", choices=["x0.5", "x1.0"], default="x0.5", help="of the branches")
    parser.add_argument("--fusion", choices=["concatenation", "attention"], default="concatenation")
    parser.add_argument("--modalities", nargs="+", help="image inputs to use (default: all)")
    parser.add_argument("--epochs", type=int, default=TrainingSpec().epochs, help="at most this many")
    parser.add_argument("--batch", type=int, default=TrainingSpec().batch, help="examples per step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="of torch")
    parser.add_argument("--imagenet", type=Path, help="ShuffleNetV2 checkpoint with torchvision's names")


def run(args: argparse.Namespace) -> int:
    """Train, calibrate the temperature on the validation motors, write the record. Resumes by itself."""
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)
    manifest = DatasetManifest.load(args.dataset)
    args.out.mkdir(parents=True, exist_ok=True)
    train = load_split(args.dataset, manifest, "train")
    validation = load_split(args.dataset, manifest, "validation")
    network = _make_network(args, manifest)
    spec = TrainingSpec(epochs=args.epochs, batch=args.batch, seed=args.seed)
    loss = Trainer(network, spec, train, validation, manifest.side_inputs, args.out).fit()
    judged = validation.take(validation.trainable)
    temperature = fit_temperature(predict(network, judged), judged.label)
    used = [manifest.recordings[i] for i in _recordings_of(train)]
    record = Run(
        command=_command_line(),
        dataset_command=manifest.command,
        dataset_sha256=file_sha256(args.dataset / MANIFEST_FILE),
        network=network.spec.to_dict(),
        training=spec.to_dict(),
        recordings=len(used),
        motors=len({entry.motor for entry in used}),
        validation_loss=loss,
        temperature=temperature,
    )
    record.save(args.out)
    print(f"best validation loss {loss:.4f}, temperature {temperature:.3f}, written to {args.out}")
    return 0


def _make_network(args: argparse.Namespace, manifest: DatasetManifest) -> FusionNetwork:
    torch.manual_seed(args.seed)
    names = args.modalities or list(manifest.modalities)
    network = FusionNetwork(
        NetworkSpec(
            modalities={name: len(manifest.modalities[name]) for name in names},
            side_inputs=len(manifest.side_inputs),
            classes=len(CLASSES),
            width=args.width,
            fusion=args.fusion,
        )
    )
    if args.imagenet is not None:
        state = torch.load(args.imagenet, weights_only=True)
        for branch in network.branch_list():
            branch.load_imagenet(state)
    return network


def _recordings_of(examples: Examples) -> list[int]:
    chosen: list[int] = sorted(set(examples.recording[examples.trainable].tolist()))
    return chosen


def _command_line() -> str:
    return shlex.join(["edge-calibrate", *sys.argv[1:]])
