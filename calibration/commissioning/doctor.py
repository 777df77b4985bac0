"""The live checks of `edge-agent doctor`, run as a command of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from calibration.commissioning.handover import Check

_LONGEST_S = 180.0
"""Time after which the checks are given up, s. Judgement: each of them waits for some seconds at most."""


class DoctorError(Exception):
    """There are no live checks; the message says why."""


def doctor_command(config: Path) -> list[str]:
    """Return the command line of the checks."""
    return [sys.executable, "-m", "edge_agent.cli", "doctor", "--json", "-c", str(config)]


def live_checks(command: Sequence[str], longest_s: float = _LONGEST_S) -> tuple[Check, ...]:
    """Run the checks and return them; raises DoctorError if they did not come to an end."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DoctorError(f"edge-agent doctor did not end: {error}") from error
    checks = tuple(_checks(done.stdout))
    if not checks:
        said = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise DoctorError(f"edge-agent doctor said nothing: {said}")
    return checks


def _checks(printed: str) -> Iterator[Check]:
    """Read one JSON object a line; other lines are none of its results."""
    for line in printed.splitlines():
        try:
            told = json.loads(line)
            yield Check(told["result"], told["name"], told["what"], told.get("advice", ""))
        except (ValueError, TypeError, KeyError):
            continue
