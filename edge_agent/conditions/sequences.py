"""The negative sequence of the phase currents against its normal, and the phase that it points to.

More current in phase a alone, in step with its voltage, is a negative sequence whose angle to the positive
one is that by which the motor's current lags behind the voltage; that of phase b lies 120 degrees ahead, that
of phase c 240 degrees (Fortescue 1918).
"""

import cmath
import math

from edge_agent.circuit import Circuit
from edge_agent.conditions.normal import Normal, NormalValue
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.signals.prepared import Line

PHASES = 2
"""Current channels that sequences take: the third is minus their sum (star without neutral, or delta)."""
SHARE, ORDER = "negative_share", "phase_order"
"""Names of the quantities: the complex share, and 1 for a, b, c or -1 for a, c, b."""
_THIRD_DEG = 120.0
"""Angle between phases, degrees: geometry."""


def order_of(line: Line) -> float:
    """Return 1 if the phases come as a, b, c, else -1."""
    return -1.0 if line.reversed_order else 1.0


def normal_share(seen: Seen, normal: Normal | None) -> NormalValue | None:
    """Return the normal share at this load, or else that of all loads; None if neither was learned."""
    if normal is None:
        return None
    return normal.of(SHARE, seen.load) or normal.of(SHARE, None)


def limit_of_change(share: NormalValue) -> float:
    """Return how far the share may move: at least by so much, and beyond the motor's own scatter."""
    return max(CONDITIONS.asymmetry, CONDITIONS.asymmetry_spreads * share.spread)


def lag_deg(circuit: Circuit, rms_a: float) -> float:
    """Return by how much a motor's current of `rms_a` lags behind its voltage, degrees."""
    slip = circuit.slip_at_current(rms_a)
    current, _ = circuit.currents(slip or 0.0)
    return -math.degrees(cmath.phase(current))


def phase_of(change: complex, lag: float, reversed_order: bool) -> str:
    """Return the phase in which such a change of the share is more current; `lag` is that of the motor, deg.

    The current of a turn short lags a little itself, as the loop has some leakage.
    """
    beyond = math.degrees(cmath.phase(change)) - (lag - CONDITIONS.short_lag_deg)
    return ("acb" if reversed_order else "abc")[round(beyond / _THIRD_DEG) % 3]
