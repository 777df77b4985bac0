"""`edge-agent report`: one page on an alarm, to be printed or sent to whoever has to decide."""

import argparse
import sys
from pathlib import Path

from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, FAILED, add_motor_option
from edge_agent.config import load_settings
from edge_agent.diagnose.model import ModelError
from edge_agent.plain import one_line
from edge_agent.report.build import report_html


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "capture", type=Path, metavar="CAPTURE", help="recording that the agent has kept (.npz)"
    )
    add_motor_option(parser)
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        help="the YAML file of the agent: its motor, its model, and its state folder with alarm and trend; "
        "needed for recordings that are no captures",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the page to write (default: the name of the capture with .html, in this folder)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the page and print its path; 1 if the capture cannot be used."""
    settings = None if args.config is None else load_settings(args.config, motor=args.motor)
    try:
        html = report_html(args.capture, settings)
    except (RecordingError, ModelError) as error:
        print(f"edge-agent report: {one_line(str(error))}", file=sys.stderr)
        return FAILED
    output: Path = args.output or Path(f"{args.capture.stem}.html")
    output.write_text(html, encoding="utf-8")
    print(output)
    return DONE
