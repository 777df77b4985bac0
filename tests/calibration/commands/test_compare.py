import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from small_dataset import a_dataset, an_entry, some_examples

from calibration.commands.compare import add_arguments, run
from calibration.learning.judging.candidates import ENTRANTS, USUAL
from calibration.learning.judging.comparison import (
    Outcome,
    Trial,
    answer,
    row,
    table,
    table_int8,
    table_without,
)
from calibration.learning.training.probability import wilson_interval


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def compare(dataset: Path, out: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    usual = ["--epochs", "1", "--batch", "240", "--threads", "1"]
    return run(parser.parse_args([str(dataset), "--out", str(out), *usual, *options]))


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A data set and the folder of a comparison of three models, two seeds."""
    dataset = tmp_path_factory.mktemp("compare")
    a_dataset(dataset)
    models = ["--models", "svm", "cnn", "current"]
    assert compare(dataset, dataset / "out", *models, "--seeds", "1", "2", "--int8") == 0
    return dataset, dataset / "out"


def a_trial(right: list[int], seed: int = 1, fold: str = "a", model: str = "svm", **changes) -> Trial:
    """A trial on sound motors, each judged once: `right` says 1 where it was called sound, 0 for one bar."""
    outcomes = tuple(Outcome(f"{fold}-{i}", 0, not r, 1 - r) for i, r in enumerate(right))
    settings = {"parameters": 10, "macs": 20, "training_s": 1.0, "testing_ms": 0.5, "outcomes_without": {}}
    return Trial(model=model, fold=fold, seed=seed, outcomes=outcomes, **(settings | changes))


def test_every_model_is_judged_on_the_same_recordings_of_the_test_motors(compared):
    _, out = compared
    content = json.loads((out / "compare.json").read_text())
    assert [r["model"] for r in content["rows"]] == ["svm", "cnn", "current"]
    assert {(r["judged"], r["motors"]) for r in content["rows"]} == {(20, 4)}
    assert [r["seeds"] for r in content["rows"]] == [1, 2, 2], "a seed changes nothing in an SVM"
    assert content["rows"][0]["exact"]["mean"] == 1.0
    assert content["protocol"] == "leave_one_motor_out"


def test_the_table_says_what_its_figures_are_worth(compared):
    _, out = compared
    text = (out / "compare.md").read_text()
    assert "protocol `leave_one_motor_out`" in text
    assert "the same 20 recordings of\n4 motors" in text
    assert "| svm | 100.0 % (83.9-100.0) |" in text
    assert "| cnn, current dead |" in text
    assert "| current alone |" in text
    assert "current, vibration dead" not in text, "it never knew the vibration"


def test_networks_are_judged_in_int8_beside_float_and_what_is_not_quantised_is_not(compared):
    _, out = compared
    rows = {r["model"]: r for r in json.loads((out / "compare.json").read_text())["rows"]}
    assert rows["svm"]["int8"] is None
    assert rows["cnn"]["int8"] is None
    integers = rows["current"]["int8"]
    assert integers["flipped"] <= 0.2
    assert abs(integers["exact"]["mean"] - rows["current"]["exact"]["mean"]) <= 0.2
    assert "| current | " in (out / "compare.md").read_text().split("| model in INT8 |")[1]


def test_finished_trials_are_kept_and_new_models_added(compared):
    dataset, out = compared
    kept = {
        file: file.stat().st_mtime_ns for file in out.rglob("*") if file.name in ("trial.json", "last.pt")
    }
    assert compare(dataset, out, "--models", "svm", "knn", "current", "--int8") == 0
    assert kept == {file: file.stat().st_mtime_ns for file in kept}
    assert [r["model"] for r in json.loads((out / "compare.json").read_text())["rows"]] == [
        "svm",
        "knn",
        "current",
    ]


def test_trials_of_other_terms_are_refused(compared, capsys):
    dataset, out = compared
    assert compare(dataset, out, "--models", "svm", "--epochs", "2", "--int8") == 2
    assert "other terms" in capsys.readouterr().err


def test_shuffled_windows_are_counted_one_by_one_and_called_leaking(compared):
    dataset, _ = compared
    out = dataset / "random"
    assert compare(dataset, out, "--models", "knn", "--protocol", "random_window") == 0
    # 10,000 of 57,500 windows test, as in the paper: 70 of 400.
    assert json.loads((out / "compare.json").read_text())["rows"][0]["judged"] == 70
    assert "**This protocol leaks**" in (out / "compare.md").read_text()


def test_folds_of_a_protocol_are_one_test_together_and_may_be_fewer(compared):
    dataset, _ = compared
    out = dataset / "loads"
    assert compare(dataset, out, "--models", "knn", "--protocol", "leave_one_load_out", "--folds", "2") == 0
    content = json.loads((out / "compare.json").read_text())
    assert content["folds"] == ["load_2_of_8", "load_4_of_8"]
    assert content["rows"][0]["judged"] == 50


def test_one_verdict_per_recording_is_that_of_its_longest_window():
    entries = [an_entry(0, 0, 0), an_entry(1, 1, 2), an_entry(2, 2, 1, trainable=False)]
    examples = some_examples(entries)
    probabilities = np.tile(np.eye(5)[1], (len(examples), 1))
    probabilities[3] = np.eye(5)[0]
    probabilities[7] = np.eye(5)[2]
    assert answer("by_recording", probabilities, examples, entries) == (
        Outcome("motor-0", 0, False, 0),
        Outcome("motor-1", 2, True, 2),
    )
    assert len(answer("random_window", probabilities, examples, entries)) == 8


def test_folds_are_pooled_and_seeds_averaged():
    trials = [
        a_trial([1, 1, 1, 0], seed=1, fold="a"),
        a_trial([1, 1], seed=1, fold="b"),
        a_trial([1, 0, 0, 0], seed=2, fold="a"),
        a_trial([1, 1], seed=2, fold="b", training_s=5.0),
    ]
    found = row(trials)
    assert (found.judged, found.motors, found.seeds) == (6, 6, 2)
    assert (found.exact.lowest, found.exact.highest) == pytest.approx((3 / 6, 5 / 6))
    assert found.exact.mean == pytest.approx(4 / 6)
    assert found.exact.interval == wilson_interval(4, 6), "over recordings: more seeds do not narrow it"
    assert found.within_one.mean == 1.0
    assert found.training_s == 2.0
    assert "66.7 % (30.0-90.3; seeds 50.0-83.3)" in table([found])


def test_dead_modalities_stand_beside_the_other_one_alone():
    dead = {"current": a_trial([0, 0]).outcomes, "vibration": a_trial([1, 0]).outcomes}
    rows = [
        row([a_trial([1, 1], model="attention", outcomes_without=dead)]),
        row([a_trial([1, 0], model="current")]),
    ]
    lines = table_without(rows).splitlines()[2:]
    assert [line.split(" % ")[0] for line in lines] == [
        "| attention, current dead | 0.0",
        "| attention, vibration dead | 50.0",
        "| current alone | 50.0",
    ]
    assert table_without(rows[1:]) == ""


def test_what_int8_changes_is_counted_by_answer_and_by_fold():
    flipped = a_trial([1, 1, 1, 0]).outcomes
    trials = [
        a_trial([1, 1, 1, 1], fold="a", outcomes_int8=flipped),
        a_trial([0, 1], fold="b", outcomes_int8=a_trial([1, 1], fold="b").outcomes),
    ]
    found = row(trials)
    assert found.int8.flipped == pytest.approx(2 / 6)
    assert found.int8.exact.mean == pytest.approx(5 / 6)
    assert found.int8.exact_by_fold == {"a": 0.75, "b": 1.0}
    assert "| svm | 75.0 % | 100.0 % | 87.5 % |" in table_int8([found])
    assert table_int8([row([a_trial([1, 1])])]) == ""


def test_a_trial_survives_its_file(tmp_path):
    trial = a_trial([1, 0], outcomes_without={"current": a_trial([0, 0]).outcomes})
    trial.save(tmp_path / "trial.json")
    assert Trial.load(tmp_path / "trial.json") == trial


def test_the_wide_networks_take_part_only_when_they_are_named():
    assert set(ENTRANTS) - set(USUAL) == {"concatenation-x1.0", "attention-x1.0"}
