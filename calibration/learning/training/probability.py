"""Calibration of the network's probabilities, and shares with their confidence intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from edge_agent.diagnose.model import softmax

_LIMITS = (0.2, 5.0)
"""Temperatures to search. Judgement: beyond, the network is useless and no temperature helps."""


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the temperature that makes labels (n,) likeliest under logits (n, classes).

    Guo et al., "On Calibration of Modern Neural Networks" (2017).
    """

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(softmax(logits, float(np.exp(log_temperature))), labels)

    found = minimize_scalar(loss, bounds=tuple(np.log(_LIMITS)), method="bounded")
    return float(np.exp(found.x))


def negative_log_likelihood(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the mean over the examples of -ln p(label)."""
    of_labels = probabilities[np.arange(len(labels)), labels]
    return float(-np.mean(np.log(np.maximum(of_labels, 1e-12))))


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve: a share of right answers."""

    x: float
    """Where: confidence, load per unit or coverage."""
    share: float
    """Share of right answers."""
    interval: tuple[float, float]
    """95 % confidence interval of the share."""
    count: int
    """Answers behind it."""


def point(x: float, correct: NDArray[np.bool_]) -> Point:
    """Return the point at `x` of answers `correct` (n,), n > 0."""
    count = int(correct.sum())
    return Point(x, count / correct.size, wilson_interval(count, correct.size), correct.size)


def reliability(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 10) -> list[Point]:
    """Return a point for each bin that is not empty: share of correct answers over mean confidence."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return [point(float(confidence[which == b].mean()), correct[which == b]) for b in np.unique(which)]


def expected_calibration_error(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 10
) -> float:
    """Return the mean distance between confidence (n,) and share of correct answers (n,), over bins."""
    points = reliability(confidence, correct, bins)
    return sum(abs(p.x - p.share) * p.count for p in points) / len(confidence)


def selective_accuracy(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_], points: int = 20
) -> list[Point]:
    """Return the share of correct answers (n,) among the surest, over the share that is answered.

    Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (2017).
    """
    order = np.argsort(-confidence, kind="stable")
    counts = np.unique(np.ceil(np.linspace(1 / points, 1, points) * correct.size).astype(int))
    return [point(count / correct.size, correct[order[:count]]) for count in counts.tolist()]


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a fraction. Wilson, "Probable inference" (1927)."""
    if trials == 0:
        return (0.0, 1.0)
    z = 1.96
    share = successes / trials
    scale = 1 / (1 + z**2 / trials)
    centre = share + z**2 / (2 * trials)
    spread = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return (max(0.0, float(scale * (centre - spread))), min(1.0, float(scale * (centre + spread))))
