"""`edge-agent migrate`: it shows what changes, keeps the old file, and leaves a file whole."""

from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent import cli

TEXT = f"""\
# our pump
motor: {plate_yaml()}  # the plate
acquisition: {{port: /dev/ttyACM0}}
mqtt: {{host: h}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(TEXT)
    return file


def test_a_dry_run_shows_the_change_and_writes_nothing(file: Path, capsys) -> None:
    assert cli.main(["migrate", str(file), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "+version: 1\n" in said
    assert "nothing is written" in said
    assert [path.read_text() for path in file.parent.iterdir()] == [TEXT]


def test_the_old_file_is_kept_beside_the_new_one_which_has_its_rights(file: Path, capsys) -> None:
    file.chmod(0o640)
    assert cli.main(["migrate", str(file)]) == 0
    kept = file.with_name("agent.yaml.before")
    assert kept.read_text() == TEXT
    assert str(kept) in capsys.readouterr().out
    assert file.read_text() == TEXT.replace("# our pump\n", "# our pump\nversion: 1\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert cli.main(["check", str(file)]) == 0


def test_a_file_of_the_present_version_stays_as_it_is(file: Path, capsys) -> None:
    file.write_text(f"version: 1\n{TEXT}")
    assert cli.main(["migrate", str(file)]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert [path.name for path in file.parent.iterdir()] == ["agent.yaml"]


def test_a_later_file_is_status_2_and_stays_as_it_is(file: Path, capsys) -> None:
    file.write_text(f"version: 9\nshiny: new\n{TEXT}")
    assert cli.main(["migrate", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "found 9, and this program reads version 1" in line
    assert file.read_text().startswith("version: 9\n")
