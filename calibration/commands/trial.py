"""`edge-calibrate trial`: a new model file against the one in service, on rotors that are known."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from calibration.learning.judging.trial_run import outcomes, page
from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.diagnose.model import BUILTIN, Model, ModelError
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", type=Path, help="the new model file (.onnx)")
    parser.add_argument(
        "recordings",
        type=Path,
        nargs="+",
        metavar="RECORDING",
        help="recordings with their truth, as edge-calibrate import writes them; none that it learned from",
    )
    parser.add_argument("--against", default=BUILTIN, metavar="MODEL", help="the model file in service")


def run(args: argparse.Namespace) -> int:
    """Print what would change; exit with 1 if the new model says less of what is true on any recording."""
    try:
        old, new = Model.load(args.against), Model.load(str(args.model))
        found = list(outcomes(tqdm(args.recordings, unit="recording", disable=None), old, new))
    except (ModelError, RecordingError, ValueError, OSError) as error:
        print(f"edge-calibrate trial: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    print(page(found))
    worse = sum(one.worse for one in found)
    if worse:
        print(f"do not roll it out: it is worse on {worse} of {len(found)} recordings", file=sys.stderr)
        return FAILED
    return DONE
