"""Turn short, or stator asymmetry: the negative sequence moves away from what is normal for this motor.

The share is complex, so a change shows even where its amount stays, and its angle names the phase. Without
voltage a supply that has become unequal does the same: the advice is to measure the voltages first. Where
they are measured, a change that they explain is none of the winding.
"""

from dataclasses import replace

from edge_agent.circuit import fit_circuit
from edge_agent.conditions.by_voltage import unbalance_by_voltage
from edge_agent.conditions.currents import steady_line
from edge_agent.conditions.diagnoser import found, refused, sound
from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.conditions.sequences import (
    ORDER,
    PHASES,
    SHARE,
    lag_deg,
    limit_of_change,
    normal_share,
    order_of,
    phase_of,
)
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_conditions
from edge_agent.signals.prepared import Line
from edge_agent.verdict import Fault, Finding, Measured, Refusal, Severity


class StatorAsymmetry:
    """The diagnoser of turn shorts and other asymmetries of the winding."""

    fault = Fault.STATOR_ASYMMETRY

    def __init__(self, nameplate: Nameplate) -> None:
        """Judge a motor by this plate: its power factor tells the angle of each phase."""
        self._circuit = fit_circuit(nameplate)

    def measure(self, seen: Seen) -> Quantities:
        """Return the complex share of the negative sequence, and the order of the phases."""
        line = steady_line(seen, PHASES)
        if isinstance(line, Refusal) or line.negative_share is None:
            return {}
        return {SHARE: line.negative_share, ORDER: order_of(line)}

    def judge(self, quantities: Quantities, seen: Seen, normal: Normal | None) -> Finding:
        """Return the finding: how far the share has moved, against the own normal."""
        line = steady_line(seen, PHASES)
        if isinstance(line, Refusal):
            return refused(self.fault, seen, line)
        usual, order = normal_share(seen, normal), None if normal is None else normal.of(ORDER, None)
        if usual is None or order is None:
            return refused(self.fault, seen, of_conditions.NO_NORMAL.refuse(0, CONDITIONS.min_looks))
        if order.value * order_of(line) < 0:
            return refused(self.fault, seen, of_conditions.ANOTHER_WIRING.refuse(order_of(line), order.value))
        change, limit = quantities[SHARE] - usual.median, limit_of_change(usual)
        origin = "the baseline of this motor; " + CONDITIONS.origin("asymmetry")
        measured = Measured("change_of_negative_sequence", abs(change), "1", limit, origin, usual.hours)
        cause = unbalance_by_voltage(seen)
        if cause is not None:
            measured = replace(measured, witness=cause.words)
        if abs(change) < limit or (cause is not None and cause.is_supply):
            return sound(self.fault, seen, [measured])
        severity = Severity.ALARM if abs(change) >= CONDITIONS.asymmetry_alarm else Severity.WATCH
        return found(self.fault, seen, severity, [measured], self._phase(complex(change), line))

    def _phase(self, change: complex, line: Line) -> str:
        return phase_of(change, lag_deg(self._circuit, line.rms_a), line.reversed_order)
