"""Mass unbalance: the shaft's first harmonic has grown."""

from collections.abc import Mapping

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.growth import grown
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.vibration import axis, real
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.verdict import Fault, Finding, Measured, Severity

_OTHERS = (2, 3, 4, 5)
"""Orders that the first one must outweigh."""


class Unbalance:
    """Growth of the first harmonic over the own normal, which outweighs the harmonics above it.

    How strong it may be nobody can say in general: each motor leaves the balancing machine with some. A bent
    shaft and a worn coupling make the same line.
    """

    fault = Fault.UNBALANCE

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the lines of the shaft."""
        return seen.vibration.lines

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return whether it has grown, and along which axis most."""
        numbers = real(quantities)
        if not numbers:
            return refused(self.fault, seen, seen.vibration.missing)
        name = seen.vibration.velocity(1)
        first = grown(numbers, name, seen, normal)
        if first is None:
            plain = Measured("1x_velocity", numbers[name], "mm/s", None, "growth over the own normal only")
            return refused(self.fault, seen, of_vibration.NO_NORMAL.refuse(None), [plain])
        others_mm_s = seen.vibration.velocity_mm_s(numbers, _OTHERS)
        if not first.counts or first.value < others_mm_s:
            return sound(self.fault, seen, [first.told("1x_velocity", "mm/s")])
        witness = f"the harmonics above it have {others_mm_s:.3g} mm/s together"
        told = first.told("1x_velocity", "mm/s", witness)
        return found(self.fault, seen, Severity.ALARM, [told], _most_grown(numbers, seen, normal))


def _most_grown(numbers: Mapping[str, float], seen: Seen, normal: Normal | None) -> str | None:
    """Return the channel in which the first harmonic has grown most; None if no channel has a normal."""
    channels = [channel.name for channel in seen.vibration.view.channels]
    growths = ((grown(numbers, axis(channel), seen, normal), channel) for channel in channels)
    return max(((growth.times, channel) for growth, channel in growths if growth), default=(0.0, None))[1]
