"""Prometheus' own checker of metrics and rules."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def promtool(*arguments: str, given: str = "") -> str:
    """Run promtool, which must be content; return what it says. Skips loudly where there is none."""
    beside = Path(sys.executable).parent / "promtool"
    program = str(beside) if beside.exists() else shutil.which("promtool")
    if program is None:
        pytest.skip("NOT TESTED AGAINST PROMETHEUS: there is no promtool; make promtool gets it")
    done = subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, timeout=120, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
