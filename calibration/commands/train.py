"""`edge-calibrate train`: fit the network to a data set."""

import argparse
import shlex
import sys
from pathlib import Path

from calibration.commands.arguments import positive_int
from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, file_sha256, load_all
from calibration.learning.data.modalities import SIDE_OF_MODALITY, only
from calibration.learning.data.protocols import PROTOCOLS, find_fold, folds
from calibration.learning.network.fusion import make_network
from calibration.learning.training.fitting import FoldData, fit_fold
from calibration.learning.training.place import be_repeatable, take_place
from calibration.learning.training.runs import start_from
from calibration.learning.training.trainer import TrainingSpec
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    usual = TrainingSpec()
    parser.add_argument("dataset", type=Path, help="folder that edge-calibrate dataset made")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and checkpoints")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="leave_one_motor_out", help="how the data are split"
    )
    parser.add_argument("--fold", default="0", help="which of the protocol's splits: its name or number")
    parser.add_argument("--width", choices=["x0.5", "x1.0"], default="x0.5", help="width of the branches")
    parser.add_argument("--fusion", choices=["concatenation", "attention"], default="concatenation")
    parser.add_argument(
        "--modalities", nargs="+", choices=list(SIDE_OF_MODALITY), help="image inputs to use (default: all)"
    )
    parser.add_argument(
        "--init",
        type=Path,
        help="weights to start from: builtin, a training's folder, or a ShuffleNetV2 of torchvision",
    )
    parser.add_argument("--epochs", type=positive_int, default=usual.epochs, help="maximum number of epochs")
    parser.add_argument("--batch", type=positive_int, default=usual.batch, help="examples per step")
    parser.add_argument(
        "--learning-rate", type=float, default=usual.learning_rate, help="highest learning rate"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=positive_int, default=2, help="threads of torch")


def run(args: argparse.Namespace) -> int:
    """Train on one fold, alone or as one of the processes of torchrun; an interrupted training goes on."""
    be_repeatable(args.threads)
    manifest = DatasetManifest.load(args.dataset)
    names = args.modalities or list(manifest.modalities)
    try:
        examples = only(load_all(args.dataset, manifest), names, manifest.side_inputs)
        fold = find_fold(
            folds(args.protocol, manifest.recordings, examples, manifest.seed), args.protocol, args.fold
        )
        network = make_network(manifest, names, args.width, args.fusion, args.seed)
        init = None if args.init is None else str(args.init)
        if args.init is not None:
            start_from(network, args.init)
        sha256 = file_sha256(args.dataset / MANIFEST_FILE)
        data = FoldData(manifest, sha256, examples, args.protocol, fold)
        spec = TrainingSpec(
            epochs=args.epochs, batch=args.batch, learning_rate=args.learning_rate, seed=args.seed
        )
        command = shlex.join(["edge-calibrate", *sys.argv[1:]])
        with take_place() as place:
            record = fit_fold(data, network, spec, init, args.out, place, command)
    except ValueError as error:
        print(f"edge-calibrate train: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    if record is not None:
        print(
            f"{record.protocol}, {record.fold}: {record.recordings} recordings, "
            f"{record.parameters:,} parameters, {record.training_s:.0f} s; "
            f"best validation loss {record.validation_loss:.4f}, temperature {record.temperature:.3f}, "
            f"written to {args.out}"
        )
    return DONE
