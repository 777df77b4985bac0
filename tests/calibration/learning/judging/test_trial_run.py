"""A trial of a new model: what gets worse on any recording stops it."""

from dataclasses import replace
from pathlib import Path

import pytest

from calibration.commands import trial
from calibration.learning.judging import trial_run
from calibration.learning.judging.trial_run import Outcome, outcomes, page
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording
from edge_agent.diagnose.model import Model, builtin_path
from edge_agent.verdict import State

GOOD, BAD, NONE = State.HEALTHY, State.BROKEN_BARS, State.INDETERMINATE


@pytest.mark.parametrize(
    ("broken", "old", "new", "word"),
    [
        (False, GOOD, BAD, "worse"),
        (False, GOOD, NONE, "worse"),
        (False, BAD, NONE, "better"),
        (False, BAD, BAD, ""),
        (True, BAD, GOOD, "worse"),
        (True, BAD, NONE, "worse"),
        (True, NONE, BAD, "better"),
        (True, GOOD, GOOD, ""),
    ],
)
def test_a_refusal_lies_between_right_and_wrong(broken, old, new, word) -> None:
    outcome = Outcome("r", "hall-3", broken, old, new)
    assert (outcome.worse, outcome.better) == (word == "worse", word == "better")
    assert (f"- {word}: r (" in page([outcome])) == bool(word)


def test_the_page_counts_recordings_by_truth_and_state() -> None:
    found = [
        Outcome("a", "", False, GOOD, BAD),
        Outcome("b", "", True, BAD, BAD),
        Outcome("c", "", True, NONE, BAD),
    ]
    rows = page(found).splitlines()[2:6]
    assert rows == [
        "| 1 sound | old | 0 | 1 | 0 |",
        "| 1 sound | new | 1 | 0 | 0 |",
        "| 2 broken | old | 1 | 0 | 1 |",
        "| 2 broken | new | 2 | 0 | 0 |",
    ]


def a_recording(folder: Path, bars: int, window_s: float = 4.0) -> Path:
    made = simulate(Scenario(seed=1, broken_bars=bars, load=1.0, duration_s=13.0))  # three windows apart
    configuration = {"window": {"length_s": window_s, "step_s": 2.0}}
    path = folder / f"r{bars}.npz"
    write_recording(
        path,
        replace(made, meta=made.meta | {"motor_id": "m", "site": "hall-3", "configuration": configuration}),
    )
    return path


def test_a_model_against_itself_changes_nothing(tmp_path: Path, capsys) -> None:
    paths = [a_recording(tmp_path, bars) for bars in (0, 3)]
    builtin = Model.load("builtin")
    found = list(outcomes(paths, builtin, builtin))
    assert [(one.broken, one.old, one.site) for one in found] == [
        (False, GOOD, "hall-3"),
        (True, BAD, "hall-3"),
    ]
    assert run([builtin_path(), *paths]) == 0
    assert "| 1 broken | new | 1 | 0 | 0 |" in capsys.readouterr().out


def test_a_model_that_is_worse_fails_the_command(tmp_path: Path, monkeypatch, capsys) -> None:
    states = iter([State.BROKEN_BARS, State.INDETERMINATE])
    monkeypatch.setattr(trial_run, "worst_state", lambda *given: next(states))
    assert run([builtin_path(), a_recording(tmp_path, 3)]) == 1
    said = capsys.readouterr()
    assert "- worse: r3 (broken): broken_bars -> indeterminate" in said.out
    assert "do not roll it out: it is worse on 1 of 1 recordings" in said.err


def test_what_cannot_be_used_is_named(tmp_path: Path, capsys) -> None:
    (tmp_path / "r.npz").write_bytes(b"none")
    assert run([builtin_path(), tmp_path / "r.npz"]) == 2
    assert run([tmp_path / "none.onnx", a_recording(tmp_path, 0)]) == 2
    said = capsys.readouterr().err
    assert "r.npz" in said
    assert "none.onnx" in said


def run(arguments: list[Path]) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    trial.add_arguments(parser)
    return trial.run(parser.parse_args([str(argument) for argument in arguments]))
