"""Child processes end with their parent, and say why they failed."""

import sys
from pathlib import Path

import pytest

from calibration.processes import children


def a_child(folder: Path, *program: str) -> children.Child:
    return children.Child("child", [sys.executable, "-c", "\n".join(program)], folder)


def test_a_child_is_ended_when_its_context_is_left(tmp_path: Path):
    with a_child(tmp_path, "import time", "time.sleep(60)") as child:
        child.check()
    with pytest.raises(children.ChildError, match="child exited with status -15"):
        child.check()


def test_a_child_that_ends_early_is_told_with_its_last_words(tmp_path: Path):
    with a_child(tmp_path, "print('no such port')", "raise SystemExit(2)") as child:
        with pytest.raises(children.ChildError, match="child exited with status 2"):
            child.wait_for(lambda: False, "opening its port", 60.0)
        assert child.last_lines() == ["no such port"]


def test_waiting_for_a_child_is_bounded(tmp_path: Path):
    with (
        a_child(tmp_path, "import time", "time.sleep(60)") as child,
        pytest.raises(children.ChildError, match="opening its port did not happen in 0 s"),
    ):
        child.wait_for(lambda: False, "opening its port", 0.0)
