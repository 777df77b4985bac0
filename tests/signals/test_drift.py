"""The products with the drift's basis are those of the basis written out."""

import numpy as np
import pytest

from edge_agent.signals.sidebands.drift import Drift


def written_out(count: int, cosines: int) -> np.ndarray:
    middle = (np.arange(count) + 0.5) / count
    linear = middle - 0.5
    return np.column_stack([np.cos(np.pi * np.outer(middle, np.arange(cosines))), linear])


def weights_with_a_gap(count: int) -> np.ndarray:
    weights = np.hanning(count + 2)[1:-1]
    weights[count // 3 : count // 2] = 0.0
    return weights


@pytest.mark.parametrize(("count", "cosines"), [(125, 2), (1500, 44), (60, 40)])
def test_its_gram_matrix_is_that_of_the_weighted_basis(count, cosines):
    basis, weights = written_out(count, cosines), weights_with_a_gap(count)
    wanted = basis.T @ (weights[:, np.newaxis] * basis)
    np.testing.assert_allclose(Drift(weights, cosines).gram, wanted, atol=1e-10)


def test_products_with_complex_signals_are_those_with_each_column():
    rng = np.random.default_rng(1)
    signals = rng.normal(size=(3, 200)) + 1j * rng.normal(size=(3, 200))
    drift = Drift(np.ones(200), 17)
    np.testing.assert_allclose(drift.times(signals), signals @ written_out(200, 17), atol=1e-10)


def test_a_sum_of_its_columns_is_what_the_coefficients_say():
    coefficients = np.random.default_rng(2).normal(size=18) + 1j
    drift = Drift(np.ones(200), 17)
    np.testing.assert_allclose(drift.sum(coefficients), written_out(200, 17) @ coefficients, atol=1e-10)
