import argparse
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_dataset import a_dataset, training_examples

from calibration.commands.train import add_arguments, run
from calibration.learning.network.fusion import make_network
from calibration.learning.network.shufflenet import ShuffleNetV2
from calibration.learning.training.runs import Run
from calibration.learning.training.trainer import Trainer, TrainingSpec

pytestmark = pytest.mark.usefixtures("one_thread")


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


def test_a_file_without_weights_to_start_from_is_wrong_usage(tmp_path, capsys):
    a_dataset(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"\x08\x08onnx")
    assert command(tmp_path, "--out", tmp_path / "run", "--init", tmp_path / "model.onnx") == 2
    assert "not a file of torch weights; an ONNX file holds none" in capsys.readouterr().err
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


@pytest.mark.parametrize("option", ["--epochs", "--batch", "--threads"])
def test_numbers_below_one_are_wrong_usage(tmp_path, capsys, option):
    with pytest.raises(SystemExit):
        command(tmp_path, "--out", tmp_path / "run", option, "0")
    assert "'0' is not a whole number of at least 1" in capsys.readouterr().err
