"""`edge-agent migrate`: bring an older configuration to the present version, and keep its comments."""

import argparse
import difflib
import os
import shutil
from pathlib import Path

from edge_agent.cli import DONE
from edge_agent.config.migration import Migration, migrate
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
        print(printable(f"the old file is kept as {replace_file(args.config, done.new)}"))
    return DONE


def difference(file: Path, done: Migration) -> list[str]:
    """Return the lines that change, as `diff -u` shows them."""
    old, new = done.old.splitlines(), done.new.splitlines()
    return list(difflib.unified_diff(old, new, str(file), "after migrate", lineterm=""))


def replace_file(file: Path, text: str) -> Path:
    """Replace the text of a file, and keep the old file beside it; return where.

    The new file has the owner and the rights of the old one. A power cut leaves one of both whole. Raises
    OSError.
    """
    file = file.resolve()
    kept, beside = file.with_name(f"{file.name}.before"), file.with_name(f"{file.name}.part")
    shutil.copy2(file, kept)
    beside.unlink(missing_ok=True)
    beside.touch(0o600, exist_ok=False)  # nobody else may read it before it has the rights of the old one
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    shutil.copymode(file, beside)
    owner = file.stat()
    if os.geteuid() == 0:
        os.chown(beside, owner.st_uid, owner.st_gid)
        os.chown(kept, owner.st_uid, owner.st_gid)
    beside.replace(file)
    return kept
