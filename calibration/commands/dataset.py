"""`edge-calibrate dataset`: recordings of motors, cut into images for the network."""

import argparse
import os
import shlex
import sys
from pathlib import Path

from calibration.commands.arguments import positive_float, positive_int
from calibration.learning.data.paper_images import WINDOW_S
from calibration.learning.data.shards import (
    MAX_WINDOW_S,
    MIN_WINDOW_S,
    Cutting,
    make_shard,
    manifest_of,
    summary,
    tasks,
)
from calibration.learning.data.sources import LAB_RIG, MOTORS, plan
from calibration.processes.workers import work
from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.plain import one_line
from edge_agent.signals.images import CURRENT_CHANNELS, SIDE_INPUTS, VIBRATION_CHANNELS

_MOTOR_RECORDINGS = 2400
"""Judgement: a fifth of what the shipped model is made of, enough to try a change."""
_BENCH_RECORDINGS = 400
"""All recordings of one bench, as in the original: 5 rotors, 8 loads, 10 repetitions."""
_MOTOR_WINDOWS = 4
"""Judgement: more windows of one recording say little that is new, more recordings do."""
_BENCH_WINDOWS = 144
"""400 recordings give 57,600 images then, about the 57,500 of the paper (arXiv 2501.03746)."""
_BENCH_WINDOW_S = 7.0
"""Judgement: long enough to resolve the sidebands at most of the bench's loads."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument(
        "--source",
        default=MOTORS,
        metavar=f"{MOTORS}|{LAB_RIG}|FOLDER",
        help="simulated random motors (default), the simulated bench of five rotors, or a folder of .npz "
        "recordings whose meta have broken_bars, load, motor_id and nameplate",
    )
    parser.add_argument(
        "--images",
        choices=["sidebands", "paper"],
        default="sidebands",
        help="what the agent's front end makes (default), or wide spectrograms as in the paper",
    )
    parser.add_argument(
        "--recordings",
        type=positive_int,
        help=f"recordings to simulate (default: {_MOTOR_RECORDINGS}; {_BENCH_RECORDINGS} of the bench)",
    )
    parser.add_argument(
        "--windows",
        type=positive_int,
        help=f"windows per recording (default: {_MOTOR_WINDOWS} of motors, else {_BENCH_WINDOWS})",
    )
    parser.add_argument(
        "--length-s",
        type=positive_float,
        help=f"length of evenly spaced windows (default: {WINDOW_S} s for the paper's images, drawn from "
        f"{MIN_WINDOW_S:g} to {MAX_WINDOW_S:g} s for motors, else {_BENCH_WINDOW_S:g} s)",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--jobs", type=positive_int, default=os.cpu_count() or 1, help="worker processes on this machine"
    )
    parser.add_argument(
        "--scheduler",
        metavar="tcp://HOST:PORT",
        help="use the workers of this running dask cluster instead; they need this program, and reach --out "
        "and the FOLDER of --source under the same paths, since they read and write there themselves",
    )


def run(args: argparse.Namespace) -> int:
    """Make the missing shards, then the manifest."""
    try:
        plans = plan(args.source, args.recordings or _usual_recordings(args.source), args.seed)
    except ValueError as error:
        print(f"edge-calibrate dataset: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    args.out.mkdir(parents=True, exist_ok=True)
    cutting = cutting_of(args)
    command = shlex.join(["edge-calibrate", *sys.argv[1:]])
    try:
        shards = work(
            make_shard, tasks(args.out.resolve(), plans, cutting), args.jobs, args.scheduler, "shard"
        )
        manifest = manifest_of(shards, cutting, args.seed, command)
    except (RecordingError, ValueError) as error:
        print(f"edge-calibrate dataset: {one_line(str(error))}", file=sys.stderr)
        return FAILED
    manifest.save(args.out)
    print(summary(manifest))
    return DONE


def cutting_of(args: argparse.Namespace) -> Cutting:
    """Return how to cut, from the options and what is usual for the source."""
    drawn = args.source == MOTORS and args.images == "sidebands"
    usual_s = WINDOW_S if args.images == "paper" else _BENCH_WINDOW_S
    return Cutting(
        images=args.images,
        windows=args.windows or (_MOTOR_WINDOWS if args.source == MOTORS else _BENCH_WINDOWS),
        length_s=args.length_s or (None if drawn else usual_s),
        inputs=(*CURRENT_CHANNELS, *VIBRATION_CHANNELS, *SIDE_INPUTS) if args.images == "sidebands" else (),
    )


def _usual_recordings(source: str) -> int:
    return _MOTOR_RECORDINGS if source == MOTORS else _BENCH_RECORDINGS
