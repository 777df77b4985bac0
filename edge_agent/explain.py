"""What a window shows and why its verdict follows, in words for whoever looks after the motor."""

import math
import textwrap
from collections.abc import Callable

import numpy as np

from edge_agent.agent import Answer
from edge_agent.circuit import fit_circuit
from edge_agent.diagnose.fusion import judge
from edge_agent.explain_channels import against_plate, say_dead
from edge_agent.limits import BARS
from edge_agent.motor import Nameplate
from edge_agent.refusals.catalogue import advise_refusal, say_refusal
from edge_agent.signals.sidebands.severity import least_cycles, least_load
from edge_agent.verdict import CLASSES, Refusal, Severity, State

_LONGEST_WINDOW_S = 60.0
"""Longest window that the configuration allows, s (config/settings.py)."""
_NOTABLE_UNBALANCE = 0.06
"""Negative over positive sequence worth a word: one percent of voltage unbalance makes several of current
(NEMA MG 1)."""
_LABEL_WIDTH = 11
"""Columns of the labels."""
_WIDTH = 100
"""Columns of the text."""


def explain(answer: Answer, nameplate: Nameplate) -> str:
    """Tell what one window showed and how the verdict follows from it: labelled lines, no final newline."""
    sections: dict[str, Callable[[Answer, Nameplate], str]] = {
        "window": _window,
        "supply": _supply,
        "vibration": _vibration,
        "load": _load,
        "sidebands": _sidebands,
        "severity": _severity,
        "ellipse": _ellipse,
        "network": _network,
        "verdict": _verdict,
        "advice": advise,
    }
    texts = {label: section(answer, nameplate) for label, section in sections.items()}
    return "\n".join(_paragraph(label, text) for label, text in texts.items() if text)


def advise(answer: Answer, nameplate: Nameplate) -> str:
    """Say in a sentence or two what to do about a verdict."""
    verdict = answer.verdict
    if verdict.refusal is not None:
        return f"{advise_refusal(verdict.refusal)} {_reach(answer, verdict.refusal, nameplate)}".strip()
    if verdict.state is State.BROKEN_BARS:
        if verdict.severity is Severity.WATCH:
            return "Measure again under ordinary load; have the rotor examined if it stays."
        if verdict.severity is Severity.DANGER:
            return "Take the motor out of service soon: several bars are gone, and loose ones wreck windings."
        return "Have the rotor examined at the next stop; until then avoid frequent and heavy starts."
    if verdict.severity is Severity.WATCH:
        return "None yet; watch whether the equivalent bars grow at the same load."
    return "None."


def say_why(answer: Answer, nameplate: Nameplate) -> str:
    """Say in one line why a window gives no answer, and what to do; empty where it gives one."""
    refusal = answer.verdict.refusal
    return "" if refusal is None else f"({say_refusal(refusal)}). {advise(answer, nameplate)}".rstrip()


def say_confidence(confidence: float | None) -> str:
    """Say how sure the network is; without one, that only the sidebands speak."""
    return "by the sidebands alone" if confidence is None else f"confidence {confidence:.1%}"


def _paragraph(label: str, text: str) -> str:
    indent = " " * _LABEL_WIDTH
    return textwrap.fill(text, _WIDTH, initial_indent=f"{label:<{_LABEL_WIDTH}}", subsequent_indent=indent)


def _window(answer: Answer, _: Nameplate) -> str:
    window = answer.window
    streams = "; ".join(
        f"{', '.join(c.name for c in s.stream.channels)} at {s.stream.rate_hz:g} Hz"
        f"{f', {s.lost_samples} samples lost' if s.lost_samples else ''}"
        for s in window.streams
    )
    return f"{window.start_s:.4g} to {window.start_s + window.length_s:.4g} s: {streams}."


def _supply(answer: Answer, nameplate: Nameplate) -> str:
    evidence = answer.verdict.evidence
    line = answer.analysis.line
    if line is None:
        return ""
    text = (
        f"{evidence.line_frequency_hz:.3f} Hz, current {line.rms_a:.3g} A rms "
        f"({line.rms_a / nameplate.rated_current_a:.0%} of rated). "
    )
    if evidence.current_unbalance is None:
        return text + "One phase only: unbalance and phase order cannot be seen."
    text += f"Unbalance of the currents {evidence.current_unbalance:.1%}"
    if evidence.current_unbalance > _NOTABLE_UNBALANCE:
        text += ", a phase unbalance: check voltages, connections and the scale of the sensors"
    if line.reversed_order:
        return text + ". Phase order a-c-b: two sensors or two phases have changed places (allowed for)."
    return text + ". Phase order a-b-c."


def _vibration(answer: Answer, _: Nameplate) -> str:
    return " ".join(f"{say_dead(dead)}." for dead in answer.analysis.dead)


def _load(answer: Answer, nameplate: Nameplate) -> str:
    evidence = answer.verdict.evidence
    if evidence.slip is None or evidence.load is None:
        return ""
    line_hz = evidence.line_frequency_hz or nameplate.line_frequency_hz
    speed_rpm = 60 * line_hz * (1 - evidence.slip) / nameplate.pole_pairs
    return (
        f"About {evidence.load:.0%} of the rated torque: slip {evidence.slip:.2%} "
        f"(rated {nameplate.rated_slip:.2%}), {speed_rpm:.0f} rpm, {_slip_source(answer, nameplate)}."
    )


def _slip_source(answer: Answer, nameplate: Nameplate) -> str:
    """Tell who bounded the slip."""
    slips = answer.analysis.slips
    refined = ", refined on the sidebands" if answer.analysis.pair is not None else ""
    if slips is not None and slips.source == "configured":
        return f"from the configured speed of {nameplate.speed_rpm:g} rpm{refined}"
    if slips is not None and slips.source == "measured":
        return f"from the speed channel{refined}"
    if slips is not None and slips.source == "vibration":
        return f"from the shaft's lines in vibration{refined}"
    if slips is not None and slips.source == "slots":
        return f"by the rotor's slot lines{refined}"
    if answer.analysis.refusal is None:
        return "from the pair of sidebands that stands out where the current allows"
    return "a guess from the current alone, nothing shows the speed"


def _sidebands(answer: Answer, _: Nameplate) -> str:
    evidence, pair = answer.verdict.evidence, answer.analysis.pair
    line_hz = evidence.line_frequency_hz
    if line_hz is None or evidence.slip is None:
        return ""
    pole_pass_hz = 2 * evidence.slip * line_hz
    places = (f"(1-2s)f = {line_hz - pole_pass_hz:.2f} Hz", f"(1+2s)f = {line_hz + pole_pass_hz:.2f} Hz")
    if pair is None:
        return f"Not measured: they would stand at {places[0]} and {places[1]}, too near to the line."
    levels = (evidence.lower_sideband_dbc or 0.0, evidence.upper_sideband_dbc or 0.0)
    floor, limit = evidence.noise_floor_dbc or 0.0, evidence.detection_limit_dbc or 0.0
    found = "; ".join(
        f"{place}: {level:.1f} dBc, {abs(level - floor):.0f} dB {'above' if level > floor else 'below'} floor"
        for place, level in zip(places, levels, strict=True)
    )
    needed = least_cycles(evidence.load or 0.0)
    text = (
        f"{found}. Floor {floor:.1f} dBc, detection limit {limit:.1f} dBc. "
        f"The window holds {pair.cycles:.3g} cycles of 2sf, {needed:g} are needed."
    )
    if answer.analysis.refusal is not None:
        text += " It is merely the strongest pair near the line, and proves nothing."
    return text


def _severity(answer: Answer, _: Nameplate) -> str:
    evidence = answer.verdict.evidence
    if evidence.equivalent_bars is None or answer.analysis.refusal is not None:
        return ""
    low, high = evidence.equivalent_bars_interval or (evidence.equivalent_bars, evidence.equivalent_bars)
    told = "what of both sidebands no swing of the load can make"
    if evidence.equivalent_bars_by == "amplitude":
        told = "what they swing of the current's amplitude, since the supply's wander hides the rest"
    return (
        f"{evidence.equivalent_bars:.2f} equivalent bars, {low:.2f} to {high:.2f} in nine of ten windows, "
        f"by {told}; {evidence.detection_limit_bars:.2g} or more would have shown. "
        f"A bar is broken from {BARS.alarm:g} on if all of the range lies above {BARS.sound:g}, "
        f"none where it begins lower and ends below {BARS.broken:g}. "
        f"Watch from {BARS.sound:g}, danger from {BARS.danger:g}."
    )


def _ellipse(answer: Answer, _: Nameplate) -> str:
    evidence, pair = answer.verdict.evidence, answer.analysis.pair
    if pair is None or evidence.load is None or answer.analysis.refusal is not None:
        return ""
    text = f"Angle {pair.ellipse_angle_deg:.0f}°, where a load that swings stands at "
    text += f"{evidence.load_swing_angle_deg or 0.0:.0f}° at this slip. "
    if evidence.equivalent_bars_by == "amplitude":
        return text + "Blurred by the supply's wander, so that the swing of the phase is weighed instead."
    bars, swing = evidence.equivalent_bars or 0.0, evidence.load_swing_bars or 0.0
    text += f"What a swing of the speed can make would pass for {swing:.2f} bars and is not counted"
    if max(bars, swing) < BARS.sound:
        return text + ": both are small."
    return text + (
        ": the load swings." if swing > BARS.own_modulation * bars else ": bars swing the speed so far."
    )


def _network(answer: Answer, _: Nameplate) -> str:
    probabilities, pair = answer.verdict.probabilities, answer.analysis.pair
    if probabilities is None:
        return "Not asked: the signals bear no answer."
    names = ("sound", *(f"{name} broken" for name in CLASSES[1:]))
    shares = ", ".join(f"{name} {share:.1%}" for name, share in zip(names, probabilities, strict=True))
    text = f"Holds a broken bar for {1 - probabilities[0]:.1%} likely ({shares}). "
    agree = answer.verdict.evidence.modalities_agree
    if agree is None or pair is None:
        return text + "The sidebands give no answer to compare it with."
    said = "a broken bar" if judge(answer.verdict.evidence, pair).broken else "a sound rotor"
    return f"{text}The sidebands show {said}, which it {'does not contradict' if agree else 'contradicts'}."


def _verdict(answer: Answer, _: Nameplate) -> str:
    verdict = answer.verdict
    if verdict.refusal is not None:
        return f"No answer ({verdict.refusal.reason}): {say_refusal(verdict.refusal)}."
    confidence = say_confidence(verdict.confidence)
    if verdict.broken_bars is None:
        return f"Healthy ({verdict.severity}), {confidence}."
    low, high = verdict.broken_bars.interval
    number = f"{verdict.broken_bars.estimate} most probable"
    number += f", {low} to {high} possible" if low < high else ""
    return f"Broken bars ({verdict.severity}): {number}, {confidence}."


_NO_SLIP_TOLD = (
    "pair_above_floor_db",
    "bars_of_a_rotor",
    "slip_of_pair",
    "stronger_pair_db",
    "current_over_idle",
)
"""What is said where only a pair of sidebands could have told the slip."""


def _reach(answer: Answer, refusal: Refusal, nameplate: Nameplate) -> str:
    """Say with what there would have been an answer, load, window or plate; empty where that is unknown."""
    against = against_plate(answer.analysis, refusal, nameplate)
    if against:
        return against
    slip, length_s = answer.verdict.evidence.slip, answer.window.length_s
    circuit = fit_circuit(nameplate)
    if refusal.quantity in _NO_SLIP_TOLD:
        load = least_load(circuit, length_s, nameplate.line_frequency_hz)
        return (
            f"Windows of {length_s:.3g} s resolve sidebands from about {load:.0%} load on, if the speed "
            "is told: by motor.speed_rpm where it is constant, a speed channel, or vibration."
        )
    if refusal.quantity == "equivalent_bars_at_most" and nameplate.rotor_bars is None:
        return "The number of rotor bars, where it is known, narrows the range: motor.rotor_bars."
    if not slip or not refusal.value or not refusal.limit:
        return ""
    ratio = refusal.value / refusal.limit
    if refusal.quantity == "pole_pass_cycles":
        return _ways(circuit.load_at_slip(slip / ratio), length_s / ratio)
    if refusal.quantity == "detection_limit_bars":
        # The wander of the supply falls at least with the distance from the line, and with the root of time.
        slips = np.linspace(slip, nameplate.rated_slip, 100)
        wanted = ratio * slip * circuit.sideband_gain(slip)
        enough = next((s for s in slips if s * circuit.sideband_gain(s) >= wanted), math.inf)
        return _ways(circuit.load_at_slip(enough) if enough < 1 else math.inf, length_s * ratio**2)
    return ""


def _ways(load: float, length_s: float) -> str:
    """Name the ways out that exist: not above rated load, not beyond the longest window; a tenth to spare."""
    ways = []
    if load <= 1.0:
        ways.append(f"about {1.1 * load:.0%} load or more")
    if length_s <= _LONGEST_WINDOW_S:
        ways.append(f"window.length_s of about {1.1 * length_s:.{0 if length_s > 10 else 1}f} or more")
    return f"Here that means {', or '.join(ways)}." if ways else ""
