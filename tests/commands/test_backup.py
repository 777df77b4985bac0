"""`edge-agent backup` beside an agent that runs."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent import cli


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(
        f"agent: {{id: a-{tmp_path.name}}}\nmotor: {plate_yaml()}\n"
        f"acquisition: {{port: {tmp_path}/none}}\nmqtt: {{host: 127.0.0.1, port: 1}}\nstate_dir: state\n"
    )
    return file


def test_it_works_beside_an_agent_and_a_restore_does_not(config: Path, tmp_path: Path, capsys) -> None:
    command = [sys.executable, "-m", "edge_agent.cli", "run", "-c", str(config)]
    archive = tmp_path / "b.tar.gz"
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as agent:
        try:
            assert agent.stderr is not None
            assert any("there is no such port" in line for line in agent.stderr)
            assert cli.main(["backup", "-c", str(config), "-o", str(archive)]) == 0
            assert cli.main(["restore", str(archive), "-c", str(config)]) == 2
        finally:
            agent.terminate()
            agent.communicate(timeout=60)
    said = capsys.readouterr()
    assert "outbox.sqlite3" in said.out
    assert "another agent" in said.err
    assert "nothing has changed" in said.err
    with tarfile.open(archive) as parts:
        assert "state/outbox.sqlite3" in parts.getnames()
    assert cli.main(["restore", str(archive), "-c", str(config)]) == 0
    assert "what was there before is kept in" in capsys.readouterr().out


def test_without_a_state_it_is_status_1_and_no_archive(config: Path, tmp_path: Path, capsys) -> None:
    assert cli.main(["backup", "-c", str(config), "-o", str(tmp_path / "b.tar.gz")]) == 1
    assert "has not run with this configuration" in capsys.readouterr().err
    assert not (tmp_path / "b.tar.gz").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [("b.zip", "does not end"), ("there.tar.gz", "is there"), ("no/b.tar.gz", "not a folder")],
)
def test_an_archive_that_cannot_be_written_is_refused_at_once(
    config: Path, tmp_path: Path, capsys, name: str, why: str
) -> None:
    (tmp_path / "there.tar.gz").write_text("ours")
    with pytest.raises(SystemExit) as ended:
        cli.main(["backup", "-c", str(config), "-o", str(tmp_path / name)])
    assert ended.value.code == 2
    assert why in capsys.readouterr().err
    assert (tmp_path / "there.tar.gz").read_text() == "ours"
