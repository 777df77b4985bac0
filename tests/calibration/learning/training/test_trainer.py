"""Training: repeatable, resumable, stopped in time."""

from dataclasses import replace

import numpy as np
import pytest
from small_dataset import SIDE_INPUTS, training_examples
from small_training import train

from calibration.learning.data.modalities import only
from calibration.learning.network.fusion import make_network
from calibration.learning.training.trainer import Trainer, TrainingSpec, predict

pytestmark = pytest.mark.usefixtures("one_thread")


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


def test_a_batch_of_which_batchnorm_could_take_no_variance_is_refused(tmp_path):
    data = training_examples(tmp_path)
    with pytest.raises(ValueError, match="1 examples are too few for a batch"):
        train(tmp_path / "run", data, epochs=1, batch=1)


def test_training_stops_when_validation_no_longer_improves(tmp_path, monkeypatch, capsys):
    data = training_examples(tmp_path)
    losses = iter([1.0, 0.5, 0.6, 0.7, 0.8, 0.9])
    monkeypatch.setattr(
        "calibration.learning.training.trainer.negative_log_likelihood", lambda *_: next(losses)
    )
    train(tmp_path / "run", data, epochs=6, patience=2)
    assert "epoch 4:" in capsys.readouterr().out
    assert next(losses) == 0.8
