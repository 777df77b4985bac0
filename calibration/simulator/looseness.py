"""Rattling of a loose foot or bearing seat."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.noise import generator

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

_MULTIPLES = 10
"""Highest multiple of the shaft's frequency. Judgement: a loose machine shows a long row of multiples, and
halves of them (ISO 13373-3)."""
_HALVES = 0.5
"""Force at the odd halves over that at the multiple above. Judgement: smaller, yet seen."""


class Rattling:
    """Force at k and, smaller, k - 1/2 times the shaft's frequency, falling with 1 / k, in fixed phases."""

    def __init__(self, amplitude: float, seed: int) -> None:
        """Draw the phases; `amplitude` is that of the first multiple, m/s²."""
        turns = np.exp(2j * np.pi * generator(seed, "looseness").uniform(0, 1, 2 * _MULTIPLES))
        k = np.arange(1, _MULTIPLES + 1)
        levels = np.column_stack([_HALVES / k, 1.0 / k]).ravel()
        self._lines = amplitude * levels * turns

    def force(self, angle: Floats, speed: Floats) -> Complexes:
        """Return the force (steps,), m/s², at shaft angles, rad, and speeds per unit of the rated one."""
        half = np.exp(0.5j * angle)
        total = np.zeros(angle.size, np.complex128)
        for line in self._lines[::-1]:  # the polynomial of e^(j angle / 2), by Horner's rule
            total = (total + line) * half
        return np.asarray(total * speed**2)
