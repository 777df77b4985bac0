"""`edge-agent doctor` prints a line a check, and its exit status says whether one failed."""

import json
import re
from pathlib import Path

import pytest
from broker import Mosquitto, free_port
from doctored import playing, recording, write_site

from edge_agent import cli
from edge_agent.config import ConfigError, load_settings


def doctored(config: Path, *options: str) -> int:
    return cli.main(["doctor", "-c", str(config), *options])


def test_a_line_a_check_and_status_1_for_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctored(write_site(tmp_path, free_port())) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(re.fullmatch(r"(ok|warn|fail) \w+: .+", line) for line in lines)
    assert [line.split(":")[0].split()[1] for line in lines] == ["clock", "disk", "model", "port", "broker"]


def test_status_0_where_all_is_well(
    tmp_path: Path, mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    with playing(tmp_path / "port", recording(), speed=4.0):
        status = doctored(write_site(tmp_path, mosquitto.port), "--json")
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["name"] for one in said} >= {"clock", "disk", "model", "port", "channels", "plate", "rights"}
    failed = {one["name"] for one in said if one["result"] == "fail"}
    assert failed <= {"disk", "rate"}  # of this machine: its disk, and whether it keeps up
    assert status == bool(failed)


def test_a_wrong_configuration_is_said_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_site(tmp_path, motor="{poles: 3}")
    with pytest.raises(ConfigError):
        load_settings(config)
    assert doctored(config) == 2
    assert f"{config}:2:" in capsys.readouterr().err
