"""Overload, by a thermal replica: the winding as one heat, as relays of class 10 or 20 have it.

Its heat is that of the rated current at 1, and follows the square of the current:

    d heat / dt = ((I / I_rated)^2 - heat) / tau

The class of a relay is the time in which it trips from cold at 7.2 times its setting (IEC 60947-4-1). That
sets tau. The negative sequence counts several times, as it heats the rotor.
"""

import math

from edge_agent.conditions.currents import steady_line
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.new_parts import NewParts, PartsReader
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.sequences import PHASES
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions
from edge_agent.verdict import Fault, Finding, Measured, Reason, Refusal, Severity

_CLASS_AT = 7.2
"""Current over the setting at which the class of a relay is its time to trip (IEC 60947-4-1)."""
_TRIP_HEAT = CONDITIONS.overload_current**2
"""Heat at which the replica trips: that of the largest current which a motor stands for ever."""
_NOT_OF_THE_MOTOR = (Reason.WRONG_SCALE, Reason.CLIPPED, Reason.OUT_OF_DOMAIN, Reason.STUCK_CHANNEL)
"""Refusals of currents whose amount means nothing."""


def time_constant_s(trip_class_s: float) -> float:
    """Return tau of a relay of this class: it trips from cold after so long at 7.2 times its setting."""
    return trip_class_s / math.log(_CLASS_AT**2 / (_CLASS_AT**2 - _TRIP_HEAT))


def time_to_trip_s(heat: float, current: float, tau_s: float) -> float:
    """Return how long a current over the rated one flows until the replica trips, s; infinite for never."""
    if heat >= _TRIP_HEAT:
        return 0.0
    if current**2 <= _TRIP_HEAT:
        return math.inf
    return tau_s * math.log((current**2 - heat) / (current**2 - _TRIP_HEAT))


class Overload:
    """The diagnoser of overload. It remembers the heat of the winding."""

    fault = Fault.OVERLOAD

    def __init__(self, nameplate: Nameplate) -> None:
        """Take the rated current and the class of the plate."""
        self._rated_a = nameplate.rated_current_a
        self._class = nameplate.trip_class
        self._tau_s = time_constant_s(nameplate.trip_class)
        self._parts = PartsReader()
        self.heat: float | None = None
        """Heat of the winding, 1 at the rated current; None before the first window."""

    def measure(self, seen: Seen) -> Quantities:
        """Return nothing: the plate is the limit."""
        return {}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding: overload if the replica has tripped, or a current that will trip it."""
        refusal = seen.analysis.refusal
        if refusal is not None and refusal.reason in _NOT_OF_THE_MOTOR:
            return refused(self.fault, seen, refusal)
        parts = self._parts.read(seen)
        if parts is None:
            return refused(self.fault, seen, of_conditions.NO_CURRENT.refuse(0, 1))
        self._warm(parts, self._negative_part(seen))
        newest = self._newest(parts) * self._negative_part(seen)
        heat, trip_s = self.heat or 0.0, time_to_trip_s(self.heat or 0.0, newest, self._tau_s)
        measured = [
            Measured("thermal_heat", heat, "1", _TRIP_HEAT, f"IEC 60947-4-1, class {self._class}"),
            Measured(
                "current_over_rated",
                newest,
                "1",
                CONDITIONS.overload_current,
                CONDITIONS.origin("overload_current"),
            ),
        ]
        if heat >= _TRIP_HEAT:
            return found(self.fault, seen, Severity.ALARM, measured)
        if math.isfinite(trip_s):
            measured.append(Measured("time_to_trip", trip_s, "s", None, f"class {self._class}"))
            return sound(self.fault, seen, measured, Severity.WATCH)
        return sound(self.fault, seen, measured)

    def _warm(self, parts: NewParts, negative: float) -> None:
        """Take the currents of new parts; before the first ones the motor is as warm as they make it."""
        known = [float(part) * negative / self._rated_a for part in parts.rms_a if not math.isnan(part)]
        if self.heat is None:
            self.heat = min(1.0, known[0] ** 2) if known else None
        elif math.isfinite(parts.gap_s):
            self.heat *= math.exp(-parts.gap_s / self._tau_s)
        share = math.exp(-parts.part_s / self._tau_s)
        for current in known:
            self.heat = current**2 + ((self.heat or 0.0) - current**2) * share

    def _newest(self, parts: NewParts) -> float:
        """Return the median current of the new parts over the rated one, 0 without any."""
        known = sorted(float(part) for part in parts.rms_a if not math.isnan(part))
        return known[len(known) // 2] / self._rated_a if known else 0.0

    def _negative_part(self, seen: Seen) -> float:
        """Return by which factor the negative sequence makes the current heat more."""
        line = steady_line(seen, PHASES)
        share = 0.0 if isinstance(line, Refusal) else line.unbalance or 0.0
        return math.sqrt(1.0 + CONDITIONS.negative_heats * share**2)
