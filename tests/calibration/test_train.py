import numpy as np
import pytest
import torch
from small_dataset import SIDE_INPUTS, training_examples

from calibration.learning.augmentation import Augmentation
from calibration.learning.network import FusionNetwork, NetworkSpec
from calibration.learning.probability import (
    expected_calibration_error,
    fit_temperature,
    wilson_interval,
)
from calibration.learning.training import Trainer, TrainingSpec, class_weights, predict


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def train(folder, data, epochs: int, seed: int = 1, patience: int = 99) -> FusionNetwork:
    _, examples, validation = data
    torch.manual_seed(seed)
    network = FusionNetwork(NetworkSpec({"current": 4, "vibration": 4}, len(SIDE_INPUTS), 5))
    folder.mkdir(exist_ok=True)
    spec = TrainingSpec(epochs=epochs, batch=60, seed=seed, patience=patience)
    Trainer(network, spec, examples, validation, SIDE_INPUTS, folder).fit()
    return network


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


def test_training_stops_when_validation_no_longer_improves(tmp_path, monkeypatch, capsys):
    data = training_examples(tmp_path)
    losses = iter([1.0, 0.5, 0.6, 0.7, 0.8, 0.9])
    monkeypatch.setattr("calibration.learning.training.negative_log_likelihood", lambda *_: next(losses))
    train(tmp_path / "run", data, epochs=6, patience=2)
    assert "epoch 4:" in capsys.readouterr().out
    assert next(losses) == 0.8


def test_half_of_all_weight_lies_on_sound_motors_whatever_their_share():
    labels = np.array([0, 1, 1, 1, 1, 1, 2, 2])
    weights = class_weights(labels, classes=4).numpy()
    per_class = np.bincount(labels, weights=weights[labels], minlength=4) / weights[labels].sum()
    assert per_class == pytest.approx([0.5, 0.25, 0.25, 0.0])
    assert weights[labels].mean() == pytest.approx(1.0)


def test_reversal_turns_time_round_and_nothing_else():
    image = torch.rand(8, 4, 5, 6)
    turned = Augmentation(noise=0, gain=0, reversal=1.0, slip_error=0).apply(
        ["current"], [], [image, torch.ones(8, 0)], torch.Generator().manual_seed(0)
    )
    torch.testing.assert_close(turned[0], image.flip(3))


def test_augmentation_removes_at_most_one_modality_and_says_so():
    always = Augmentation(absent={"current": 0.5, "vibration": 0.5})
    images = torch.full((64, 4, 4, 4), 0.5)
    side = torch.ones(64, 3)
    changed = always.apply(
        ["current", "vibration"], list(SIDE_INPUTS), [images, images, side], torch.Generator().manual_seed(0)
    )
    current, vibration = (own.flatten(1).any(dim=1) for own in changed[:2])
    assert (current ^ vibration).all()
    assert torch.equal(changed[2][:, 2].bool(), vibration)
    assert torch.equal(changed[2][:, 1].bool(), current)


def test_augmentation_leaves_an_absent_modality_absent():
    images = [torch.full((8, 4, 4, 4), 0.5), torch.zeros(8, 4, 4, 4)]
    changed = Augmentation().apply(
        ["current", "vibration"], [], [*images, torch.ones(8, 0)], torch.Generator().manual_seed(0)
    )
    assert not changed[1].any()


def test_temperature_undoes_overconfidence():
    random = np.random.default_rng(0)
    honest = random.normal(size=(4000, 5)) * 2
    probabilities = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    labels = np.array([random.choice(5, p=p) for p in probabilities])
    assert fit_temperature(3 * honest, labels) == pytest.approx(3.0, rel=0.06)


def test_calibration_error_is_the_gap_between_confidence_and_truth():
    confidence = np.full(100, 0.95)
    assert expected_calibration_error(confidence, np.arange(100) < 75) == pytest.approx(0.20)


def test_wilson_interval_of_a_published_example():
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson_interval(0, 20)[0] == 0.0
