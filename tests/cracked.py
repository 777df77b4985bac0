"""Simulated motors with bars cracked so deeply that the rotor has just so many equivalent bars."""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from calibration.simulator.rotor import make_rotor
from calibration.simulator.scenario import Scenario

CRACKED = 2
"""Bars that are cracked: inter-bar current may leave one alone with a third of a bar."""
DEEPEST = 1e4
"""Resistance of a cracked bar over that of a sound one, at most."""


def with_equivalent_bars(sound: Scenario, bars: float) -> Scenario:
    """Return the motor with cracks so deep that the rotor has so many equivalent bars, casting included.

    Slight cracks may lessen what the casting shows, so the search begins where they only add to it.
    """
    depths = np.linspace(0.0, np.log(DEEPEST), 40)
    shown = [cracked_bars(sound, float(np.exp(depth))) for depth in depths]
    last_below = max(place for place, found in enumerate(shown) if found < bars)
    depth = brentq(
        lambda depth: cracked_bars(sound, float(np.exp(depth))) - bars,
        depths[last_below],
        depths[last_below + 1],
        xtol=1e-3,
    )
    return _cracked(sound, float(np.exp(depth)))


def cracked_bars(sound: Scenario, factor: float) -> float:
    """Return the equivalent bars with the cracked bars' resistance at so many times that of sound ones."""
    return make_rotor(_cracked(sound, factor)).equivalent_bars


def _cracked(sound: Scenario, factor: float) -> Scenario:
    cage = replace(sound.cage, crack_factor=factor, positions=None)
    return replace(sound, broken_bars=CRACKED, cage=cage)
