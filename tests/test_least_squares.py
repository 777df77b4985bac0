"""The fit within bounds finds what scipy's finds, and the root of a rising quantity is where it is."""

import math

import numpy as np
import pytest
from scipy.optimize import least_squares

from edge_agent.least_squares import fit_within, rising_root

WIDE = np.full(2, 10.0)


def valley(at: np.ndarray) -> np.ndarray:
    """Rosenbrock's curved valley, whose bottom lies at (1, 1)."""
    return np.array([10.0 * (at[1] - at[0] ** 2), 1.0 - at[0]])


def test_the_bottom_of_a_curved_valley_is_found():
    np.testing.assert_allclose(fit_within(valley, np.array([-1.2, 1.0]), -WIDE, WIDE), 1.0, atol=1e-7)


@pytest.mark.parametrize("highest", [[0.5, 2.0], [2.0, 0.3], [0.2, 0.1]])
def test_a_bound_before_the_bottom_is_where_the_least_misfit_lies(highest: list[float]):
    guess, lowest = np.array([-0.5, -0.5]), np.array([-2.0, -2.0])
    found = fit_within(valley, guess, lowest, np.array(highest))
    wanted = least_squares(valley, guess, bounds=(lowest, highest), xtol=1e-12, ftol=1e-15, gtol=1e-15).x
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert np.all(found <= highest)


def test_a_guess_beyond_a_bound_begins_at_the_bound():
    found = fit_within(lambda at: at - 3.0, np.array([99.0]), np.array([0.0]), np.array([5.0]))
    np.testing.assert_allclose(found, 3.0, atol=1e-8)


def test_the_root_of_a_rising_quantity_is_where_it_has_the_value():
    assert rising_root(math.tan, 1.0, 0.0, 1.5) == pytest.approx(math.pi / 4, abs=1e-12)
