"""`edge-calibrate conditions`: networks for the conditions beside broken bars against the indicators."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from calibration.commands.arguments import positive_int
from calibration.learning.conditions.examples import Examples, make_shard, tasks
from calibration.learning.conditions.folds import folds
from calibration.learning.conditions.networks import KINDS
from calibration.learning.conditions.table import costs, page
from calibration.learning.conditions.training import Spec
from calibration.learning.conditions.trials import Trial, run_trials
from calibration.learning.training.place import be_repeatable
from calibration.processes.workers import work
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.plain import one_line

_MOTORS = 300
"""Judgement: six windows each are enough to see differences of a few percent."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    usual = Spec()
    parser.add_argument("--out", type=Path, required=True, help="folder for windows, trials and tables")
    parser.add_argument(
        "--motors", type=positive_int, default=_MOTORS, help=f"motors to simulate (default: {_MOTORS})"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the motors and of the folds")
    parser.add_argument("--folds", type=positive_int, default=3, help="groups of motors")
    parser.add_argument(
        "--left-out", type=positive_int, help="how many of these groups are left out in turn (default: all)"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="seeds, one training each")
    parser.add_argument(
        "--models", nargs="+", choices=KINDS, default=list(KINDS), metavar="NAME", help=_names()
    )
    parser.add_argument("--epochs", type=positive_int, default=usual.epochs, help="number of epochs")
    parser.add_argument("--threads", type=positive_int, default=2, help="threads of torch")
    parser.add_argument(
        "--jobs", type=positive_int, default=os.cpu_count() or 1, help="worker processes that simulate"
    )


def run(args: argparse.Namespace) -> int:
    """Make the missing windows and trials, then conditions.md; an interrupted run goes on."""
    be_repeatable(args.threads)
    windows = args.out / "windows"
    plan = tasks(windows.resolve(), args.motors, args.seed)
    try:
        folds(np.array([number for task in plan for number in task.motors]), args.folds, args.seed)
    except ValueError as error:
        print(f"edge-calibrate conditions: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    windows.mkdir(parents=True, exist_ok=True)
    shards = work(make_shard, plan, args.jobs, None, "shard")
    examples = Examples.join([Examples.load(path) for path in shards])
    chosen = folds(examples.motor, args.folds, args.seed)[: args.left_out]
    spec = replace(Spec(), epochs=args.epochs)
    by_kind: dict[str, list[Trial]] = {kind: [] for kind in args.models}
    count = len(args.seeds) * len(chosen) * len(args.models)
    trials = run_trials(examples, chosen, args.models, args.seeds, spec, args.out)
    for trial in tqdm(trials, total=count, unit="trial", disable=None):
        by_kind[trial.kind].append(trial)
    text = f"{page(examples, by_kind)}\n{costs(by_kind)}"
    (args.out / "conditions.md").write_text(text)
    print(text)
    return DONE


def _names() -> str:
    return f"some of {', '.join(KINDS)} (default: all)"
