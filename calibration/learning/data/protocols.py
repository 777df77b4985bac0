"""How examples are split for training and judging: a figure means little without its protocol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from calibration.learning.data.examples import Examples, RecordingEntry

Protocol = Literal[
    "random_window", "by_recording", "leave_one_load_out", "leave_one_motor_out", "leave_one_site_out"
]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
"""All of them, from the most to the least optimistic."""

PAPER_TRAINING, PAPER_TEST = 47_500, 10_000
"""Images of arXiv 2501.03746 (U. Ali et al., 2025), whose protocol `random_window` is."""
_VALIDATION_SHARE = 0.1
"""Judgement: as `by_recording` has it."""
_PART_OF_TEN = np.array([2, 0, 0, 1, 0, 0, 2, 0, 0, 0])
"""Train 0, validation 1, test 2: how ten recordings in a row are assigned. Judgement: 70/10/20 %."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One split of the examples; every example is in exactly one part."""

    name: str
    """What is left out, e.g. `load_3_of_8`; the protocol's name where it has one fold only."""
    train: NDArray[np.int64]
    """Positions of the examples to learn from, ascending."""
    validation: NDArray[np.int64]
    """Positions of those that decide when to stop, and to which the temperature is fitted."""
    test: NDArray[np.int64]
    """Positions of those that are judged."""


def folds(protocol: Protocol, entries: Sequence[RecordingEntry], examples: Examples, seed: int) -> list[Fold]:
    """Return the splits of a protocol; equal seeds give equal splits.

    Raises ValueError if there are too few recordings, loads or motors for the protocol.
    """
    return _MAKERS[protocol](entries, examples, np.random.default_rng(seed))


def find_fold(found: Sequence[Fold], protocol: str, wanted: str) -> Fold:
    """Return the fold of this name or number; raises ValueError that lists the folds."""
    for number, fold in enumerate(found):
        if wanted in (fold.name, str(number)):
            return fold
    names = ", ".join(fold.name for fold in found)
    raise ValueError(f"{protocol} has no fold {wanted!r}, but 0 to {len(found) - 1}: {names}")


def _random_window(
    entries: Sequence[RecordingEntry], examples: Examples, random: np.random.Generator
) -> list[Fold]:
    """Shuffle windows, as the paper does. IT LEAKS.

    Windows of one recording, which may overlap, are on both sides of the split: the network learns the
    recording, not the fault. Only for comparison with figures that were found this way.
    """
    count = len(examples)
    part = np.zeros(count, np.int64)
    order = random.permutation(count)
    test = round(count * PAPER_TEST / (PAPER_TRAINING + PAPER_TEST))
    validation = round((count - test) * _VALIDATION_SHARE)
    part[order[:test]] = 2
    part[order[test : test + validation]] = 1
    return [_fold("random_window", part)]


def _by_recording(
    entries: Sequence[RecordingEntry], examples: Examples, random: np.random.Generator
) -> list[Fold]:
    """Assign whole recordings, 70/10/20 %, each class and load in proportion.

    Rotors and loads of the test recordings are known from training.
    """
    used = random.permutation(np.unique(examples.recording))
    order = sorted(used.tolist(), key=lambda i: (entries[i].label, entries[i].load_group))
    part = np.zeros(len(entries), np.int64)
    part[order] = np.resize(_PART_OF_TEN, len(order))
    return [_fold("by_recording", part[examples.recording])]


def _leave_one_load_out(
    entries: Sequence[RecordingEntry], examples: Examples, random: np.random.Generator
) -> list[Fold]:
    """Hold out each load in turn.

    Another load, half of all loads away, validates, so that the neighbours of the tested one stay in
    training.
    """
    load = np.array([entry.load_group for entry in entries])[examples.recording]
    groups = np.unique(load)
    result = []
    for number, group in enumerate(groups):
        part = np.zeros(len(examples), np.int64)
        part[load == groups[(number + groups.size // 2) % groups.size]] = 1
        part[load == group] = 2
        result.append(_fold(f"load_{group}_of_8", part))
    return result


def _leave_one_motor_out(
    entries: Sequence[RecordingEntry], examples: Examples, random: np.random.Generator
) -> list[Fold]:
    """Hold out motors: the splits are those of the data set."""
    splits = ("train", "validation", "test")
    part = np.array([splits.index(entry.split) for entry in entries])[examples.recording]
    return [_fold("leave_one_motor_out", part)]


def _leave_one_site_out(
    entries: Sequence[RecordingEntry], examples: Examples, random: np.random.Generator
) -> list[Fold]:
    """Hold out each site in turn; the next one validates.

    A site has its own sensors, supply and habits of installing: motors of one site are alike in these.
    """
    site = np.array([entry.site for entry in entries])[examples.recording]
    sites = np.unique(site)
    if sites.size < 3 or "" in sites:
        raise ValueError(
            f"leave_one_site_out: {sites.size} sites, and {np.count_nonzero(site == '')} examples of unknown "
            "ones; it takes three sites or more, whose folders edge-calibrate import has read"
        )
    result = []
    for number, held_out in enumerate(sites):
        part = np.zeros(len(examples), np.int64)
        part[site == sites[(number + 1) % sites.size]] = 1
        part[site == held_out] = 2
        result.append(_fold(f"site_{held_out}", part))
    return result


_MAKERS: dict[Protocol, Callable[[Sequence[RecordingEntry], Examples, np.random.Generator], list[Fold]]] = {
    "random_window": _random_window,
    "by_recording": _by_recording,
    "leave_one_load_out": _leave_one_load_out,
    "leave_one_motor_out": _leave_one_motor_out,
    "leave_one_site_out": _leave_one_site_out,
}


def _fold(name: str, part: NDArray[np.int64]) -> Fold:
    """Return the fold whose `part` (n,) is 0, 1 and 2; raises ValueError if a part is empty."""
    train, validation, test = (np.flatnonzero(part == number) for number in range(3))
    if not (train.size and validation.size and test.size):
        raise ValueError(
            f"{name}: {train.size} examples to train, {validation.size} to validate and {test.size} to test; "
            "each part needs some: make a data set of more recordings, loads or motors, or choose another way"
        )
    return Fold(name, train, validation, test)
