"""The number of rotor bars, where slot lines and the shaft itself show different slips.

One slot line has two readings: R bars with the one sign, and R + 2p with the other, at slips that differ by
R / (R + 2p). So a number of bars that is wrong by 2p gives slips which fit the current, and that are wrong by
a tenth. The sidebands of broken bars are then missed, or counted beside their top, and the shaft shows why.
"""

from collections.abc import Iterator

from edge_agent.audit.findings import Suspect
from edge_agent.audit.reading import Reading
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars
from edge_agent.signals.analysis import Analysis

_WITHIN_BINS = 0.5
"""How far the shaft's line may lie from where the slots have it, bins of the window: twice the error of a
shaft in the vibration. Measured with right plates: 0.3 at most."""
_TOLD_APART = 2.0
"""Distance of both readings, in units of it, from which agreement with one rules the other out. Judgement."""


def read_slots(
    analysis: Analysis, shaft_slip: float | None, length_s: float, nameplate: Nameplate
) -> Iterator[Reading]:
    """Yield what a window says of the configured rotor bars, whose shaft alone shows a slip or None.

    Another number is accused only where a pair of sidebands that looks like broken bars lies at another slip
    than the slots': a driven shaft may turn nearly as fast.
    """
    bars, slips, line = nameplate.rotor_bars, analysis.slips, analysis.line
    if bars is None or slips is None or line is None or shaft_slip is None:
        return
    if slips.source != "slots" or slips.lowest <= 0.0:
        return
    within = _WITHIN_BINS * nameplate.pole_pairs / line.frequency_hz / length_s
    meant = {other: slips.middle * bars / other for other in _others(bars, nameplate.pole_pairs)}
    if abs(slips.middle - shaft_slip) <= within:
        if min(abs(slip - slips.middle) for slip in meant.values()) > _TOLD_APART * within:
            yield Reading(Suspect.BARS, False)
        return
    doubts = (analysis.refusal, analysis.speed_doubt)
    if any(doubt and doubt.quantity == of_bars.BARS_AT_ANOTHER_SLIP.quantity for doubt in doubts):
        for other, slip in meant.items():
            if abs(slip - shaft_slip) <= within:
                yield Reading(Suspect.BARS, True, float(other))


def _others(bars: int, pole_pairs: int) -> tuple[int, ...]:
    return tuple(other for other in (bars - 2 * pole_pairs, bars + 2 * pole_pairs) if other > 0)
