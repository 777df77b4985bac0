"""`edge-agent init`: asked on a terminal, or unattended; what is there is never lost."""

import io
import sys
from pathlib import Path

import pytest
from plates import VALUES

from edge_agent import cli
from edge_agent.config import load_settings

GIVEN = [f"motor.{name}={value}" for name, value in VALUES.items()] + ["acquisition.port=/dev/none"]


def init(file: Path, *settings: str, force: bool = False) -> int:
    more = ["--force"] if force else []
    return cli.main(
        ["init", "-o", str(file), *more, *(word for text in settings for word in ("--set", text))]
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.yaml"


def test_unattended_it_writes_a_file_that_check_calls_correct(file: Path, capsys) -> None:
    assert init(file, *GIVEN, "log_level=debug") == 0
    said = capsys.readouterr().out
    assert f"{file}: correct" in said
    assert said.splitlines()[-1] == f"next, with everything connected: edge-agent doctor -c {file}"
    settings = load_settings(file)
    assert (settings.version, settings.motor.poles, settings.log_level) == (1, 4, "debug")


def test_all_that_is_missing_is_named_at_once_and_nothing_is_written(file: Path, capsys) -> None:
    assert init(file, *GIVEN[2:5]) == 2
    said = capsys.readouterr().err
    for name in ("motor.rated_power_kw", "motor.rated_voltage_v", "motor.poles", "acquisition.port"):
        assert f"--set {name}=..." in said
    assert "motor.rated_current_a" not in said
    assert not file.exists()


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("motor.poles=5", "motor.poles: found 5, expected a multiple of 2"),
        ("motor.pole=4", "motor.pole: unknown key, did you mean poles?"),
        ("motor.rated_speed_rpm=1815", "is above the synchronous speed"),
        ("motor", "is not of the form key=value"),
        ("version=2", "version"),
    ],
)
def test_a_wrong_setting_is_told_by_the_rules_and_nothing_is_written(
    file: Path, capsys, setting: str, told: str
) -> None:
    status = init(file, *GIVEN, setting)
    assert told in capsys.readouterr().err
    assert status == 2
    assert not file.exists()


def test_a_file_that_is_there_is_replaced_only_by_force_and_kept(file: Path, capsys) -> None:
    file.write_text("ours\n")
    assert init(file, *GIVEN) == 2
    assert "is there already" in capsys.readouterr().err
    assert file.read_text() == "ours\n"
    assert init(file, *GIVEN, force=True) == 0
    assert file.with_name("agent.yaml.before").read_text() == "ours\n"
    assert load_settings(file).motor.poles == 4


def test_asked_as_a_person_is_it_writes_the_same_file(
    file: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    typed = ["", *(str(VALUES[name]) for name in list(VALUES)[:3]), "60", "1715", *[""] * 6]
    typed += [str(tmp_path / "none"), "", "", ""]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(typed) + "\n"))
    assert init(file) == 0
    assert "there is no such port" in capsys.readouterr().out
    assert load_settings(file).motor.rated_speed_rpm == 1715


def test_answers_that_end_too_early_write_nothing(file: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert init(file) == 2
    assert "give all of them with --set" in capsys.readouterr().err
    assert not file.exists()


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path, capsys) -> None:
    assert init(tmp_path / "none/agent.yaml", *GIVEN) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
