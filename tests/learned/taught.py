"""Looks of a made-up motor: 28 bars, two pole pairs, slip and current on one line."""

import math

from plates import a_nameplate

from edge_agent.circuit import fit_circuit
from edge_agent.learned.bars import PlateFigures
from edge_agent.learned.look import Look

NAMEPLATE = a_nameplate(power_factor=0.8)
CIRCUIT = fit_circuit(NAMEPLATE)
BARS = 28
PLATE = PlateFigures(2, NAMEPLATE.rated_current_a, NAMEPLATE.rated_slip, CIRCUIT.no_load_current_rms_a)
SLIPS = (0.015, 0.04)
"""Slips at a light load and at a heavy one."""


def current_at(slip: float) -> float:
    """The current of this motor at a slip: that of its circuit without load, the rated one at rated slip."""
    no_load_a, rated_a = PLATE.no_load_a, PLATE.rated_a
    return math.sqrt(no_load_a**2 + (rated_a**2 - no_load_a**2) * (slip / PLATE.rated_slip) ** 2)


def order_of(slip: float, sign: int = 1, bars: int = BARS) -> float:
    """Order of a slot line."""
    return bars / PLATE.pole_pairs * (1 - slip) + sign


def a_look(slip: float, *orders: float, told: float | None = None, by_shaft: bool = False) -> Look:
    """A look at a slip, with lines of 30 dB at these orders."""
    return Look(
        current_a=current_at(slip),
        lowest=0.5 * slip,
        highest=2.0 * slip,
        slip=told,
        by_shaft=by_shaft,
        uncertainty=0.0008 if told is not None else 0.0,
        orders=orders,
        levels_db=(30.0,) * len(orders),
    )
