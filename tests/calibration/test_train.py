import argparse
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_dataset import SIDE_INPUTS, a_dataset, training_examples

from calibration.learning.augmentation import only
from calibration.learning.network import FusionNetwork, NetworkSpec, images_to_tensor, make_network
from calibration.learning.protocols import Fold
from calibration.learning.runs import Run, start_from
from calibration.learning.shufflenet import ShuffleNetV2
from calibration.learning.training import Trainer, TrainingSpec, predict
from calibration.train import add_arguments, find_fold, run
from edge_agent.diagnose.manifest import decode_image
from edge_agent.diagnose.model import Model


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def train(folder, data, epochs: int, seed: int = 1, patience: int = 99, batch: int = 30) -> FusionNetwork:
    _, examples, validation = data
    examples, validation = examples.take(np.arange(0, 240, 4)), validation.take(np.arange(0, 80, 4))
    torch.manual_seed(seed)
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, len(SIDE_INPUTS), 5))
    folder.mkdir(exist_ok=True)
    spec = TrainingSpec(epochs=epochs, batch=batch, seed=seed, patience=patience)
    Trainer(network, spec, examples, validation, SIDE_INPUTS, folder).fit()
    return network


def command(*arguments: object) -> int:
    """`edge-calibrate train` in one step of one epoch."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    quick = ["--epochs", "1", "--batch", "240", "--threads", "1"]
    return run(parser.parse_args([str(argument) for argument in (*arguments, *quick)]))


@pytest.mark.parametrize(
    "options",
    [
        ["--modalities", "current"],
        ["--modalities", "vibration"],
        ["--fusion", "attention"],
        ["--width", "x1.0"],
        ["--width", "x1.0", "--fusion", "attention"],
    ],
    ids=" ".join,
)
def test_every_kind_of_network_can_be_trained_and_read_again(tmp_path, options):
    dataset = a_dataset(tmp_path)
    assert command(tmp_path, "--out", tmp_path / "run", *options) == 0
    record = Run.load(tmp_path / "run")
    assert (record.protocol, record.fold) == ("leave_one_motor_out", "leave_one_motor_out")
    assert (record.recordings, record.motors, record.init) == (60, 12, None)
    network = record.load_network(tmp_path / "run")
    assert sum(own.numel() for own in network.parameters()) == record.parameters
    assert set(network.modalities) <= set(dataset.modalities)


def test_only_the_training_part_of_the_fold_is_learned_from(tmp_path, monkeypatch):
    a_dataset(tmp_path)
    assert (
        command(tmp_path, "--out", tmp_path / "run", "--protocol", "leave_one_load_out", "--fold", "1") == 0
    )
    record = Run.load(tmp_path / "run")
    # Four loads of 25 recordings each: one is tested, another one validates.
    assert (record.protocol, record.fold, record.recordings) == ("leave_one_load_out", "load_4_of_8", 50)


def test_a_fold_is_found_by_name_or_number_and_a_wrong_one_is_told_from_which_there_are():
    some = [Fold(name, *3 * [np.zeros(1, np.int64)]) for name in ("load_1_of_8", "load_2_of_8")]
    assert find_fold(some, "leave_one_load_out", "1") is some[1]
    assert find_fold(some, "leave_one_load_out", "load_1_of_8") is some[0]
    with pytest.raises(ValueError, match="has no fold '2', but 0 to 1: load_1_of_8, load_2_of_8"):
        find_fold(some, "leave_one_load_out", "2")


def test_a_network_of_vibration_alone_hears_nothing_that_only_the_current_tells(tmp_path):
    manifest, examples, validation = training_examples(tmp_path)
    network = make_network(manifest, ["vibration"], "x0.5", "concatenation", seed=1)
    (tmp_path / "run").mkdir()
    own = only(examples, ["vibration"], SIDE_INPUTS), only(validation, ["vibration"], SIDE_INPUTS)
    Trainer(network, TrainingSpec(epochs=1, batch=240), *own, SIDE_INPUTS, tmp_path / "run").fit()
    other_load = validation.side.copy()
    other_load[:, SIDE_INPUTS.index("load")] += 1.0
    changed = predict(network, replace(validation, side=other_load))
    assert np.array_equal(changed, predict(network, validation))


def test_weights_to_start_from_are_those_of_a_training_of_the_same_network(tmp_path):
    data = training_examples(tmp_path)
    trained = train(tmp_path / "run", data, epochs=1)
    for path in (tmp_path / "run", tmp_path / "run" / "best.pt"):
        fresh = FusionNetwork(trained.spec)
        start_from(fresh, path)
        # Not to the bit: the trained network lies in memory with its channels last.
        np.testing.assert_allclose(predict(fresh, data[2]), predict(trained, data[2]), atol=1e-5)
    with pytest.raises(ValueError, match=r"another network: attention.* is .* here"):
        start_from(FusionNetwork(replace(trained.spec, fusion="attention")), tmp_path / "run")


def test_every_branch_starts_from_an_imagenet_checkpoint(tmp_path):
    published = ShuffleNetV2(3, "x0.5", pool_stem=True).state_dict() | {"fc.bias": torch.zeros(1000)}
    torch.save(published, tmp_path / "imagenet.pth")
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 2}, 3, 5))
    start_from(network, tmp_path / "imagenet.pth")
    for branch in network.branch_list():
        assert torch.equal(branch.state_dict()["conv5.0.weight"], published["conv5.0.weight"])
        assert branch.conv1[0].weight.sum().item() == pytest.approx(
            published["conv1.0.weight"].sum().item(), abs=1e-3
        )
    with pytest.raises(ValueError, match=r"imagenet.pth: not the weights of a ShuffleNetV2 x1.0"):
        start_from(FusionNetwork(replace(network.spec, width="x1.0")), tmp_path / "imagenet.pth")


def test_a_training_starts_from_the_shipped_model():
    model = Model.load("builtin")
    network = FusionNetwork(NetworkSpec.from_dict(model.spec.training.network))
    start_from(network, Path("builtin"))
    for golden in model.spec.golden:
        images = [decode_image(golden.images[m.name], m.shape[1:]) for m in model.spec.modalities]
        inputs = [images_to_tensor(torch.tensor(image)[None]) for image in images]
        with torch.no_grad():
            logits = network.eval()(*inputs, torch.tensor([golden.side]))[0]
        # What the file says in INT8 the weights say in float.
        np.testing.assert_allclose(logits.numpy(), golden.logits, atol=0.1 * np.ptp(golden.logits))


def test_a_file_without_weights_to_start_from_is_wrong_usage(tmp_path, capsys):
    a_dataset(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"\x08\x08onnx")
    assert command(tmp_path, "--out", tmp_path / "run", "--init", tmp_path / "model.onnx") == 2
    assert "no file of torch weights; an ONNX file holds none" in capsys.readouterr().err
    torch.save({"something": torch.zeros(1)}, tmp_path / "else.pt")
    assert command(tmp_path, "--out", tmp_path / "run", "--init", tmp_path / "else.pt") == 2
    assert "neither best.pt of a training nor a ShuffleNetV2" in capsys.readouterr().err


def test_images_without_side_inputs_are_learned_from_too(tmp_path):
    manifest, examples, validation = training_examples(tmp_path)
    bare = [replace(part, side=part.side[:, :0]) for part in (examples, validation)]
    network = make_network(replace(manifest, side_inputs=()), ["current"], "x0.5", "concatenation", seed=1)
    (tmp_path / "run").mkdir()
    loss = Trainer(network, TrainingSpec(epochs=1, batch=240), *bare, (), tmp_path / "run").fit()
    assert np.isfinite(loss)


@pytest.mark.slow
def test_two_processes_of_torchrun_train_one_network(tmp_path):
    a_dataset(tmp_path)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    options = ["--epochs", "1", "--batch", "120", "--threads", "1", "--modalities", "current"]
    done = subprocess.run(
        [*torchrun, "-m", "calibration.cli", "train", tmp_path, "--out", tmp_path / "run", *options],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("epoch 1: validation loss") == 1
    network = Run.load(tmp_path / "run").load_network(tmp_path / "run")
    # Both processes made every step: BatchNorm saw two batches, each its half of them.
    assert network.branches["current"].conv1[1].num_batches_tracked == 2


def test_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    data = training_examples(tmp_path)
    first = train(tmp_path / "a", data, epochs=1)
    again = train(tmp_path / "b", data, epochs=1)
    other = train(tmp_path / "c", data, epochs=1, seed=2)
    assert np.array_equal(predict(first, data[2]), predict(again, data[2]))
    assert not np.array_equal(predict(first, data[2]), predict(other, data[2]))


def test_a_killed_training_goes_on_as_if_nothing_had_been(tmp_path, monkeypatch):
    data = training_examples(tmp_path)
    whole = train(tmp_path / "whole", data, epochs=3)

    class KilledError(Exception):
        pass

    original = Trainer._epoch

    def killed_in_the_second(self):
        if self._progress.epoch == 1:
            raise KilledError
        original(self)

    monkeypatch.setattr(Trainer, "_epoch", killed_in_the_second)
    with pytest.raises(KilledError):
        train(tmp_path / "cut", data, epochs=3)
    monkeypatch.setattr(Trainer, "_epoch", original)
    resumed = train(tmp_path / "cut", data, epochs=3)
    assert np.array_equal(predict(whole, data[2]), predict(resumed, data[2]))


def test_a_checkpoint_of_other_settings_is_refused(tmp_path):
    data = training_examples(tmp_path)
    train(tmp_path / "run", data, epochs=1)
    with pytest.raises(ValueError, match="other settings"):
        train(tmp_path / "run", data, epochs=2)


@pytest.mark.parametrize(
    "other",
    [
        ["--protocol", "random_window"],
        ["--modalities", "current"],
        ["--fusion", "attention"],
        ["--init", "imagenet.pth"],
    ],
    ids=" ".join,
)
def test_weights_of_another_training_in_the_folder_are_not_taken_for_this_one(
    tmp_path, capsys, monkeypatch, other
):
    monkeypatch.chdir(tmp_path)
    torch.save(ShuffleNetV2(4, "x0.5", pool_stem=True).state_dict(), "imagenet.pth")
    a_dataset(tmp_path)
    assert command(tmp_path, "--out", tmp_path / "run") == 0
    assert command(tmp_path, "--out", tmp_path / "run", *other) == 2
    assert "last.pt: of a training with other settings or on other examples" in capsys.readouterr().err


def test_a_training_of_another_data_set_in_the_folder_is_not_resumed(tmp_path, capsys):
    manifest = a_dataset(tmp_path)
    assert command(tmp_path, "--out", tmp_path / "run") == 0
    replace(manifest, seed=7).save(tmp_path)
    assert command(tmp_path, "--out", tmp_path / "run") == 2
    assert "on other examples" in capsys.readouterr().err


def test_a_training_that_diverges_leaves_no_weights_behind(tmp_path, capsys):
    a_dataset(tmp_path)
    assert command(tmp_path, "--out", tmp_path / "run", "--learning-rate", "1e30") == 2
    assert "no epoch gave a finite validation loss; lower the learning rate" in capsys.readouterr().err
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_batch_of_which_batchnorm_could_take_no_variance_is_refused(tmp_path):
    data = training_examples(tmp_path)
    with pytest.raises(ValueError, match="1 examples are too few for a batch"):
        train(tmp_path / "run", data, epochs=1, batch=1)


@pytest.mark.parametrize("option", ["--epochs", "--batch", "--threads"])
def test_numbers_below_one_are_wrong_usage(tmp_path, capsys, option):
    with pytest.raises(SystemExit):
        command(tmp_path, "--out", tmp_path / "run", option, "0")
    assert "'0' is no whole number of at least 1" in capsys.readouterr().err


def test_training_stops_when_validation_no_longer_improves(tmp_path, monkeypatch, capsys):
    data = training_examples(tmp_path)
    losses = iter([1.0, 0.5, 0.6, 0.7, 0.8, 0.9])
    monkeypatch.setattr("calibration.learning.training.negative_log_likelihood", lambda *_: next(losses))
    train(tmp_path / "run", data, epochs=6, patience=2)
    assert "epoch 4:" in capsys.readouterr().out
    assert next(losses) == 0.8
