"""`edge-agent support`: what a helper needs to see, in one file without secrets."""

import argparse
import io
import json
import os
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from edge_agent.cli import DONE, add_motor_option
from edge_agent.commands.check import summary, verdict
from edge_agent.config import ConfigError, Problem, Settings, load_with_doubts
from edge_agent.doctor.examination import examine
from edge_agent.doctor.public_settings import PublicSettings
from edge_agent.doctor.secrets_out import Scrubber
from edge_agent.doctor.support_files import file_list, journal, last_words, versions

_ENDING = ".tar.gz"
_FOLDER = "edge-agent-support"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    add_motor_option(parser)
    parser.add_argument(
        "-o", "--output", type=_new_file, required=True, help=f"the file to write ({_ENDING})"
    )
    parser.add_argument("--unit", default="edge-agent", help="the systemd unit whose journal is packed")


def _new_file(text: str) -> Path:
    path = Path(text)
    if not path.name.endswith(_ENDING):
        raise argparse.ArgumentTypeError(f"{text} does not end with {_ENDING}")
    if path.exists():
        raise argparse.ArgumentTypeError(f"{text} is there already; choose another name")
    return path


def run(args: argparse.Namespace) -> int:
    """Write the archive; a wrong configuration, a silent port or an absent broker are packed as they are."""
    public = PublicSettings(args.config)
    scrubber = Scrubber(public.secrets)
    files = {
        name: scrubber.clean(text) for name, text in _files(args.config, public.text, args.unit, args.motor)
    }
    _write(args.output, files)
    print(f"{args.output}: {', '.join(files)}")
    print("Look through it before you send it: secrets were removed as far as they are known as such.")
    return DONE


def _files(config: Path, public: str, unit: str, motor: str | None) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file; secrets are still in them."""
    yield "versions.txt", versions()
    yield "configuration.yaml", public
    try:
        settings, doubts = load_with_doubts(config, motor=motor)
    except ConfigError as error:
        yield "check.txt", f"{error}\n"
    else:
        yield "check.txt", _check(config, settings, doubts)
        yield from _doctor(settings)
        yield from last_words(settings)
        yield "files.txt", file_list(settings.state_folder())
    yield "journal.txt", journal(unit)


def _check(config: Path, settings: Settings, doubts: tuple[Problem, ...]) -> str:
    return "\n".join([verdict(config, doubts), *summary(settings), *map(str, doubts)]) + "\n"


def _doctor(settings: Settings) -> Iterator[tuple[str, str]]:
    results = list(examine(settings))
    yield "doctor.txt", "".join(f"{result.line}\n" for result in results)
    yield "doctor.json", "".join(f"{json.dumps(result.payload())}\n" for result in results)


def _write(path: Path, files: dict[str, str]) -> None:
    """Write the archive, for its owner alone; an existing file is never replaced."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as output, tarfile.open(fileobj=output, mode="w:gz") as archive:
        for name, text in files.items():
            content = text.encode(errors="replace")
            member = tarfile.TarInfo(f"{_FOLDER}/{name}")
            member.size, member.mtime, member.mode = len(content), int(time.time()), 0o600
            archive.addfile(member, io.BytesIO(content))
