"""The slow drift beside a pair of sidebands: half-period cosines of the window, and a linear term.

Cosines of half periods need not end where they began, as the drift need not either. They are those of the
discrete cosine transform, so that a product with all of them takes one transform and no table.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft


class Drift:
    """The basis D (n, d): cos(pi k (i + 1/2) / n) for k below d - 1, and a linear term as the last column."""

    def __init__(self, weights: NDArray[np.float64], cosines: int) -> None:
        """Prepare so many cosines; `weights`, (n,), are zero where samples were lost."""
        count = weights.size
        self._cosines = cosines
        self._linear = (np.arange(count) - (count - 1) / 2) / count
        self.gram = self._gram(weights)
        """D^T W D, (d, d)."""

    def times(self, signals: NDArray[Any]) -> NDArray[Any]:
        """Return the products of signals (..., n), real or complex, with each column of D, (..., d)."""
        cosines = fft.dct(signals)[..., : self._cosines] / 2
        return np.concatenate([cosines, (signals @ self._linear)[..., np.newaxis]], axis=-1)

    def sum(self, coefficients: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Return D c, (n,)."""
        series = np.zeros(self._linear.size, np.complex128)
        series[: self._cosines] = coefficients[:-1] / 2
        series[0] *= 2
        return np.asarray(fft.dct(series, type=3) + coefficients[-1] * self._linear)

    def _gram(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return D^T W D, of cosines by cos a cos b = (cos (a - b) + cos (a + b)) / 2."""
        sums = fft.dct(weights) / 2
        sums = np.concatenate([sums, [0.0], -sums[:0:-1]])  # those of more than n half periods, too
        numbers = np.arange(self._cosines)
        together, apart = np.add.outer(numbers, numbers), np.subtract.outer(numbers, numbers)
        gram = np.empty((self._cosines + 1, self._cosines + 1))
        gram[:-1, :-1] = (sums[np.abs(apart)] + sums[together]) / 2
        gram[-1] = gram[:, -1] = self.times(weights * self._linear)
        return gram
