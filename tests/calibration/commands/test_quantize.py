import argparse
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_dataset import COLUMNS, ROWS, SIDE_INPUTS, a_dataset, load_split

from calibration.commands import evaluate, quantize, train
from calibration.learning.shipping.inference import ask
from calibration.learning.training.runs import Run
from edge_agent.diagnose.model import Model

pytestmark = pytest.mark.timeout(900)  # one training serves them all, and whoever comes first waits for it


def parsed(command, *arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(arguments)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The whole pipeline in miniature: data set, a few training steps, INT8 file."""
    folder = tmp_path_factory.mktemp("pipeline")
    torch.set_num_threads(1)
    dataset = a_dataset(folder)
    options = ["--epochs", "30", "--batch", "24", "--threads", "1"]
    assert train.run(parsed(train, str(folder), "--out", str(folder / "run"), *options)) == 0
    file = folder / "model.onnx"
    made = parsed(quantize, str(folder / "run"), str(folder), "--out", str(file), "--examples", "60")
    assert quantize.run(made) == 0
    return folder, dataset, file


def test_the_file_loads_and_tells_sound_from_broken_on_unseen_motors(shipped):
    folder, dataset, file = shipped
    model = Model.load(file)
    examples = load_split(folder, dataset, "test")
    broken = np.array([belief.probabilities[0] < 0.5 for belief in ask(model, examples)])
    assert np.mean(broken == (examples.label > 0)) > 0.9


def test_the_file_says_where_it_comes_from(shipped):
    _, dataset, file = shipped
    spec = Model.load(file).spec
    assert spec.front_end == dataset.front_end
    assert spec.side_inputs == SIDE_INPUTS
    assert spec.training.commands[0] == dataset.command
    assert (spec.training.recordings, spec.training.motors) == (60, 12)
    assert len(spec.golden) == 3
    assert (spec.training.protocol, spec.training.fold) == ("leave_one_motor_out", "leave_one_motor_out")
    assert {"healthy_against_broken", "exact_count.load_25"} <= {figure.name for figure in spec.figures}
    assert file.stat().st_size < 2e6


def test_int8_judges_as_the_float_network(shipped):
    figures = Model.load(shipped[2]).spec.figures
    flipped = [figure.value for figure in figures if figure.name == "int8_flips_verdict"]
    lost = [figure.value for figure in figures if figure.name.startswith("int8_loses.")]
    assert len(flipped) == 2
    assert max(flipped) < 0.1
    assert len(lost) == 6
    assert max(lost) < 0.1


def test_a_training_is_not_quantised_with_another_data_set(shipped, tmp_path, capsys):
    folder, dataset, _ = shipped
    a_dataset(tmp_path)
    replace(dataset, seed=7).save(tmp_path)
    made = parsed(quantize, str(folder / "run"), str(tmp_path), "--out", str(tmp_path / "model.onnx"))
    assert quantize.run(made) == 2
    assert "not the data set that" in capsys.readouterr().err
    assert not (tmp_path / "model.onnx").exists()


def test_few_ordinary_windows_are_refused(shipped):
    folder, dataset, file = shipped
    model = Model.load(file)
    for split, share in (("validation", 0.0), ("test", 0.1)):
        beliefs = ask(model, load_split(folder, dataset, split))
        assert np.mean([belief.out_of_domain for belief in beliefs]) <= share


STRIPES = np.where(np.arange(ROWS * COLUMNS * 4).reshape(ROWS, COLUMNS, 4) // 4 % 4 < 2, 255, 0)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.random.default_rng(1).integers(0, 255, STRIPES.shape), id="noise"),
        pytest.param(np.full_like(STRIPES, 128), id="grey"),
        pytest.param(np.full_like(STRIPES, 255), id="white"),
        pytest.param(STRIPES, id="stripes"),
    ],
)
def test_images_of_another_kind_are_refused(shipped, image):
    folder, dataset, file = shipped
    examples = load_split(folder, dataset, "test")
    examples.images["current"][:] = image
    assert all(belief.out_of_domain for belief in ask(Model.load(file), examples))


def test_evaluation_compares_int8_with_the_training_and_writes_its_report(shipped, tmp_path, capsys):
    folder, _, file = shipped
    options = ["--run", str(folder / "run"), "--out", str(tmp_path)]
    assert evaluate.run(parsed(evaluate, str(file), str(folder), *options)) == 0
    printed, report = capsys.readouterr().out, json.loads((tmp_path / "report.json").read_text())
    assert printed.strip() in (tmp_path / "report.md").read_text()
    names = {figure["name"] for figure in report["figures"]}
    assert {"int8_flips_verdict", "exact_count.without_vibration", "refused_out_of_domain"} <= names
    assert report["caution"] == ""
    assert (tmp_path / "confusion.png").exists()


def test_evaluation_on_another_split_says_that_the_model_may_know_it(shipped, capsys):
    folder, _, file = shipped
    assert evaluate.run(parsed(evaluate, str(file), str(folder), "--protocol", "by_recording")) == 0
    assert "may have learned" in capsys.readouterr().out


def test_int8_is_not_compared_with_another_training(shipped, tmp_path, capsys):
    folder, _, file = shipped
    record = Run.load(folder / "run")
    replace(record, training=record.training | {"seed": 99}).save(tmp_path)
    assert evaluate.run(parsed(evaluate, str(file), str(folder), "--run", str(tmp_path))) == 2
    assert "not the training that" in capsys.readouterr().err


def test_a_fold_that_is_not_there_is_named(shipped, capsys):
    folder, _, file = shipped
    assert evaluate.run(parsed(evaluate, str(file), str(folder), "--fold", "9")) == 2
    assert "no fold '9'" in capsys.readouterr().err
