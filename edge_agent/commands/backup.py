"""`edge-agent backup`: what the agent knows as one archive, also while it runs."""

import argparse
import sys
from pathlib import Path

from edge_agent.backup.databases import CopyError
from edge_agent.backup.writing import write_backup
from edge_agent.cli import DONE, FAILED
from edge_agent.config import load_whole
from edge_agent.plain import one_line, printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    parser.add_argument(
        "-o", "--output", type=_new_archive, required=True, help="the archive to write (.tar.gz)"
    )
    parser.add_argument("--captures", action="store_true", help="also the samples of events, up to 500 MB")


def _new_archive(text: str) -> Path:
    path = Path(text)
    if not path.name.endswith(".tar.gz"):
        raise argparse.ArgumentTypeError(f"{text} does not end with .tar.gz")
    if path.exists():
        raise argparse.ArgumentTypeError(f"{text} is there already; choose another name")
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{path.parent} is not a folder; make it first")
    return path


def run(args: argparse.Namespace) -> int:
    """Write the archive; 1 if that is not possible, and no archive is there then."""
    settings = load_whole(args.config)
    try:
        written = write_backup(settings, args.config, args.output, with_captures=args.captures)
    except CopyError as error:
        print(f"edge-agent backup: {one_line(str(error))}", file=sys.stderr)
        return FAILED
    captures = f", and {written.captures} captures" if args.captures else ""
    print(
        printable(f"{args.output}: the configuration, {', '.join(written.files) or 'no state yet'}{captures}")
    )
    print("passwords, tokens and keys are in files of their own, which are not in it: keep them elsewhere")
    return DONE
