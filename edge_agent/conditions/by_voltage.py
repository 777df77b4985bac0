"""What measured voltages say of a condition: who unbalances the current, and what happened to the supply."""

from dataclasses import dataclass

from edge_agent.conditions.seen import Seen
from edge_agent.signals.voltage.events import EVENT_FROM, SupplyEvent, supply_events
from edge_agent.signals.voltage.negative_sequence import NegativeSequence
from edge_agent.verdict import Measured

_CLEARLY = 2.0
"""How many times as large the one share must be as the other to be called the cause. Judgement: plates tell
Z2 to a third, and sensors the unbalance to a hundredth."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who unbalances the current."""

    words: str
    """The cause with its numbers."""
    is_supply: bool
    """True if the voltage explains most of it."""
    voltage: Measured
    """The unbalance of the voltage, which stands beside."""


def unbalance_by_voltage(seen: Seen) -> Cause | None:
    """Return who unbalances the current; None without voltages."""
    negative = seen.negative_sequence
    return None if negative is None else _cause(negative)


def _cause(negative: NegativeSequence) -> Cause:
    own, driven = abs(negative.own_current), negative.driven_current
    numbers = f"the voltage explains {driven:.1%} of the current, and {own:.1%} is the motor's own"
    voltage = Measured(
        "voltage_negative_over_positive",
        negative.voltage_unbalance,
        "1",
        None,
        "stands beside: NEMA MG 1 derates a motor from 0.01 on",
    )
    if driven > _CLEARLY * own:
        return Cause(f"the supply causes it: {numbers}", True, voltage)
    if own > _CLEARLY * driven:
        return Cause(f"the winding or its leads cause it: {numbers}", False, voltage)
    return Cause(f"supply and motor share it: {numbers}", False, voltage)


def events_by_voltage(seen: Seen) -> list[tuple[float, Measured]]:
    """Return when each event of the supply began, s from the start of the window, and its size."""
    if not seen.window.streams:
        return []
    plate = seen.nameplate
    events = supply_events(seen.window.current, plate.rated_voltage_v / 3**0.5, plate.line_frequency_hz)
    return [(event.start_s, _size(event)) for event in events]


def _size(event: SupplyEvent) -> Measured:
    return Measured(
        f"voltage_{event.kind}_depth",
        abs(event.extreme - 1.0),
        "1",
        EVENT_FROM,
        "EN 50160 and IEC 61000-4-30",
        witness=f"it began {event.start_s:.1f} s into its window and lasted {event.duration_s:.2f} s",
    )
