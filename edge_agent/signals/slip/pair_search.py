"""The search for the pair of sidebands in a range of slips."""

from dataclasses import dataclass, replace

import numpy as np

from edge_agent.circuit import Circuit
from edge_agent.limits import SIDEBANDS
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair
from edge_agent.signals.slip.range import SlipRange

Found = tuple[SidebandFit, SidebandPair]
"""A pair and the fit that measured it."""
CYCLES_BEYOND_WANDER = 10.0
"""Pole-pass cycles in a window from which no peak of the supply's wander stands out like a pair; wander may
still be the floor of one."""


@dataclass(frozen=True, slots=True)
class _Strongest:
    """Where the strongest pair of a range lies; it is not measured yet."""

    fit: SidebandFit
    """The fit that can measure it."""
    pole_pass_hz: float
    """Its 2sf."""
    at_edge: bool
    """It lies at a bound of the range."""
    resolvable: float
    """Smallest slip that the window resolves."""


def find_pair(baseband: Baseband, slips: SlipRange, circuit: Circuit) -> Found | None:
    """Measure the strongest pair in a range of slips; None if the window holds too few cycles of 2sf.

    The range must come from what is known of the slip. Over all slips, the strongest pair is the supply's
    wander, close to the line.
    """
    search = _search(baseband, slips, circuit, SIDEBANDS.min_cycles_light)
    if search is None:
        return None
    pair = replace(search.fit.pair(search.pole_pass_hz), at_edge=search.at_edge)
    if (search.at_edge or not pair.stands_out) and slips.source in ("vibration", "slots"):
        # The strongest peak of noise must not move the slip away from the detected speed.
        pair = search.fit.pair(2 * max(slips.middle, search.resolvable) * baseband.carrier_hz)
    return search.fit, pair


def find_clear_pair(
    baseband: Baseband, slips: SlipRange, circuit: Circuit, least_cycles: float
) -> Found | None:
    """Measure the strongest pair in a range of slips; None if none stands out within its bounds."""
    search = _search(baseband, slips, circuit, least_cycles)
    if search is None or search.at_edge:
        return None
    pair = search.fit.pair(search.pole_pass_hz)
    return (search.fit, pair) if pair.stands_out else None


def find_beyond_wander(baseband: Baseband, possible: SlipRange, circuit: Circuit) -> SidebandPair | None:
    """Return the strongest clear pair at any possible slip, leaving out those where wander looks like one."""
    found = find_clear_pair(baseband, possible, circuit, CYCLES_BEYOND_WANDER)
    return found and found[1]


def clear_pair(found: Found | None) -> SidebandPair | None:
    """Return the pair where it stands out within the bounds of its range, else None."""
    return found[1] if found and found[1].stands_out and not found[1].at_edge else None


def _search(baseband: Baseband, slips: SlipRange, circuit: Circuit, least_cycles: float) -> _Strongest | None:
    """Find where the strongest pair lies; None if the window holds too few cycles of 2sf.

    At a stated speed the strongest pair is the one with the largest sum of both sidebands. At an estimated
    one the range is wide, and an oscillating load may make stronger lines than the bars in it. There only
    that part of each pair counts that no oscillation of the speed can make (sidebands/equivalent_bars.py).
    """
    line_hz = baseband.carrier_hz
    resolvable = least_cycles / baseband.length_s / 2 / line_hz
    if slips.highest <= resolvable or (slips.source != "current" and slips.middle < resolvable):
        return None
    lowest_hz = 2 * max(slips.lowest, resolvable) * line_hz
    fit = SidebandFit(baseband, lowest_hz)
    candidates_hz, upper, lower = fit.spectra(lowest_hz, 2 * slips.highest * line_hz)
    if slips.stated:
        level = np.abs(upper) + np.abs(lower)
    else:
        swing_upper, swing_lower = circuit.speed_swing(slips.middle, candidates_hz, line_hz)
        level = np.abs(lower.conj() - upper * swing_lower.conj() / swing_upper)
    best = int(np.argmax(level))
    at_edge = best in (0, candidates_hz.size - 1)
    return _Strongest(fit, float(candidates_hz[best]), at_edge, resolvable)
