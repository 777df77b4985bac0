"""`edge-calibrate evaluate`: judge a model file on a data set, or on real recordings."""

import argparse
import sys
from pathlib import Path

from calibration.learning.data.examples import MANIFEST_FILE
from calibration.learning.data.protocols import PROTOCOLS
from calibration.learning.judging.evaluation import evaluate_dataset, evaluate_recordings
from calibration.learning.judging.measured import MeasuredReport
from calibration.learning.judging.pictures import draw_pictures
from calibration.learning.judging.report import Report
from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.diagnose.model import Model, ModelError
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", help="model file, or builtin for the shipped one")
    parser.add_argument("data", type=Path, help="folder of edge-calibrate dataset, or of recordings (.npz)")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, default="leave_one_motor_out", help="how the data are split"
    )
    parser.add_argument("--fold", default="0", help="which of the protocol's splits: its name or number")
    parser.add_argument(
        "--run", type=Path, dest="training", help="folder of the training, to compare the INT8 model with it"
    )
    parser.add_argument("-c", "--config", type=Path, help="agent's YAML with the nameplate, for recordings")
    parser.add_argument("--out", type=Path, help="folder for report.md, report.json and pictures")


def run(args: argparse.Namespace) -> int:
    """Judge every recording, print the report and write it where `--out` says."""
    try:
        report = _judge(args)
    except (ModelError, RecordingError, ValueError) as error:
        print(f"edge-calibrate evaluate: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    print(report.to_markdown([]))
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        pictures = draw_pictures(report, args.out) if isinstance(report, Report) else []
        (args.out / "report.md").write_text(report.to_markdown(pictures))
        (args.out / "report.json").write_bytes(report.to_json())
    return DONE


def _judge(args: argparse.Namespace) -> Report | MeasuredReport:
    if (args.data / MANIFEST_FILE).exists():
        model = Model.load(args.model)
        return evaluate_dataset(model, args.data, args.protocol, args.fold, args.training)
    if args.config is None:
        raise ValueError(
            f"{args.data}: no {MANIFEST_FILE} in it; for a folder of recordings give --config too"
        )
    return evaluate_recordings(Model.load_for_agent(args.model), args.data, args.config)
