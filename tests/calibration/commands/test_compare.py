import argparse
import json
from pathlib import Path

import pytest
from small_dataset import a_dataset

from calibration.commands.compare import add_arguments, run

pytestmark = pytest.mark.usefixtures("one_thread")


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
