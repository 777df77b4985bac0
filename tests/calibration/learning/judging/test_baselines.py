from dataclasses import replace

import numpy as np
import pytest
import torch
from small_dataset import CHANNELS, COLUMNS, ROWS, SIDE_INPUTS, an_entry, some_examples

from calibration.learning.data.examples import Examples
from calibration.learning.judging.baselines import FeatureModel, PlainCnn, fft_features
from calibration.learning.network.cost import network_cost
from calibration.learning.training.trainer import predict

KINDS = ("svm", "knn", "forest")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr("calibration.learning.judging.baselines._TREES", 20)


def motors(first: int, count: int, classes=range(5)) -> Examples:
    entries = [an_entry(i, i, label) for i in range(first, first + count) for label in classes]
    return some_examples(entries, seed=first)


def test_features_are_spectra_without_time_and_the_side_inputs():
    examples = motors(0, 1)
    features = fft_features(examples)
    assert features.shape == (len(examples), 2 * ROWS * len(CHANNELS) + len(SIDE_INPUTS))
    row, channel = 11, 2
    assert features[3, row * len(CHANNELS) + channel] == pytest.approx(
        examples.images["current"][3, row, :, channel].mean()
    )
    assert np.array_equal(features[:, -len(SIDE_INPUTS) :], examples.side)
    order = np.random.default_rng(0).permutation(COLUMNS)
    shuffled = {name: images[:, :, order] for name, images in examples.images.items()}
    np.testing.assert_allclose(fft_features(replace(examples, images=shuffled)), features, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_classical_model_learns_what_a_brighter_row_means(kind):
    model = FeatureModel(kind, classes=5, seed=1)
    model.fit(motors(0, 6), motors(6, 2))
    test = motors(8, 3)
    # Chance would be right in a fifth; the nearest neighbours are led astray by features that are noise.
    assert np.mean(model.logits(test).argmax(axis=1) == test.label) > 0.6
    assert model.cost().parameters > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_that_was_never_seen_is_never_the_answer(kind):
    model = FeatureModel(kind, classes=5, seed=1)
    model.fit(motors(0, 4, classes=(0, 1, 3)), motors(4, 2, classes=(0, 1, 3)))
    logits = model.logits(motors(6, 1))
    assert np.isfinite(logits).all()
    assert set(logits.argmax(axis=1)) <= {0, 1, 3}


def test_a_forest_grows_from_its_seed():
    def logits(seed: int) -> np.ndarray:
        model = FeatureModel("forest", classes=5, seed=seed)
        model.fit(motors(0, 2), motors(2, 1))
        return model.logits(motors(3, 1))

    assert np.array_equal(logits(1), logits(1))
    assert not np.array_equal(logits(1), logits(2))


def test_the_plain_cnn_is_small_and_sees_both_modalities():
    torch.manual_seed(0)
    network = PlainCnn({"current": 4, "vibration": 4}, len(SIDE_INPUTS), classes=5)
    examples = motors(0, 1)
    assert predict(network, examples).shape == (len(examples), 5)
    for name in ("current", "vibration"):
        dark = {**examples.images, name: np.zeros_like(examples.images[name])}
        assert not np.allclose(
            predict(network, replace(examples, images=dark)), predict(network, examples), atol=1e-6
        )
    image = torch.zeros(1, 4, 64, 32)
    assert network_cost(network, [image, image, torch.zeros(1, 3)]).parameters == pytest.approx(
        0.2e6, rel=0.1
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_recordings_of_one_site_are_enough_sound_ones_and_one_bar(kind):
    train, test = motors(0, 2, classes=(0, 1)), motors(2, 2, classes=(0, 1))
    assert len(train) < 45, "as few as the neighbours that may be asked"
    model = FeatureModel(kind, 5, seed=1)
    model.fit(train, test)
    answers = model.logits(test).argmax(axis=1)
    assert np.mean(answers == test.label) > 0.9
