import argparse
import json
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from small_dataset import COLUMNS, ROWS, SIDE_INPUTS, a_dataset, an_entry, load_split, some_examples

from calibration import evaluate, quantize, train
from calibration.export import accept_bytes, to_onnx
from calibration.learning.assessment import figures, judge, verdict_confidence
from calibration.learning.deploy import DeployedNetwork
from calibration.learning.inference import ask
from calibration.learning.network import FusionNetwork, NetworkSpec
from calibration.learning.packaging import calibration_inputs
from calibration.learning.probability import expected_calibration_error
from calibration.learning.quantization import CalibrationInputs
from calibration.learning.quantization import quantize as quantize_network
from calibration.learning.runs import Run
from edge_agent.diagnose.manifest import Modality
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


@pytest.mark.parametrize("target", ["x86", "arm64"])
def test_bytes_reach_the_first_convolution_without_loss(target):
    """The file that takes bytes computes bit for bit what the quantised file with float inputs computes."""
    torch.manual_seed(0)
    network = FusionNetwork(NetworkSpec({"current": 4}, len(SIDE_INPUTS), 5)).eval()
    modalities = [Modality("current", 32, 16, ("a", "b", "c", "d"))]
    examples = some_examples([an_entry(i, i, i) for i in range(5)])
    inputs = CalibrationInputs({"current": examples.images["current"]}, examples.side)
    quantized = quantize_network(to_onnx(DeployedNetwork(network, 8), modalities, 3), inputs, target)
    floats = onnxruntime.InferenceSession(quantized.SerializeToString())
    as_bytes = onnxruntime.InferenceSession(accept_bytes(quantized, modalities).SerializeToString())
    image, side = examples.images["current"][:1], examples.side[:1]
    planes = np.moveaxis(image, 3, 1).astype(np.float32) / np.float32(255)
    expected = floats.run(None, {"current": planes, "side": side})[0]
    np.testing.assert_array_equal(as_bytes.run(None, {"current": image, "side": side})[0], expected)


def test_ranges_are_taken_from_every_class_and_load():
    entries = [an_entry(i, i, label) for i, label in enumerate([0] * 40 + [1, 2, 3, 4] * 3)]
    examples = some_examples(entries)
    load = np.array([entries[i].load for i in examples.recording])
    chosen = calibration_inputs(examples, load, ["current"], count=50)
    assert len(chosen.side) >= 40
    bright = chosen.images["current"][:, 8:16].mean(axis=(1, 2, 3))
    assert len({round((level - 20) / 45) for level in bright}) == 5


def test_a_recording_is_judged_by_its_longest_window():
    entries = [an_entry(0, 0, 0), an_entry(1, 1, 3)]
    examples = some_examples(entries)
    probabilities = np.tile(np.array([0.1, 0.8, 0.1, 0.0, 0.0]), (8, 1))
    probabilities[3] = [0.9, 0.1, 0, 0, 0]
    probabilities[7] = [0.0, 0.0, 0.2, 0.5, 0.3]
    judgements = judge(probabilities, examples, entries, threshold=0.5)
    assert [j.estimate for j in judgements] == [0, 3]
    values = {figure.name: figure.value for figure in figures(judgements, "test")}
    assert values["exact_count"] == values["healthy_against_broken"] == 1.0
    assert expected_calibration_error(*verdict_confidence(judgements)) == pytest.approx(0.05)


def test_recordings_between_two_classes_count_apart():
    entries = [an_entry(0, 0, 0), replace(an_entry(1, 1, 0, trainable=False), equivalent_bars=0.45)]
    examples = some_examples(entries)
    probabilities = np.tile(np.array([0.2, 0.8, 0.0, 0.0, 0.0]), (8, 1))
    probabilities[:4] = [1.0, 0, 0, 0, 0]
    found = {f.name: f for f in figures(judge(probabilities, examples, entries, 0.5), "test")}
    assert found["sound_called_broken"].recordings == 1
    assert found["between_classes_called_broken"].value == 1.0
