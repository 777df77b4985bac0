"""What measured voltages say of a condition: who unbalances the current, and what happened to the supply."""

from edge_agent.circuit import Circuit
from edge_agent.conditions.seen import Seen
from edge_agent.motor import Nameplate
from edge_agent.signals.voltage.events import SAG_BELOW, SWELL_ABOVE, EventKind, SupplyEvent, supply_events
from edge_agent.signals.voltage.negative_sequence import NegativeSequence, measure_negative_sequence
from edge_agent.verdict import Measured

_CLEARLY = 2.0
"""How many times as large the one share must be as the other to be called the cause. Judgement: plates tell
Z2 to a third, and sensors the unbalance to a hundredth."""


def unbalance_by_voltage(seen: Seen, circuit: Circuit) -> tuple[str, Measured] | None:
    """Return who unbalances the current, in words, and the voltage's unbalance; None without voltages."""
    line = seen.analysis.line
    if line is None or not seen.window.streams:
        return None
    slip = seen.analysis.evidence.slip
    slip = seen.nameplate.rated_slip if slip is None else slip
    negative = measure_negative_sequence(seen.window.current, circuit, line.frequency_hz, slip)
    if negative is None:
        return None
    beside = Measured(
        "voltage_negative_over_positive",
        negative.voltage_unbalance,
        "1",
        None,
        "stands beside: NEMA MG 1 derates a motor from 0.01 on",
    )
    return cause_of_unbalance(negative), beside


def cause_of_unbalance(negative: NegativeSequence) -> str:
    """Return whether supply or motor unbalances the current, in words."""
    own, driven = abs(negative.own_current), negative.driven_current
    numbers = f"the voltage explains {driven:.1%} of the current, and {own:.1%} is the motor's own"
    if driven > _CLEARLY * own:
        return f"the supply causes it: {numbers}"
    if own > _CLEARLY * driven:
        return f"the winding or its leads cause it: {numbers}"
    return f"supply and motor share it: {numbers}"


def supply_by_voltage(seen: Seen, nameplate: Nameplate) -> tuple[SupplyEvent, Measured] | None:
    """Return the worst event of the supply within a window, and its number; None if there was none."""
    if not seen.window.streams:
        return None
    rated_v = nameplate.rated_voltage_v / 3**0.5
    line_hz = nameplate.line_frequency_hz
    events = supply_events(seen.window.current, rated_v, line_hz)
    if not events:
        return None
    worst = max(events, key=lambda event: abs(event.extreme - 1.0))
    limit = SWELL_ABOVE if worst.kind is EventKind.SWELL else SAG_BELOW
    measured = Measured(f"voltage_of_{worst.kind}", worst.extreme, "1", limit, "IEC 61000-4-30 and EN 50160")
    return worst, measured
