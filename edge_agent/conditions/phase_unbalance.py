"""Unequal phase currents: the negative sequence over the positive one.

Without voltage nobody can tell whether the supply or the winding is the cause: 1 % of unbalance in the
voltage gives 6 to 10 % in the current of a loaded motor, and more when it idles (NEMA MG 1, 14.36).
"""

from edge_agent.conditions.currents import steady_line
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.verdict import Fault, Finding, Measured, Refusal, Severity

QUANTITY = "negative_over_positive"
"""Name of the quantity."""


class PhaseUnbalance:
    """The diagnoser of unequal currents."""

    fault = Fault.PHASE_UNBALANCE

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor; its plate is not needed."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the share of the negative sequence."""
        line = steady_line(seen, phases=2)
        return {} if isinstance(line, Refusal) or line.unbalance is None else {QUANTITY: line.unbalance}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding: the limit is absolute, and needs no normal."""
        line = steady_line(seen, phases=2)
        if isinstance(line, Refusal):
            return refused(self.fault, seen, line)
        share = abs(quantities[QUANTITY])
        measured = Measured(QUANTITY, share, "1", CONDITIONS.unbalance, CONDITIONS.origin("unbalance"))
        if share < CONDITIONS.unbalance:
            return sound(self.fault, seen, [measured])
        severity = Severity.ALARM if share >= CONDITIONS.unbalance_alarm else Severity.WATCH
        return found(self.fault, seen, severity, [measured])
