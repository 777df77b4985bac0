"""Which side inputs go with which modality, and examples that lack one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from calibration.learning.data.examples import Examples

SIDE_OF_MODALITY: Mapping[str, tuple[str, ...]] = {
    "current": (
        "load",
        "amplitude_db_bars",
        "amplitude_floor_db_bars",
        "phase_db_bars",
        "phase_floor_db_bars",
        "in_step",
        "one_sided",
        "across_db_bars",
    ),
    "vibration": ("vibration",),
}
"""Side inputs that come from a modality: they are zero, too, when it is missing."""


def without(examples: Examples, modality: str, side_inputs: Sequence[str]) -> Examples:
    """Return the examples with a modality zeroed: its images and the side inputs that come from it."""
    side = examples.side.copy()
    side[:, numbers_of_side(modality, side_inputs)] = 0.0
    images = {**examples.images, modality: np.zeros_like(examples.images[modality])}
    return replace(examples, images=images, side=side)


def only(examples: Examples, modalities: Sequence[str], side_inputs: Sequence[str]) -> Examples:
    """Return the examples with some modalities only; side inputs that come from others are zero."""
    side = examples.side.copy()
    for name in examples.images:
        if name not in modalities:
            side[:, numbers_of_side(name, side_inputs)] = 0.0
    return replace(examples, images={name: examples.images[name] for name in modalities}, side=side)


def numbers_of_side(modality: str, side_inputs: Sequence[str]) -> list[int]:
    """Return the positions of the side inputs that come from a modality."""
    return [side_inputs.index(name) for name in SIDE_OF_MODALITY.get(modality, ()) if name in side_inputs]
