import argparse

import pytest
from small_conditions import some_examples

from calibration.commands.conditions import add_arguments, run
from calibration.learning.conditions.examples import tasks

pytestmark = pytest.mark.usefixtures("one_thread")
MOTORS = 12


def conditions(out, *options: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    usual = ["--motors", str(MOTORS), "--epochs", "1", "--threads", "1", "--jobs", "1", "--seeds", "1"]
    return run(parser.parse_args(["--out", str(out), *usual, *options]))


@pytest.fixture
def out(tmp_path, monkeypatch):
    """A folder that holds the windows already: what simulates them has tests of its own, and so has dask."""
    monkeypatch.setattr(
        "calibration.commands.conditions.work", lambda make, plan, *_: [make(task) for task in plan]
    )
    (tmp_path / "windows").mkdir()
    for task in tasks(tmp_path / "windows", MOTORS, 1):
        some_examples(len(task.motors), first_motor=task.motors[0]).save(task.path)
    return tmp_path


def test_the_page_sets_networks_beside_the_indicators_and_a_second_run_trains_nothing(out) -> None:
    options = ["--models", "current", "joint_encoder", "--folds", "2", "--left-out", "1"]
    assert conditions(out, *options) == 0
    text = (out / "conditions.md").read_text()
    assert "24 windows of 6 simulated motors, 1 folds by motor, 1 seeds" in text
    for name in ("indicators", "current", "joint_encoder"):
        assert f"| {name} |" in text
    kept = {path: path.stat().st_mtime_ns for path in out.glob("*/fold-*/seed-1/*")}
    assert len(kept) == 2 * 3
    assert conditions(out, *options) == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert (out / "conditions.md").read_text() == text


def test_too_many_folds_are_refused(out, capsys) -> None:
    assert conditions(out, "--folds", "9") == 2
    assert "12 motors give 2 to 4 folds, not 9" in capsys.readouterr().err
