"""Where the pair of sidebands is looked for, by what is known of the slip."""

from dataclasses import replace

import numpy as np

from edge_agent.signals.carrier import Baseband
from edge_agent.signals.circuit import Circuit
from edge_agent.signals.sidebands import LEAST_CYCLES_LIGHT, SidebandFit, SidebandPair
from edge_agent.signals.slip import SlipRange

Found = tuple[SidebandFit, SidebandPair]
"""A pair and the fit that measured it."""
CYCLES_BEYOND_WANDER = 10.0
"""Pole-pass cycles in a window from which no peak of the supply's wander stands out like a pair; it may still
be the floor of one."""


def find_pair(
    baseband: Baseband, slips: SlipRange, circuit: Circuit, least_cycles: float = LEAST_CYCLES_LIGHT
) -> Found | None:
    """Measure the strongest pair in a range of slips; None where the window holds too few cycles of 2sf.

    The bounds must come from what is known of the slip: searched freely, the strongest pair beside the line
    is the wander of the supply. Of a speed that was found, not told, the pair is the one of which most stands
    where no swing of the speed can put it: a load that swings may make stronger lines elsewhere.
    """
    line_hz = baseband.carrier_hz
    resolvable = least_cycles / baseband.length_s / 2 / line_hz
    if slips.highest <= resolvable or (slips.source != "current" and slips.middle < resolvable):
        return None
    lowest_hz = 2 * max(slips.lowest, resolvable) * line_hz
    fit = SidebandFit(baseband, lowest_hz)
    candidates_hz, upper, lower = fit.spectra(lowest_hz, 2 * slips.highest * line_hz)
    if slips.told:
        level = np.abs(upper) + np.abs(lower)
    else:
        swing_upper, swing_lower = circuit.speed_swing(slips.middle, candidates_hz, line_hz)
        level = np.abs(lower.conj() - upper * swing_lower.conj() / swing_upper)
    best = int(np.argmax(level))
    at_edge = best in (0, candidates_hz.size - 1)
    pair = replace(fit.pair(float(candidates_hz[best])), at_edge=at_edge)
    if (at_edge or not pair.stands_out) and slips.source in ("vibration", "slots"):
        # What is strongest among noise would move the slip from where the speed says it is.
        pair = fit.pair(2 * max(slips.middle, resolvable) * line_hz)
    return fit, pair


def find_elsewhere(baseband: Baseband, anything: SlipRange, circuit: Circuit) -> SidebandPair | None:
    """Give the strongest pair at any slip, but next to the line, where it may be the supply's wander."""
    return standing(find_pair(baseband, anything, circuit, CYCLES_BEYOND_WANDER))


def standing(found: Found | None) -> SidebandPair | None:
    """Give the pair where it stands out within its bounds."""
    return found[1] if found and found[1].stands_out and not found[1].at_edge else None
