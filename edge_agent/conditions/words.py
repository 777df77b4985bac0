"""A finding on a condition in one short sentence, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.refusals.catalogue import advise_refusal, say_refusal
from edge_agent.summary import NO_ACTION, Advice
from edge_agent.verdict import Fault, Finding, Measured


@dataclass(frozen=True, slots=True)
class ConditionWords:
    """What a condition is called, and what to do about it."""

    name: str
    """As in a sentence, e.g. `unequal phase currents`."""
    advice: str
    """What to do when it was found, in a sentence or two."""


WORDS = {
    Fault.PHASE_UNBALANCE: ConditionWords(
        "unequal phase currents, by the supply or by the winding",
        "Measure the three voltages at the motor's terminals: if they differ by more than 1 %, mend the "
        "supply (NEMA MG 1 derates a motor from there on), else check contacts and winding resistance.",
    ),
    Fault.STATOR_ASYMMETRY: ConditionWords(
        "a winding takes more current than it did: a turn short, or a supply that has become unequal",
        "Measure the three voltages at the terminals first. If they are equal, have the winding tested "
        "(resistance, surge test) at once: a turn short grows within hours.",
    ),
    Fault.PHASE_LOSS: ConditionWords(
        "a phase is lost: the motor runs on two",
        "Stop the motor and check fuses, contactor and terminals: it overheats within minutes.",
    ),
    Fault.LOCKED_ROTOR: ConditionWords(
        "the rotor does not turn, or hardly turns up",
        "Stop the motor and see what blocks it. Check that the relay would have tripped.",
    ),
    Fault.OVERLOAD: ConditionWords(
        "the winding is hotter than at the rated current for ever",
        "Reduce the load, or find what brakes the machine; check setting and class of the relay.",
    ),
    Fault.UNDERLOAD: ConditionWords(
        "less load than this motor ever has: a dry pump, a torn belt, no material",
        "Look at the driven machine: pump, belt, coupling.",
    ),
    Fault.STARTS: ConditionWords(
        "too many starts, or slower ones than before",
        "Start less often: starts heat the rotor and break its bars. For slow starts check the voltage, the "
        "load, and the rotor.",
    ),
    Fault.SUPPLY_EVENT: ConditionWords(
        "the supply sags or swells, or its frequency is wrong",
        "Look at other motors of this supply. Voltage channels tell how deep sags and how high swells are.",
    ),
    Fault.BEARING_OUTER: ConditionWords(
        "damage of the outer race of a bearing",
        "Grease the bearing as its maker says and listen again; if the rhythm stays, plan to exchange it.",
    ),
    Fault.BEARING_INNER: ConditionWords(
        "damage of the inner race of a bearing",
        "Plan to exchange the bearing: a pit in the inner race grows with every turn.",
    ),
    Fault.BEARING_BALL: ConditionWords(
        "damage of the balls of a bearing",
        "Plan to exchange the bearing.",
    ),
    Fault.BEARING_UNKNOWN: ConditionWords(
        "damage of a bearing, of which part is not known",
        "Listen at the bearings of the motor and of the driven machine. State motor.bearing: then the part "
        "can be named.",
    ),
    Fault.UNBALANCE: ConditionWords(
        "mass unbalance, or a bent shaft",
        "Look for dirt, lost weights and broken blades; then have the rotor balanced in place.",
    ),
    Fault.MISALIGNMENT: ConditionWords(
        "misalignment, or an eccentric air gap",
        "Measure the alignment of the coupling, warm, and the tightness of the feet; then the bearing seats.",
    ),
    Fault.LOOSENESS: ConditionWords(
        "mechanical looseness",
        "Tighten feet, bed and bearing seats, and look for cracks.",
    ),
    Fault.VIBRATION_ZONE: ConditionWords(
        "vibration beyond what ISO 20816-3 accepts for long",
        "Find the cause before it does damage: balance, alignment, looseness, bearings, resonance.",
    ),
}
"""Words of each condition."""


def words_of(finding: Finding) -> ConditionWords:
    """Return the words of a condition; those of one without any are its name."""
    return WORDS.get(finding.fault) or ConditionWords(
        str(finding.fault).replace("_", " "), "Have it examined."
    )


def summarise_condition(finding: Finding) -> str:
    """Return a finding in one sentence without a full stop, with the number behind it and its limit."""
    if finding.refusal is not None:
        return f"cannot tell: {say_refusal(finding.refusal)}"
    name, place = words_of(finding).name, "" if finding.location is None else f", at {finding.location}"
    number = f": {say_measured(finding.measured[0])}" if finding.measured else ""
    return f"{name}{place}{number}" if finding.faulty else f"not found{number}"


def say_beside(findings: Sequence[Finding]) -> str:
    """Return which conditions were found beside the bars, to follow a sentence; empty if none was."""
    found = [f"{own.fault} ({own.severity})" for own in findings if own.faulty]
    return f"; beside the bars: {', '.join(found)}" if found else ""


def say_measured(measured: Measured) -> str:
    """Return a number with its limit and the origin of that, in words."""
    unit = "" if measured.unit == "1" else f" {measured.unit}"
    said = f"{measured.quantity} is {measured.value:.3g}{unit}"
    if measured.limit is not None:
        said += f", the limit is {measured.limit:.3g}{unit} ({measured.origin})"
    return said if measured.witness is None else f"{said}; {measured.witness}"


def advise_condition(finding: Finding) -> Advice:
    """Return what to do about a finding."""
    if finding.refusal is not None:
        return Advice(str(finding.refusal.reason), advise_refusal(finding.refusal))
    return Advice(f"see_{finding.fault}", words_of(finding).advice) if finding.faulty else NO_ACTION
