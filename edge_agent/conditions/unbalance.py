"""Mass unbalance: the shaft's first harmonic has grown."""

import math

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.growth import Growth, grown
from edge_agent.conditions.looseness import HALVES, ROW, ROW_ORDERS
from edge_agent.conditions.misalignment import line_of_gap
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.vibration import HALF_ORDERS, axis
from edge_agent.limits import BARS, SHAFT
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.verdict import Fault, Finding, Measured, Refusal, Severity

_OTHERS = (2, 3, 4, 5)
"""Orders that the first one must outweigh."""


class Unbalance:
    """Growth of the first harmonic over the own normal, which outweighs the harmonics above it.

    Misalignment and looseness lift the first harmonic as well, and others with it; an eccentric gap and
    broken bars pull once a turn, too. So none of these must show. How strong it may be nobody can say in
    general: each motor leaves the balancing machine with some. A bent shaft and a worn coupling make the
    same line.
    """

    fault = Fault.UNBALANCE

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the first harmonic, of all axes together and of each, and what other causes lift with it."""
        vibration = seen.vibration
        if not vibration.lines:
            return {}
        axes = [axis(channel.name) for channel in vibration.view.channels]
        of_shaft = {
            name: vibration.lines[name] for name in (vibration.velocity(1), *axes, vibration.velocity(2))
        }
        return of_shaft | {
            HALVES: vibration.velocity_mm_s(*HALF_ORDERS),
            ROW: vibration.velocity_mm_s(*ROW_ORDERS),
        }

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether it has grown, and along which axis most."""
        vibration = seen.vibration
        if not quantities:
            return refused(self.fault, seen, vibration.missing)
        first = grown(quantities, vibration.velocity(1), seen, normal)
        if first is None:
            level_mm_s = vibration.velocity_mm_s(1)
            plain = Measured("1x_velocity", level_mm_s, "mm/s", None, "growth over the own normal only")
            return refused(self.fault, seen, of_vibration.NO_NORMAL.refuse(None), [plain])
        others_mm_s = vibration.velocity_mm_s(*_OTHERS)
        if not first.counts or first.value < others_mm_s:
            return sound(self.fault, seen, [first.told("1x_velocity", "mm/s")])
        other_cause = _other_cause(first, quantities, seen, normal)
        if other_cause is not None:
            return refused(self.fault, seen, other_cause, [first.told("1x_velocity", "mm/s")])
        witness = f"the harmonics above it have {others_mm_s:.3g} mm/s together"
        told = first.told("1x_velocity", "mm/s", witness)
        return found(self.fault, seen, Severity.ALARM, [told], _most_grown(quantities, seen, normal))


def _other_cause(first: Growth, quantities: Quantities, seen: Seen, normal: Normal | None) -> Refusal | None:
    """Return what else may have lifted the first harmonic; None if nothing has."""
    added_mm_s = _added_mm_s(quantities, seen, normal)
    if first.added < SHAFT.unbalance_alone * added_mm_s:
        return of_vibration.OTHERS_GREW_TOO.refuse(first.added / added_mm_s)
    gap, grew = line_of_gap(seen, normal)
    if gap is not None and grew:
        return of_vibration.GAP_GREW_TOO.refuse(gap.value, gap.limit)
    bars = seen.analysis.evidence.equivalent_bars
    if bars is not None and bars >= BARS.alarm:
        return of_vibration.BARS_LIFT_IT.refuse(bars)
    return None


def _added_mm_s(quantities: Quantities, seen: Seen, normal: Normal | None) -> float:
    """Return by how much the second harmonic, the higher ones and the halves have grown together, mm/s."""
    names = (seen.vibration.velocity(2), HALVES, ROW)
    others = (grown(quantities, name, seen, normal) for name in names)
    return math.hypot(*(other.added for other in others if other is not None and other.counts))


def _most_grown(quantities: Quantities, seen: Seen, normal: Normal | None) -> str | None:
    """Return the channel in which the first harmonic has grown most; None if no channel has a normal."""
    channels = [channel.name for channel in seen.vibration.view.channels]
    growths = ((grown(quantities, axis(channel), seen, normal), channel) for channel in channels)
    return max(((growth.times, channel) for growth, channel in growths if growth), default=(0.0, None))[1]
