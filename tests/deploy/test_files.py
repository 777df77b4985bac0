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
GUIDE = (DEPLOY / "README.md").read_text()
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


NOT_INSTALLED = ("debian", "container", "firmware", "pictures", "home_assistant_addon", "fleet")
"""Folders whose files are built into something or looked at, and not installed one by one."""


def test_every_file_of_the_guide_is_there_and_every_file_is_in_the_guide() -> None:
    guide = (DEPLOY / "README.md").read_text()
    named = set(re.findall(r"^\| `([\w./@-]+)` \|", guide, re.MULTILINE))
    there = {
        str(path.relative_to(DEPLOY))
        for path in DEPLOY.rglob("*")
        if path.is_file()
        and path.name not in ("README.md", "install.sh")
        and path.relative_to(DEPLOY).parts[0] not in NOT_INSTALLED
        and "__pycache__" not in path.parts
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


def _removal() -> str:
    """The chapter of the guide about removing everything."""
    (chapter,) = re.findall(r"^## Remove everything$.*?(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)
    return chapter


def test_what_is_installed_is_removed_again() -> None:
    installed = set(re.findall(r"^\| `[\w./@-]+` \| `(/[\w./@-]+)`", GUIDE, re.MULTILINE))
    installed |= set(re.findall(r"/etc/mosquitto/[\w-]+\.passwords|/root/[\w-]+|/opt/[\w.-]+\b", GUIDE))
    installed |= {"/var/lib/edge-agent", "/etc/mosquitto/certs/server.key", "/etc/mosquitto/certs/server.crt"}
    installed -= {"/opt/python"}  # may serve other programs
    assert len(installed) >= 12
    removed = re.findall(r"^rm -r?f (.*)$", _removal(), re.MULTILINE)
    gone = {path for line in removed for path in line.split("#")[0].split()}
    for path in installed:
        assert any(path == each or path.startswith(f"{each}/") for each in gone), path
    assert "userdel edge-agent" in _removal()


def test_the_broker_forgets_the_agent_before_its_user_is_gone() -> None:
    chapter = _removal()
    assert chapter.index("edge-agent forget -c") < chapter.index("rm -f") < chapter.index("userdel")


def test_the_check_of_the_guide_names_the_outbox_of_the_service(tmp_path: Path) -> None:
    example = (DEPLOY / "edge-agent.example.yaml").read_text()
    for name in ("ca.crt", "mqtt-password"):
        (tmp_path / name).write_text("secret\n")
    file = tmp_path / "edge-agent.yaml"
    file.write_text(example.replace("/etc/edge-agent/", f"{tmp_path}/"))
    (directory,) = re.findall(r"^StateDirectory=(.*)$", (DEPLOY / "edge-agent.service").read_text(), re.M)
    assert load_settings(file).state_folder() == Path("/var/lib") / directory
    checks = [line for line in GUIDE.splitlines() if "bin/edge-agent check" in line]
    assert checks
    assert all(line.startswith("runuser -u edge-agent -- ") for line in checks)


def test_an_upgrade_fetches_the_new_version_first() -> None:
    (chapter,) = re.findall(r"^## Upgrade.*?(?=^## )", GUIDE, re.MULTILINE | re.DOTALL)
    assert chapter.index("git pull") < chapter.index("pip install --upgrade")


def test_the_guide_says_what_to_do_where_python_is_too_old() -> None:
    (needed,) = re.findall(r'requires-python = ">=([\d.]+)"', (DEPLOY.parent / "pyproject.toml").read_text())
    assert f"`python{needed}`" in GUIDE
    assert "JetPack 6" in GUIDE


@pytest.mark.parametrize("words", ["the analysis of a window failed", "the configuration has errors"])
def test_the_guide_quotes_what_the_log_says(words: str) -> None:
    assert f"`{words}`" in GUIDE
    program = "".join(path.read_text() for path in (DEPLOY.parent / "edge_agent").glob("*.py"))
    assert words in program
