"""Class of a recording, and the split of motors into training, validation and test."""

from collections.abc import Iterable

import numpy as np

from calibration.learning.data.examples import Split

MAX_BARS = 4
"""Highest class: the rotors of the public laboratory data have up to four broken bars."""
_BETWEEN = (0.3, 0.6)
"""Equivalent bars between sound and broken. Judgement: below, damage cannot be distinguished from a bad
casting; above, it shows like one bar."""
_VALIDATION_SHARE = 0.15
"""Judgement: usual; enough motors to fit a temperature, few enough not to cost training."""
_TEST_SHARE = 0.2
"""Judgement: usual, and that of the paper."""
_MIN_MOTORS = 3
"""One for each split."""


def label_of(broken_bars: int, equivalent_bars: float) -> tuple[int, bool]:
    """Return (class, trainable) of a rotor.

    The class counts what the sidebands can show: bars that cancel each other, or whose current flows
    around the break, count as the adjacent bars that would look the same. A damaged rotor between sound
    and one bar belongs to neither and is not learned from; a sound one stays sound whatever its casting.
    """
    if equivalent_bars < _BETWEEN[1]:
        return 0, broken_bars == 0 or equivalent_bars < _BETWEEN[0]
    return min(MAX_BARS, max(1, round(equivalent_bars))), True


def split_motors(motors: Iterable[str], seed: int) -> dict[str, Split]:
    """Assign whole motors to training and validation; equal seeds and motors give equal splits."""
    names = sorted(set(motors))
    order = np.random.default_rng(seed).permutation(len(names))
    validating = {names[number] for number in order[: max(1, round(_VALIDATION_SHARE * len(names)))]}
    return {name: "validation" if name in validating else "train" for name in names}


def deal_motors(motors: Iterable[str], seed: int) -> dict[str, Split]:
    """Assign whole motors to all three splits; with fewer than three motors all of them train."""
    names = sorted(set(motors))
    if len(names) < _MIN_MOTORS:
        return dict.fromkeys(names, "train")
    order = np.random.default_rng(seed).permutation(len(names))
    tested = {names[number] for number in order[: max(1, round(_TEST_SHARE * len(names)))]}
    learned = split_motors((name for name in names if name not in tested), seed)
    return {name: learned.get(name, "test") for name in names}
