"""Underload: a dry pump, a torn belt, an empty conveyor. The load lies below this motor's own band.

The load is that of the slip, or of the current where no slip shows; each has a band of its own, and both are
learned.
"""

from edge_agent.conditions.currents import steady_line
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions
from edge_agent.signals.figures import known_slip
from edge_agent.verdict import Fault, Finding, Measured, Refusal, Severity

_PHASES = 1
"""Current channels that it takes."""


class Underload:
    """The diagnoser of a motor that has lost its load."""

    fault = Fault.UNDERLOAD

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor by what is normal for it; its plate is not needed."""

    def measure(self, seen: Seen) -> Quantities:
        """Return the load, by its source, and the current."""
        line = steady_line(seen, _PHASES)
        if isinstance(line, Refusal):
            return {}
        load = {} if seen.load is None else {_name(seen): seen.load}
        return {"current": line.rms_a, **load}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding: load and current both lie below the lowest that are normal."""
        line = steady_line(seen, _PHASES)
        if isinstance(line, Refusal):
            return refused(self.fault, seen, line)
        load, current = (
            (None, None) if normal is None else (normal.lowest(_name(seen)), normal.lowest("current"))
        )
        if normal is None or load is None or current is None:
            return refused(self.fault, seen, of_conditions.NO_NORMAL.refuse(0, CONDITIONS.min_looks))
        value = float(abs(quantities.get(_name(seen), 0.0)))
        limit = CONDITIONS.underload_share * load.value
        origin = "the baseline of this motor; " + CONDITIONS.origin("underload_share")
        witness = f"the current is {line.rms_a:.3g} A, usually at least {current.value:.3g} A"
        below = line.rms_a < current.value - 3 * current.spread
        measured = Measured("load", value, "1", limit, origin, load.hours, witness if below else None)
        if value < limit and below:
            return found(self.fault, seen, Severity.WATCH, [measured])
        return sound(self.fault, seen, [measured])


def _name(seen: Seen) -> str:
    """Return the name of the load by what it was told by: two sources need not agree."""
    return "load_by_current" if known_slip(seen.analysis) is None else "load_by_slip"
