"""How strongly the motor vibrates, as the zones of ISO 20816-3 rate it."""

from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import ZONE
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_vibration
from edge_agent.verdict import Fault, Finding, Measured, Severity

_END = ": velocity_mm_s"
"""End of the names of the velocities."""
_ZONES = "ABCD"
"""The zones: A new, B fit for long, C not for long, D damage is likely."""


class VibrationZone:
    """The velocity of the loudest channel from 10 to 1000 Hz, and its zone.

    The standard rates motors above 15 kW, by their power and by how they are mounted. Of smaller ones, and
    without `motor.support`, only the figure is told.
    """

    fault = Fault.VIBRATION_ZONE

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate comes with each window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the velocity of each channel, mm/s rms."""
        if seen.vibration.unsteady is not None:
            return {}
        return {f"{channel.name}{_END}": channel.velocity_mm_s for channel in seen.vibration.view.channels}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the zone of the loudest channel: zones C and D are named."""
        if not quantities:
            why = seen.vibration.unsteady or of_vibration.NO_VIBRATION.refuse(0)
            return refused(self.fault, seen, why)
        level_mm_s, channel = max((v.real, name.removesuffix(_END)) for name, v in quantities.items())
        power_kw, support = seen.nameplate.rated_power_kw, seen.nameplate.support
        plain = Measured("velocity", level_mm_s, "mm/s", None, "the figure alone, 10 to 1000 Hz")
        if power_kw <= ZONE.from_kw:
            return refused(self.fault, seen, of_vibration.TOO_SMALL.refuse(power_kw), [plain])
        if support is None:
            return refused(self.fault, seen, of_vibration.NO_SUPPORT.refuse(None), [plain])
        ends = ZONE.ends_mm_s(power_kw, support)
        zone = _ZONES[sum(level_mm_s > end for end in ends)]
        group = 1 if power_kw > ZONE.large_from_kw else 2
        origin = f"zone {zone}; ISO 20816-3, group {group}, {support} support: zones A to C end at "
        origin += ", ".join(f"{end:g}" for end in ends) + " mm/s"
        measured = Measured("velocity", level_mm_s, "mm/s", ends[1], origin)
        if zone in "AB":
            return sound(self.fault, seen, [measured])
        severity = Severity.WATCH if zone == "C" else Severity.ALARM
        return found(self.fault, seen, severity, [measured], channel)
