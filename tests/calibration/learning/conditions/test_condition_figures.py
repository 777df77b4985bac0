import numpy as np
import pytest
from small_conditions import some_examples

from calibration.learning.conditions.figures import Judge, alarms_of, average_precision
from calibration.learning.conditions.folds import folds
from calibration.learning.conditions.trials import Trial, limits_of

HEADS = range(11)


@pytest.fixture(scope="module")
def examples():
    return some_examples(30, 4)


def trials_of(examples, seeds, noise: float = 0.0):
    """Trials whose scores are the truth, and noise."""
    random = np.random.default_rng(5)
    found = examples.truth + noise * random.normal(size=examples.truth.shape)
    return [
        Trial("current", fold, seed, found[fold.validation], found[fold.test], 0.0)
        for fold in folds(examples.motor, 3, 1)
        for seed in seeds
    ]


def test_a_network_that_knows_the_truth_detects_all_and_alarms_in_vain_never(examples) -> None:
    alarms, any_alarm = alarms_of(trials_of(examples, [1, 2]), examples, 0.0)
    judge = Judge.of(examples)
    np.testing.assert_array_equal(alarms, examples.truth)
    np.testing.assert_array_equal(any_alarm, examples.truth.any(axis=1))
    assert judge.mean_detected(alarms, HEADS).value == 1.0
    assert judge.mean_false(alarms, HEADS).value == 0.0


def test_shares_count_windows_and_their_interval_holds_them(examples) -> None:
    judge, alarms = Judge.of(examples), examples.named.astype(float)
    for head in range(examples.truth.shape[1]):
        share, has = judge.detected(alarms, head), examples.truth[:, head]
        assert share.value == pytest.approx(examples.named[has, head].mean())
        assert share.low < share.value < share.high
    assert str(judge.false(np.zeros_like(alarms), 0)) == "0.0 (0.0-0.0)"


def test_motors_are_drawn_not_windows() -> None:
    """Four windows of a motor that are alike say no more than one of it."""
    examples = some_examples(30, 4)
    examples.truth[:] = True
    by_motor = np.repeat(np.arange(30) % 2, 4)[:, np.newaxis] * np.ones((1, examples.truth.shape[1]))
    share = Judge.of(examples).detected(by_motor, 0)
    assert share.high - share.low == pytest.approx(2 * 1.96 * (0.25 / 30) ** 0.5, rel=0.15)


def test_limits_may_allow_what_the_indicators_have_on_the_same_windows(examples) -> None:
    logits = np.random.default_rng(6).normal(size=examples.truth.shape)
    over = logits >= limits_of(logits, examples, None)
    vain = [(own & ~examples.truth).sum(axis=0) for own in (over, examples.named)]
    np.testing.assert_array_equal(*vain)


def test_a_gain_over_oneself_is_nothing(examples) -> None:
    alarms, _ = alarms_of(trials_of(examples, [1], 0.3), examples, 0.02)
    gain = Judge.of(examples).gain(alarms, alarms, HEADS)
    assert (gain.value, gain.low, gain.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("ranked", "precision"),
    [([1, 1, 0, 0], 1.0), ([0, 0, 1, 1], (1 / 3 + 1 / 2) / 2), ([1, 0, 1, 0], (1 + 2 / 3) / 2)],
)
def test_average_precision_by_hand(ranked, precision) -> None:
    logits = np.arange(4, 0, -1).astype(float)
    assert average_precision(logits, np.array(ranked, bool)) == pytest.approx(precision)
