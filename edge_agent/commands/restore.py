"""`edge-agent restore`: what a backup holds takes the place of what is in the state folder."""

import argparse
import sys
from pathlib import Path

from edge_agent.backup.manifest import CONFIGURATION
from edge_agent.backup.placing import Restored, restore, unpacked
from edge_agent.backup.reading import RefusedArchiveError
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.config import AgentSettings, ConfigError, load_whole
from edge_agent.plain import one_line, printable
from edge_agent.publish.only_one import TakenError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "archive", type=Path, metavar="FILE.tar.gz", help="what `edge-agent backup` has written"
    )
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        required=True,
        help="the YAML file of the agent; restored if it is missing",
    )


def run(args: argparse.Namespace) -> int:
    """Restore; 1 if the archive cannot be used, 2 while the agent runs, and nothing has changed then."""
    try:
        settings = _settings(args.archive, args.config)
        with settings.only_one():
            done = restore(args.archive, settings, args.config)
    except TakenError as error:
        print(f"edge-agent restore: {one_line(str(error))}; nothing has changed", file=sys.stderr)
        return WRONG_USAGE
    except RefusedArchiveError as error:
        print(f"edge-agent restore: {one_line(str(error))}; nothing has changed", file=sys.stderr)
        return FAILED
    for line in told(done, settings):
        print(printable(line))
    return DONE


def _settings(archive: Path, config: Path) -> AgentSettings:
    """Return the settings; a configuration that is missing is that of the backup."""
    if config.exists():
        return load_whole(config)
    with unpacked(archive, config.absolute().parent) as (parts, _):
        part = parts / CONFIGURATION
        if not part.exists():
            raise RefusedArchiveError(f"there is no {config}, and none in the archive")
        part.replace(config)  # as a whole; it was unpacked for its owner alone
    print(printable(f"{config}: restored, readable by its owner alone"))
    try:
        return load_whole(config)
    except ConfigError:
        print(
            "files with passwords, tokens and keys are in no backup: put them in place, and restore again",
            file=sys.stderr,
        )
        raise


def told(done: Restored, settings: AgentSettings) -> list[str]:
    """Return what was restored, a line each."""
    manifest = done.manifest
    lines = [
        f"backup of {manifest.created}, agent {manifest.agent}, motor "
        f"{', '.join(manifest.motors or [manifest.motor])}, by edge-agent {manifest.version}",
        f"{settings.shared.state_folder()}: {', '.join(done.files) or 'the backup holds no state'}",
    ]
    if done.captures:
        lines.append(f"{done.captures} captures that were not there")
    if done.kept is not None:
        lines.append(f"what was there before is kept in {done.kept}; remove it when all is well")
    if done.other_configuration is not None:
        lines.append(
            f"the configuration stays; that of the backup is another one: {done.other_configuration}"
        )
    return lines
