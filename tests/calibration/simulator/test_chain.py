"""The full randomised chain: motor, castings, inertia, sensors and noise together."""

import numpy as np
import pytest
from recorded import carrier_levels

from calibration.simulator.conditions import CageCondition, LoadCondition, SupplyCondition
from calibration.simulator.draw import log_uniform
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario

RECORDINGS = 5


def a_scenario(seed: int, broken_bars: int, load: float) -> Scenario:
    rng = generator(seed, "chain")
    return Scenario(
        seed=seed,
        broken_bars=broken_bars,
        load=load,
        temperature_factor=float(rng.uniform(0.9, 1.2)),
        cage=CageCondition(
            ring_share=float(rng.uniform(0.2, 0.4)),
            casting_sd=log_uniform(rng, 0.005, 0.02),
            interbar_ratio=log_uniform(rng, 0.1, 100.0),
            break_position=float(rng.uniform(0.0, 1.0)),
        ),
        driven=LoadCondition(inertia_ratio=log_uniform(rng, 0.5, 8.0)),
        supply=SupplyCondition(wander_hz=log_uniform(rng, 0.003, 0.02)),
    )


@pytest.mark.parametrize(
    ("broken_bars", "load", "lower"),
    [
        (1, 0.5, -46), (1, 1.0, -40), (2, 0.5, -37), (2, 1.0, -31),
        (3, 0.5, -32), (3, 1.0, -27), (4, 0.5, -28), (4, 1.0, -23),
    ],
)  # fmt: skip
def test_table_of_the_full_chain(broken_bars: int, load: float, lower: float) -> None:
    """Median lower sideband, r_ib 0.1 to 100, J_L 0.5 to 8, 12 bits; spreads of 8 dB are usual."""
    seeds = range(100 * broken_bars, 100 * broken_bars + RECORDINGS)
    levels = [carrier_levels(simulate(a_scenario(seed, broken_bars, load)))[0] for seed in seeds]
    assert np.median(levels) == pytest.approx(lower, abs=5.0)


def test_healthy_motors_are_seldom_above_60_decibels_below_the_line() -> None:
    """Table of the full chain: -68 dBc at half load, 90 % below -64."""
    levels = [carrier_levels(simulate(a_scenario(seed, 0, 0.5)))[0] for seed in range(RECORDINGS)]
    assert np.median(levels) < -58
