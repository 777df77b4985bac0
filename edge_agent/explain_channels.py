"""Sentences about channels: impossible currents, dead vibration channels, and what voltages drive."""

from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.checks.vibration import DeadChannel
from edge_agent.verdict import Evidence, Reason, Refusal

_THOUSAND = (300.0, 3000.0)
"""Current over the rated one that looks like mA taken for A: 0.3 to 3 times the rated one, times 1000."""

_MAX_STALLED = 12.0
"""Current over the rated one that a locked rotor draws at most: 10 times, and a tenth more voltage."""


def say_dead(dead: DeadChannel) -> str:
    """Return which vibration channel shows nothing, why, and what follows."""
    return f"{dead.name} tells nothing about the machine: {dead.why}. The agent ignores it"


def say_supply_share(evidence: Evidence) -> str:
    """Return what taking off the voltage's share made of the sidebands; empty without voltages."""
    if not evidence.sidebands_with_supply_dbc:
        return ""
    lower, upper = evidence.sidebands_with_supply_dbc
    return (
        f"What the voltage's own sidebands drive was taken off the current: the lower sideband is "
        f"{evidence.lower_sideband_dbc or 0.0:.1f} dBc in place of {lower:.1f} dBc, the upper one "
        f"{evidence.upper_sideband_dbc or 0.0:.1f} dBc in place of {upper:.1f} dBc."
    )


def against_plate(analysis: Analysis, refusal: Refusal, nameplate: Nameplate) -> str:
    """Return how a refused current compares with the plate, and which mistake it looks like."""
    if refusal.reason is Reason.WRONG_LINE_FREQUENCY:
        return _true_rate(refusal, nameplate)
    if refusal.reason not in (Reason.WRONG_SCALE, Reason.OVERLOAD):
        return ""
    rated_a = nameplate.rated_current_a
    text = f"The plate says {rated_a:g} A."
    line = analysis.line
    if line is not None:
        ratio = line.rms_a / rated_a
        text = (
            f"The measured current is {line.rms_a:.5g} A, {ratio:.4g} times the {rated_a:g} A of the plate."
        )
    if refusal.quantity == "current_over_that_of_slip" and line is not None and refusal.value:
        text += f" At this slip the motor draws about {line.rms_a / refusal.value:.4g} A."
    if refusal.quantity == "current_above_pull_out_a" and refusal.value:
        over = refusal.value / rated_a
        if _THOUSAND[0] < over < _THOUSAND[1]:
            text += " It looks like mA taken for A."
        elif over < _MAX_STALLED:
            text += " If the scale is right, the motor is stalled."
    small = refusal.limit is not None and refusal.value is not None and refusal.value < refusal.limit
    if small and refusal.quantity in ("current_below_idle_a", "current_over_that_of_slip"):
        text += (
            " In star or at a reduced voltage the motor draws less: if so, enter the plate values for that."
        )
    return text


def _true_rate(refusal: Refusal, nameplate: Nameplate) -> str:
    """Return by which factor the rate is wrong if the supply has its nominal frequency."""
    if not refusal.value:
        return ""
    factor = nameplate.line_frequency_hz / refusal.value
    return (
        f"If the supply really has {nameplate.line_frequency_hz:g} Hz, the true sampling rate is "
        f"{factor:.4f} times the stated one."
    )
