"""`edge-calibrate compare`: train and test several models on the same split, and set them side by side."""

import argparse
import json
import sys
from pathlib import Path

from pydantic import TypeAdapter
from tqdm import tqdm

from calibration.commands.arguments import positive_int
from calibration.learning.data.examples import MANIFEST_FILE, DatasetManifest, file_sha256, load_all
from calibration.learning.data.protocols import PROTOCOLS, folds
from calibration.learning.judging.candidates import ENTRANTS, USUAL
from calibration.learning.judging.comparison import (
    Trial,
    row,
)
from calibration.learning.judging.trials import Terms, agree_on, comparison_page, run_trial
from calibration.learning.training.place import be_repeatable
from calibration.learning.training.trainer import TrainingSpec
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    usual = TrainingSpec()
    parser.add_argument("dataset", type=Path, help="folder that edge-calibrate dataset made")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="leave_one_motor_out", help="how the data are split"
    )
    parser.add_argument(
        "--folds", type=positive_int, help="maximum number of the protocol's splits (default: all)"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="seeds, one training each")
    parser.add_argument(
        "--models", nargs="+", choices=list(ENTRANTS), default=list(USUAL), metavar="NAME", help=_names()
    )
    parser.add_argument("--epochs", type=positive_int, default=usual.epochs, help="maximum number of epochs")
    parser.add_argument("--batch", type=positive_int, default=usual.batch, help="examples per step")
    parser.add_argument("--int8", action="store_true", help="also quantise each network and evaluate that")
    parser.add_argument("--threads", type=positive_int, default=2, help="threads of torch")
    parser.add_argument("--out", type=Path, required=True, help="folder for trials and tables")


def run(args: argparse.Namespace) -> int:
    """Run the missing trials, then write compare.md and compare.json; an interrupted run goes on."""
    be_repeatable(args.threads)
    manifest = DatasetManifest.load(args.dataset)
    sha256 = file_sha256(args.dataset / MANIFEST_FILE)
    terms = Terms(sha256, args.protocol, args.epochs, args.batch, args.int8)
    try:
        agree_on(terms, args.out)
        examples = load_all(args.dataset, manifest)
        chosen = folds(terms.protocol, manifest.recordings, examples, manifest.seed)[: args.folds]
    except ValueError as error:
        print(f"edge-calibrate compare: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    plans = [
        (model, fold, seed)
        for fold in chosen
        for model in args.models
        for seed in (args.seeds if ENTRANTS[model].draws else args.seeds[:1])
    ]
    trials: list[Trial] = []
    with tqdm(plans, unit="trial", disable=None) as bar:
        for model, fold, seed in bar:
            bar.set_description(f"{model}, {fold.name}, seed {seed}")
            folder = args.out / model / fold.name / f"seed-{seed}"
            trials.append(run_trial(terms, manifest, examples, fold, model, seed, folder))
    rows = [row([trial for trial in trials if trial.model == model]) for model in args.models]
    names = [fold.name for fold in chosen]
    text = comparison_page(terms, manifest, names, rows, args.threads)
    common = TypeAdapter(Terms).dump_python(terms)
    content = {**common, "folds": names, "rows": [one.to_dict() for one in rows]}
    (args.out / "compare.md").write_text(text)
    (args.out / "compare.json").write_text(json.dumps(content, indent=1))
    print(text)
    return DONE


def _names() -> str:
    return f"some of {', '.join(ENTRANTS)} (default: all but the wide ones)"
