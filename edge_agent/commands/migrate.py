"""`edge-agent migrate`: bring an older configuration to the present version, and keep its comments."""

import argparse
import difflib
from pathlib import Path

from edge_agent.cli import DONE
from edge_agent.config.migration import Migration, migrate
from edge_agent.config.replacing import replace_text
from edge_agent.plain import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="the YAML file of an agent")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")


def run(args: argparse.Namespace) -> int:
    """Migrate; what cannot be done is raised as ConfigError, and the file is then as it was."""
    done = migrate(args.config)
    if not done.steps:
        print(printable(f"{args.config}: is of the present version, {done.version}; nothing to do"))
        return DONE
    for line in difference(args.config, done):
        print(printable(line))
    for step in done.steps:
        print(printable(f"{args.config}: {step}"))
    if args.dry_run:
        print("nothing is written; without --dry-run it will be")
    else:
        print(printable(f"the old file is kept as {replace_text(args.config, done.new)}"))
    return DONE


def difference(file: Path, done: Migration) -> list[str]:
    """Return the lines that change, as `diff -u` shows them."""
    old, new = done.old.splitlines(), done.new.splitlines()
    return list(difflib.unified_diff(old, new, str(file), "after migrate", lineterm=""))
