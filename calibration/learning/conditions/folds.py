"""Windows split by motor: no motor is in two parts of a fold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_VALIDATION_SHARE = 0.2
"""Share of the training motors that set the limits. Judgement: a false alarm in fifty is seen on hundreds of
windows only."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One split of the windows; every window is in exactly one part."""

    number: int
    """Which one."""
    train: NDArray[np.int64]
    """Positions of the windows to learn from."""
    validation: NDArray[np.int64]
    """Positions of those that set the limits."""
    test: NDArray[np.int64]
    """Positions of those that are judged."""


def folds(motor: NDArray[np.int64], count: int, seed: int) -> list[Fold]:
    """Return `count` splits of windows by their motors (n,): each motor is judged in exactly one.

    Raises ValueError if there are too few motors for it.
    """
    motors = np.unique(motor)
    if not 2 <= count <= motors.size // 3:
        raise ValueError(f"{motors.size} motors give 2 to {motors.size // 3} folds, not {count}")
    groups = np.array_split(np.random.default_rng(seed).permutation(motors), count)
    found = []
    for number, judged in enumerate(groups):
        others = np.concatenate([group for other, group in enumerate(groups) if other != number])
        limiting = others[: max(1, round(_VALIDATION_SHARE * others.size))]
        parts = (others[limiting.size :], limiting, judged)
        found.append(Fold(number, *(np.flatnonzero(np.isin(motor, part)) for part in parts)))
    return found
