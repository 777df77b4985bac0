"""What the archive holds beside the checks."""

from pathlib import Path

import pytest

from edge_agent import __version__
from edge_agent.doctor.support_files import file_list, journal, versions


def test_versions_are_those_that_run() -> None:
    import numpy as np

    assert f"edge-agent {__version__}" in versions()
    assert f"numpy {np.__version__}" in versions()
    assert "pytest" not in versions()


def test_the_journal_of_a_unit_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "journalctl"
    program.write_text('#!/bin/sh\necho "$@"\necho trouble >&2\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    said = journal("pump")
    assert "--unit pump" in said
    assert "trouble" in said


def test_a_computer_without_a_journal_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "no journalctl" in journal("pump")


def test_files_are_listed_without_their_content(tmp_path: Path) -> None:
    (tmp_path / "captures").mkdir()
    (tmp_path / "captures" / "a.npz").write_bytes(b"secret")
    listed = file_list(tmp_path)
    assert "captures/a.npz" in listed
    assert "           6 " in listed
    assert "secret" not in listed


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "No such file" in file_list(tmp_path / "none")
