import numpy as np
import pytest

from calibration.learning.training.probability import (
    expected_calibration_error,
    fit_temperature,
    reliability,
    selective_accuracy,
    wilson_interval,
)


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


def test_reliability_of_a_model_that_is_too_sure():
    confidence = np.array([0.95] * 10 + [0.65] * 10)
    correct = np.array([True] * 8 + [False] * 2 + [True] * 6 + [False] * 4)
    low, high = reliability(confidence, correct)
    assert (low.x, low.share, low.count) == (pytest.approx(0.65), 0.6, 10)
    assert high.interval[0] < 0.8 < high.interval[1]
    assert expected_calibration_error(confidence, correct) == pytest.approx((0.15 + 0.05) / 2)


def test_answering_less_is_answering_better_when_confidence_means_something():
    confidence = np.linspace(1.0, 0.5, 100)
    points = selective_accuracy(confidence, confidence > 0.75)
    assert [p.share for p in points if p.x <= 0.5] == [1.0] * 10
    assert (points[-1].x, points[-1].share) == (1.0, 0.5)
