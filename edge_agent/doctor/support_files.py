"""What the archive for support holds beside the checks: versions, journal, last words, list of files."""

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from edge_agent import __version__
from edge_agent.config import Settings
from edge_agent.doctor.service import ask_http
from edge_agent.doctor.session import read_retained
from edge_agent.publish.json_values import iso_time
from edge_agent.publish.mqtt.connection import ConnectionFailedError

JOURNAL_LINES = 5000
"""Newest lines of the journal that are packed: judgement, some weeks of an agent that says little."""
_JOURNAL_S = 30.0
"""Time that journalctl has, s. Judgement: a journal on an SD card is slow."""
_MAX_FILES = 2000
"""Most files of the state folder that are listed: judgement, captures number 50 by default."""
_RETAINED_S = 3.0
"""Time for the retained messages to come, s. Judgement."""
_PACKAGE = re.compile(r"[\w.-]+")
_OF_MOTOR = ("state", "alarm", "info", "baseline", "learned", "measurements", "trend")
"""Retained topics of a motor."""
_PAGES = ("/healthz", "/readyz", "/metrics")
"""Pages of the running agent."""


def versions() -> str:
    """Return versions of the agent, of what it needs, and of the computer."""
    lines = [
        f"edge-agent {__version__}",
        f"python {platform.python_version()} ({sys.executable})",
        f"system {platform.platform()}",
        f"machine {platform.machine()}, {os.cpu_count()} cores",
        f"made {iso_time(time.time())}",
    ]
    for name in _needed():
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return "\n".join(lines) + "\n"


def _needed() -> list[str]:
    """Return the packages that a running agent uses; none where it was not installed as a package."""
    try:
        needs = metadata.requires("rotor-bar-agent") or []
    except metadata.PackageNotFoundError:
        return []
    used = (need for need in needs if "extra ==" not in need or 'extra == "web"' in need)
    return sorted({found[0] for need in used if (found := _PACKAGE.match(need))}, key=str.lower)


def journal(unit: str) -> str:
    """Return the newest lines that the journal has of a unit, or why it has none."""
    program = shutil.which("journalctl")
    if program is None:
        return "there is no journalctl on this computer\n"
    command = [program, "--unit", unit, "--lines", str(JOURNAL_LINES), "--no-pager", "--output", "short-iso"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_JOURNAL_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"journalctl failed: {error}\n"
    return (done.stdout + done.stderr).decode(errors="replace")


def last_words(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield name and content of what the agent said last: its retained messages and its pages."""
    base, motor = settings.mqtt_settings().base_topic(settings.agent.id), settings.motor.id
    topics = {f"{base}/health": "health.json"} | {
        f"{base}/{motor}/{kind}": f"{kind}.json" for kind in _OF_MOTOR
    }
    try:
        found = read_retained(settings, list(topics), _RETAINED_S)
    except ConnectionFailedError as error:
        yield "said/broker.txt", f"{error}\n"
        found = {}
    for topic, message in found.items():
        yield f"said/{topics[topic]}", message.payload.decode(errors="replace") + "\n"
    missing = [topic for topic in topics if topic not in found]
    if missing:
        yield "said/missing.txt", "not there, or not for this user to read:\n" + "\n".join(missing) + "\n"
    yield from _pages(settings)


def _pages(settings: Settings) -> Iterator[tuple[str, str]]:
    http_settings = settings.sink_settings().http
    for path in _PAGES if http_settings is not None else ():
        try:
            assert http_settings is not None
            status, text = ask_http(http_settings, path)
            yield f"said{path}.txt", f"{status}\n{text}\n"
        except (OSError, ValueError) as error:
            yield f"said{path}.txt", f"{error}\n"


def file_list(folder: Path) -> str:
    """Return size, date and path of each file below the state folder, without any content."""
    lines = [f"{folder}"]
    for place, folders, names in os.walk(folder, onerror=lambda error: lines.append(str(error))):
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            try:
                known = path.lstat()
            except OSError as error:
                lines.append(str(error))
                continue
            lines.append(f"{known.st_size:>12} {iso_time(known.st_mtime)} {path.relative_to(folder)}")
        if len(lines) > _MAX_FILES:
            lines.append("and more")
            break
    return "\n".join(lines) + "\n"
