"""A loose foot rattles at multiples of the shaft's frequency and at halves of it."""

import numpy as np
import pytest
from recorded import level_at

from calibration.simulator.looseness import Rattling

RATE_HZ = 5000.0
SHAFT_HZ = 24.0


def a_force(amplitude: float, speed: float = 1.0) -> np.ndarray:
    rattling = Rattling(amplitude, seed=3)
    angle = 2 * np.pi * SHAFT_HZ * np.arange(20_000) / RATE_HZ
    return np.concatenate([rattling.force(part, np.full(part.size, speed)) for part in np.split(angle, 8)])


def test_multiples_fall_with_their_number_and_halves_lie_between_them() -> None:
    force = a_force(0.6)
    for k in (1, 2, 3, 10):
        assert level_at(force, RATE_HZ, k * SHAFT_HZ) == pytest.approx(0.6 / k, rel=0.01)
        assert level_at(force, RATE_HZ, (k - 0.5) * SHAFT_HZ) == pytest.approx(0.3 / k, rel=0.01)
    assert level_at(force, RATE_HZ, 10.5 * SHAFT_HZ) < 1e-4


def test_the_force_grows_with_the_square_of_the_speed() -> None:
    assert a_force(0.6, 0.5) == pytest.approx(0.25 * a_force(0.6))
