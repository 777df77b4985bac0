"""The unit is what systemd wants, and gives away as little as it can."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "edge-agent.service"
COLLECTOR = DEPLOY / "fleet/rsyslog/edge-fleet-collector.service"
SYSTEM_UNITS = Path("/lib/systemd/system")

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="NOT TESTED: needs systemd-analyze (package systemd)"
)


@pytest.mark.parametrize(
    ("unit", "program"),
    [(UNIT, "opt/edge-agent/bin/edge-agent"), (COLLECTOR, "usr/local/lib/edge-fleet/collect.sh")],
)
def test_a_unit_is_clean_where_it_is_installed(unit: Path, program: str, tmp_path: Path) -> None:
    """Installed as the guide says, in a root of its own that has Debian's units and our program."""
    for name in (program, "bin/kill"):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    installed = tmp_path / "etc/systemd/system" / unit.name
    installed.parent.mkdir(parents=True)
    shutil.copy(unit, installed)
    shutil.copytree(SYSTEM_UNITS, tmp_path / "lib/systemd/system", symlinks=True)
    command = ["systemd-analyze", "verify", "--man=no", f"--root={tmp_path}", unit.name]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_the_exposure_is_two_or_less() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT)]
    analysed = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", analysed.stdout)
    assert found is not None, analysed.stderr
    assert analysed.returncode == 0
    assert float(found[1]) <= 2.0


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "WatchdogSec=60",
        "Restart=always",
        "RestartPreventExitStatus=2",
        "StateDirectory=edge-agent",
        "User=edge-agent",
        "SupplementaryGroups=dialout",
        "MemoryMax=500M",
        "LimitCORE=0",
    ],
)
def test_the_unit_promises(line: str) -> None:
    assert line in UNIT.read_text().splitlines()
