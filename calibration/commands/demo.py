"""`edge-calibrate demo`: run broker, virtual DAQ and agent as separate processes, and break two bars."""

import argparse
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from calibration.processes.children import ChildError
from calibration.processes.play import Play


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--keep-running", action="store_true", help="go on after the alarm, until Ctrl-C")


def run(args: argparse.Namespace) -> int:
    """Play the demo; return 0 after the alarm, 1 (with the last lines of each process) after a failure."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)
    with tempfile.TemporaryDirectory(prefix="edge-agent-demo-") as name, ExitStack() as children:
        play = Play(Path(name), children)
        try:
            play.perform()
            if args.keep_running:
                play.go_on()
        except ChildError as error:
            play.report_failure(error)
            return 1
        play.summarise()
    return 0


def _leave(number: int, frame: object) -> NoReturn:
    """Unwind the stack, so that every child process is stopped."""
    raise SystemExit(128 + number)
