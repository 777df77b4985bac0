"""The shaft of each number of poles, by the vibration alone."""

import numpy as np
import pytest

from edge_agent.signals.prepared import Vibration
from edge_agent.signals.slip.poles import shafts

RATE_HZ = 1000.0


def a_vibration(shaft_hz: float, harmonics: int = 3, noise: float = 0.05) -> Vibration:
    seconds = np.arange(round(12.0 * RATE_HZ)) / RATE_HZ
    shaking = np.random.default_rng(3).normal(0.0, noise, seconds.size)
    for order in range(1, harmonics + 1):
        shaking += 0.1 / order * np.cos(2 * np.pi * order * shaft_hz * seconds)
    return Vibration(shaking[np.newaxis].astype(np.float32), RATE_HZ)


@pytest.mark.parametrize("pole_pairs", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("harmonics", [1, 3])
def test_the_slowest_clear_shaft_is_the_one_that_turns(pole_pairs: int, harmonics: int) -> None:
    found = shafts(a_vibration(50.0 / pole_pairs * 0.97, harmonics), 50.0)
    clear = [shaft for shaft in found.values() if shaft.is_clear]
    slowest = max(clear, key=lambda shaft: shaft.pole_pairs)
    assert slowest.pole_pairs == pole_pairs
    assert slowest.slip == pytest.approx(0.03, abs=0.002)


def test_noise_shows_no_shaft() -> None:
    assert not any(shaft.is_clear for shaft in shafts(a_vibration(30.0, harmonics=0), 50.0).values())
