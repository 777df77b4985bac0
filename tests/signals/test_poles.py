"""The shaft of each number of poles, by the vibration alone."""

import numpy as np
import pytest

from edge_agent.signals.prepared import Vibration
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.eccentricity import EccentricityLine
from edge_agent.signals.slip.poles import shafts, without_bars

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


def a_pair(pole_pass_hz: float, level: float = 0.02) -> SidebandPair:
    slip = pole_pass_hz / 100
    return SidebandPair(level, level, 1e-4, 1e-4, 1e-4, pole_pass_hz, slip, 12.0 * pole_pass_hz)


@pytest.mark.parametrize(("order", "kept"), [(1, []), (2, []), (3, []), (1.5, [6])])
def test_sidebands_of_broken_bars_are_no_shaft_of_the_air_gap(order: float, kept: list[int]) -> None:
    """A broken six-pole motor was taken for one of twelve poles, and its alarm withheld for that."""
    slip = 0.008
    found = {6: EccentricityLine(slip, 0.0025, 24.0, 16.0, 0.5)}
    pole_pass_hz = 50 / 6 * (1 - slip) / order
    assert list(without_bars(found, a_pair(pole_pass_hz), 50.0)) == kept
    assert list(without_bars(found, a_pair(pole_pass_hz, 1e-5), 50.0)) == [6]
    assert list(without_bars(found, None, 50.0)) == [6]
