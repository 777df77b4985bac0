"""`edge-agent restore`: to a machine that has nothing, and what it refuses."""

from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent import cli
from edge_agent.config import load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    (folder / "state").mkdir(parents=True)
    (folder / "state/alarm.json").write_text("{}")
    (folder / "password").write_text("secret\n")
    file = folder / "agent.yaml"
    file.write_text(
        f"agent: {{id: a}}\nmotor: {plate_yaml()}\nacquisition: {{port: /dev/none}}\n"
        f"mqtt: {{host: localhost, username: u, password_file: password}}\nstate_dir: state\n"
    )
    return file


@pytest.fixture
def archive(config: Path, tmp_path: Path) -> Path:
    path = tmp_path / "b.tar.gz"
    assert cli.main(["backup", "-c", str(config), "-o", str(path)]) == 0
    return path


def test_a_new_machine_gets_its_configuration_and_then_its_state(
    archive: Path, config: Path, tmp_path: Path, capsys
) -> None:
    new = tmp_path / "new/agent.yaml"
    new.parent.mkdir()
    assert cli.main(["restore", str(archive), "-c", str(new)]) == 2
    said = capsys.readouterr()
    assert new.read_text() == config.read_text()
    assert "in no backup: put them in place" in said.err
    assert "mqtt.password_file: there is no file" in said.err
    (new.parent / "password").write_text("secret\n")
    assert cli.main(["restore", str(archive), "-c", str(new)]) == 0
    said = capsys.readouterr()
    assert f"{new.parent / 'state'}: alarm.json" in said.out
    assert load_settings(new).agent.id == "a"
    assert (new.parent / "state/alarm.json").read_text() == "{}"
    assert sorted(path.name for path in new.parent.iterdir()) == ["agent.yaml", "password", "state"]


def test_what_is_no_backup_is_status_1(config: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "x.tar.gz").write_text("nothing of the kind")
    assert cli.main(["restore", str(tmp_path / "x.tar.gz"), "-c", str(config)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "is damaged, or is no backup of edge-agent" in line
    assert line.endswith("nothing has changed")


def test_an_archive_that_is_not_there_is_status_1_in_one_line(config: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["restore", str(tmp_path / "x.tar.gz"), "-c", str(config)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
