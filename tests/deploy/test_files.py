"""Rules, example and guide fit the program and each other."""

import errno
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edge_agent.acquire import serial_port
from edge_agent.config import load_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "60-edge-agent.rules"
KEY = r'[A-Z_]+(\{[\w/]+\})?(==|!=|=|\+=|-=|:=)"[^"]*"'


def test_the_example_configuration_is_valid(tmp_path: Path) -> None:
    text = (DEPLOY / "edge-agent.example.yaml").read_text()
    for name in ("ca.crt", "mqtt-password"):
        (tmp_path / name).write_text("secret\n")
    file = tmp_path / "edge-agent.yaml"
    file.write_text(text.replace("/etc/edge-agent/", f"{tmp_path}/"))
    settings = load_settings(file)
    assert settings.mqtt_settings().tls is not None
    assert settings.mqtt_settings().username == settings.agent.id


def test_each_udev_rule_is_a_list_of_keys() -> None:
    for line in RULES.read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(rf"{KEY}(, {KEY})*", line), line


def test_udev_takes_the_rules() -> None:
    """`udevadm verify` came with systemd 254."""
    if shutil.which("udevadm") is None:
        pytest.skip("NOT TESTED: needs udevadm (package udev)")
    known = subprocess.run(["udevadm", "verify", "--help"], capture_output=True, text=True, check=False)
    if known.returncode != 0:
        pytest.skip("NOT TESTED: this udevadm cannot verify rules (needs systemd 254)")
    verified = subprocess.run(["udevadm", "verify", str(RULES)], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_every_file_of_the_guide_is_there_and_every_file_is_in_the_guide() -> None:
    guide = (DEPLOY / "README.md").read_text()
    named = set(re.findall(r"^\| `([\w./-]+)` \|", guide, re.MULTILINE))
    there = {
        str(path.relative_to(DEPLOY))
        for path in [*DEPLOY.glob("*"), *(DEPLOY / "mosquitto").glob("*")]
        if path.is_file() and path.name != "README.md"
    }
    assert named == there


@pytest.mark.parametrize("refusal", [errno.EACCES, errno.EPERM, errno.EBUSY])
def test_the_guide_quotes_what_is_said_of_a_port_that_cannot_be_opened(refusal: int) -> None:
    quoted = re.findall(r"^\| `([^`]+)` \|", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    said = str(serial_port._reason(OSError(refusal, "")))
    assert any(said.startswith(words) for words in quoted), said


def test_the_guide_says_first_that_32_bit_is_not_supported() -> None:
    guide = (DEPLOY / "README.md").read_text()
    assert guide.index("32-bit systems are not supported") < guide.index("```")


@pytest.mark.parametrize("installed", ["edge-agent.service", "edge-agent.example.yaml"])
def test_paths_in_the_files_are_those_of_the_guide(installed: str) -> None:
    guide = (DEPLOY / "README.md").read_text()
    for path in re.findall(r"/(?:etc|opt)/edge-agent/[\w.-]*\w", (DEPLOY / installed).read_text()):
        assert path in guide
