"""What class a recording belongs to, and which motors may be learned from."""

from collections.abc import Iterable

import numpy as np

from calibration.learning.data.examples import Split

MOST_BARS = 4
_BETWEEN = (0.3, 0.6)
_VALIDATION_SHARE = 0.15
_TEST_SHARE = 0.2
_LEAST_MOTORS = 3


def label_of(broken_bars: int, equivalent_bars: float) -> tuple[int, bool]:
    """Give (class, trainable) of a rotor.

    The class counts what the sidebands can show: bars that cancel each other, or whose current flows
    around the break, count as the adjacent bars that would look the same. A damaged rotor between sound
    and one bar belongs to neither and is not learned from; a sound one stays sound whatever its casting.
    """
    if equivalent_bars < _BETWEEN[1]:
        return 0, broken_bars == 0 or equivalent_bars < _BETWEEN[0]
    return min(MOST_BARS, max(1, round(equivalent_bars))), True


def split_motors(motors: Iterable[str], seed: int) -> dict[str, Split]:
    """Deal whole motors out to training and validation; the same for the same seed and motors."""
    names = sorted(set(motors))
    order = np.random.default_rng(seed).permutation(len(names))
    validating = {names[number] for number in order[: max(1, round(_VALIDATION_SHARE * len(names)))]}
    return {name: "validation" if name in validating else "train" for name in names}


def deal_motors(motors: Iterable[str], seed: int) -> dict[str, Split]:
    """Deal whole motors out to all three splits; of fewer than three motors all train."""
    names = sorted(set(motors))
    if len(names) < _LEAST_MOTORS:
        return dict.fromkeys(names, "train")
    order = np.random.default_rng(seed).permutation(len(names))
    tested = {names[number] for number in order[: max(1, round(_TEST_SHARE * len(names)))]}
    learned = split_motors((name for name in names if name not in tested), seed)
    return {name: learned.get(name, "test") for name in names}
