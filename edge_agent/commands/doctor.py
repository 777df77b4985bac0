"""`edge-agent doctor`: does everything work here and now? Live checks, one line each."""

import argparse
import json
from pathlib import Path

from edge_agent.cli import DONE, FAILED, add_motor_option
from edge_agent.config import load_with_doubts
from edge_agent.doctor.examination import examine
from edge_agent.doctor.result import Mark


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    add_motor_option(parser)
    parser.add_argument(
        "--topics",
        action="store_true",
        help="also write an empty message to each kind of topic, of a motor `doctor` that does not exist",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print each result as it comes; 1 if one failed. The agent may run meanwhile."""
    settings, _ = load_with_doubts(args.config, motor=args.motor)
    status = DONE
    for result in examine(settings, all_topics=args.topics):
        print(json.dumps(result.payload()) if args.json else result.line, flush=True)
        if result.mark is Mark.FAIL:
            status = FAILED
    return status
