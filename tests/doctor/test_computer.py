"""Clock, disk and model of the computer."""

import calendar
import os
import shutil
from pathlib import Path

import pytest

from edge_agent.diagnose.model import builtin_path
from edge_agent.diagnose.model_file import digest_path
from edge_agent.doctor.computer import check_clock, check_disk, check_model
from edge_agent.doctor.result import Mark
from edge_agent.wall_clock import RELEASE_YEAR


def in_year(year: int) -> float:
    return calendar.timegm((year, 6, 1, 0, 0, 0))


@pytest.mark.parametrize(
    ("year", "kernel", "mark", "said"),
    [
        (1970, 0, Mark.FAIL, "the year 1970"),
        (RELEASE_YEAR - 1, 0, Mark.FAIL, "timedatectl"),
        (RELEASE_YEAR, 5, Mark.WARN, "not synchronised"),
        (RELEASE_YEAR, 0, Mark.OK, "synchronised"),
        (RELEASE_YEAR + 9, -1, Mark.OK, "set"),
    ],
)
def test_a_clock_that_is_not_set(year: int, kernel: int, mark: Mark, said: str) -> None:
    result = check_clock(in_year(year), lambda: kernel)
    assert (result.mark, said in result.line) == (mark, True)


def test_a_disk_with_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(9e9, 1e9, 8e9))
    result = check_disk(tmp_path / "not" / "yet")
    assert (result.mark, "8,000 MB free" in result.what) == (Mark.OK, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("free", "mark"), [(0, Mark.FAIL), (5e6, Mark.FAIL), (3e8, Mark.WARN)])
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, mark: Mark) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(9e9, 9e9 - free, free))
    assert check_disk(tmp_path).mark is mark


def test_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    """Also as root: a folder of the kernel takes no files."""
    result = check_disk(Path("/proc/self/fdinfo" if os.geteuid() == 0 else "/proc"))
    assert result.mark is Mark.FAIL
    assert "nothing can be written" in result.what
    assert "state_dir" in result.advice


def test_the_shipped_model_is_whole() -> None:
    result = check_model("builtin")
    assert (result.mark, "known answers are right" in result.what) == (Mark.OK, True)


def test_a_damaged_model(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    content = bytearray(builtin_path().read_bytes())
    content[len(content) // 2] ^= 0x10
    model.write_bytes(content)
    shutil.copy(digest_path(builtin_path()), digest_path(model))
    result = check_model(str(model))
    assert (result.mark, result.name) == (Mark.FAIL, "model")
    assert "SHA-256" in result.what
    assert "install the agent again" in result.advice
