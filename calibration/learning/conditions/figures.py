"""Figures of the networks and of the indicators on the same windows, with intervals over motors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.learning.conditions.examples import Examples
from calibration.learning.conditions.trials import Trial, limits_of

_DRAWS = 1000
"""Draws of the bootstrap. Judgement: its ends stray by less than a tenth of the interval."""
_ENDS = (2.5, 97.5)
"""Percentiles of a 95 % interval."""

Alarms = NDArray[np.float64]
"""(n, heads): alarms of each window as a share of the seeds that raise it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval over motors."""

    value: float
    """The share; nan without a window."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""

    def __str__(self) -> str:
        """Spell it in percent."""
        if np.isnan(self.value):
            return "-"
        return f"{100 * self.value:.1f} ({100 * self.low:.1f}-{100 * self.high:.1f})"


@dataclass(frozen=True, slots=True)
class Judge:
    """Counts alarms of windows by motor, so that motors can be drawn with replacement."""

    examples: Examples
    """The windows that are judged."""
    draws: NDArray[np.int64]
    """(draws, motors): how often each motor is drawn."""

    @classmethod
    def of(cls, examples: Examples) -> "Judge":
        """Draw the motors of these windows with replacement."""
        count = np.unique(examples.motor).size
        random = np.random.default_rng(0)
        return cls(examples, random.multinomial(count, np.full(count, 1 / count), _DRAWS))

    def detected(self, alarms: Alarms, head: int) -> Share:
        """Return the share of the windows with a condition on which its head alarms."""
        return self._share(alarms[:, head], self.examples.truth[:, head])

    def false(self, alarms: Alarms, head: int) -> Share:
        """Return the share of the windows without a condition on which its head alarms."""
        return self._share(alarms[:, head], ~self.examples.truth[:, head])

    def mean_detected(self, alarms: Alarms, heads: Sequence[int]) -> Share:
        """Return the mean of the shares detected over some heads, all of the same weight."""
        return _share_of(self._mean_drawn(alarms, self.examples.truth, heads))

    def mean_false(self, alarms: Alarms, heads: Sequence[int]) -> Share:
        """Return the mean of the shares of false alarms over some heads."""
        return _share_of(self._mean_drawn(alarms, ~self.examples.truth, heads))

    def gain(self, alarms: Alarms, other: Alarms, heads: Sequence[int]) -> Share:
        """Return by how much the mean share detected exceeds that of another, on the same draws of motors."""
        own, theirs = (self._mean_drawn(one, self.examples.truth, heads) for one in (alarms, other))
        return _share_of(own - theirs)

    def on_sound(self, any_alarm: NDArray[np.float64], *, disturbed: bool) -> Share:
        """Return the share of sound windows with any alarm (n,); those of an uneven load, or the others."""
        sound = ~self.examples.truth.any(axis=1)
        return self._share(any_alarm, sound & (self.examples.disturbed == disturbed))

    def _share(self, alarms: NDArray[np.float64], rows: NDArray[np.bool_]) -> Share:
        return _share_of(self._drawn(alarms, rows))

    def _mean_drawn(
        self, alarms: Alarms, rows: NDArray[np.bool_], heads: Sequence[int]
    ) -> NDArray[np.float64]:
        return np.asarray(np.mean([self._drawn(alarms[:, k], rows[:, k]) for k in heads], axis=0))

    def _drawn(self, alarms: NDArray[np.float64], rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return (1 + draws,): the share of `rows` (n,) with an alarm, of all motors and of each draw."""
        _, motor = np.unique(self.examples.motor, return_inverse=True)
        motors = self.draws.shape[1]
        hits = np.bincount(motor[rows], alarms[rows], motors)
        windows = np.bincount(motor[rows], minlength=motors)
        times = np.vstack([np.ones(motors, np.int64), self.draws])
        with np.errstate(invalid="ignore"):
            return np.asarray((times @ hits) / (times @ windows))


def _share_of(drawn: NDArray[np.float64]) -> Share:
    if np.isnan(drawn[0]):
        return Share(*[float("nan")] * 3)
    low, high = np.nanpercentile(drawn[1:], _ENDS)
    return Share(float(drawn[0]), float(low), float(high))


def alarms_of(
    trials: Sequence[Trial], examples: Examples, allowed: float | None
) -> tuple[Alarms, NDArray[np.float64]]:
    """Return the alarms of all trials of a kind (m, heads), each limit from its own validation motors.

    Also (m,) the share of the seeds in which any head alarms. The m windows are those of `judged_rows`, each
    judged by the networks of the fold that left its motor out, one for each seed.

    Args:
        trials: of one kind, of all its folds and seeds.
        examples: all windows.
        allowed: share of false alarms of each head on the validation motors; see `trials.limits_of`.
    """
    seeds = len({trial.seed for trial in trials})
    alarms, any_alarm = np.zeros(examples.truth.shape), np.zeros(len(examples))
    for trial in trials:
        limit = limits_of(trial.validation, examples.take(trial.fold.validation), allowed)
        over = trial.test >= limit
        alarms[trial.fold.test] += over / seeds
        any_alarm[trial.fold.test] += over.any(axis=1) / seeds
    rows = judged_rows(trials)
    return alarms[rows], any_alarm[rows]


def judged_rows(trials: Sequence[Trial]) -> NDArray[np.int64]:
    """Return the positions of the windows that any trial judges, ascending."""
    return np.unique(np.concatenate([trial.fold.test for trial in trials]))


def average_precision(logits: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the mean precision at each window with the condition, (n,) logits and truth; nan without one."""
    ranked = truth[np.argsort(-logits, kind="stable")]
    if not ranked.any():
        return float("nan")
    precision = np.cumsum(ranked) / np.arange(1, ranked.size + 1)
    return float(precision[ranked].mean())


def mean_precision(trials: Sequence[Trial], truth: NDArray[np.bool_], heads: Sequence[int]) -> float:
    """Return the average precision on the test windows, mean over folds, seeds and some heads."""
    every = [average_precision(t.test[:, k], truth[t.fold.test, k]) for t in trials for k in heads]
    return float(np.nanmean(every))
