"""Unequal phase currents: the negative sequence over the positive one, without any baseline.

Without voltage nobody can tell whether the supply or the winding is the cause: 1 % of unbalance in the
voltage gives 6 to 10 % in the current of a loaded motor, and more when it idles (NEMA MG 1, 14.36). Where the
own normal shows that the share has grown, `stator_asymmetry` tells it, and this condition leaves it to that.
With voltages the cause is told, whatever is normal.
"""

from dataclasses import replace

from edge_agent.conditions.by_voltage import unbalance_by_voltage
from edge_agent.conditions.currents import steady_line
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.sequences import ORDER, PHASES, limit_of_change, normal_share, order_of
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions
from edge_agent.signals.prepared import Line
from edge_agent.verdict import Fault, Finding, Measured, Refusal, Severity

_QUANTITY = "negative_over_positive"
"""Name of what is measured."""


class PhaseUnbalance:
    """The diagnoser of unequal currents."""

    fault = Fault.PHASE_UNBALANCE

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor by its rated current."""
        self._rated_a = nameplate.rated_current_a

    def measure(self, seen: Seen) -> Quantities:
        """Return nothing: the limit is absolute."""
        return {}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding, and the unbalance of the voltage that would explain it beside it."""
        line = steady_line(seen, PHASES)
        if isinstance(line, Refusal):
            return refused(self.fault, seen, line)
        share, limit = line.unbalance or 0.0, CONDITIONS.unbalance
        number = Measured(_QUANTITY, share, "1", limit, CONDITIONS.origin("unbalance"))
        cause = unbalance_by_voltage(seen)
        if cause is None:
            measured = [number, self._voltage(share * line.rms_a)]
        else:
            measured = [replace(number, witness=cause.words), cause.voltage]
        if share < limit:
            return sound(self.fault, seen, measured)
        if _has_grown(line, seen, normal) and not (cause and cause.is_supply):
            return refused(self.fault, seen, of_conditions.ASYMMETRY_EXPLAINS.refuse(share, limit), measured)
        severity = Severity.ALARM if share >= CONDITIONS.unbalance_alarm else Severity.WATCH
        return found(self.fault, seen, severity, measured)

    def _voltage(self, negative_a: float) -> Measured:
        """Return the unbalance of the voltage that would make such a negative sequence."""
        share = negative_a / self._rated_a / CONDITIONS.locked_over_rated
        origin = "physics: the motor meets a negative sequence with its impedance at standstill"
        return Measured("voltage_unbalance_if_supply", share, "1", None, origin)


def _has_grown(line: Line, seen: Seen, normal: Normal | None) -> bool:
    """True if the share has moved away from the normal of this very wiring."""
    usual, order = normal_share(seen, normal), None if normal is None else normal.of(ORDER, None)
    if usual is None or order is None or line.negative_share is None or order.value * order_of(line) < 0:
        return False
    return abs(line.negative_share - usual.median) >= limit_of_change(usual)
