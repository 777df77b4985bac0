"""What a window shows, and why its verdict follows: plain words for whoever looks after the motor."""

import math
import textwrap
from collections.abc import Callable

import numpy as np

from edge_agent import summary
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.words import advise_condition, summarise_condition
from edge_agent.diagnose.broken_bars import judge
from edge_agent.explain_channels import against_plate, say_dead, say_supply_share
from edge_agent.limits import BARS, SCAN
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer
from edge_agent.refusals.catalogue import say_refusal
from edge_agent.signals.sidebands.equivalent_bars import least_cycles, least_load
from edge_agent.verdict import CLASSES, Evidence, Refusal, Verdict
from edge_agent.witness import say_witness

_LONGEST_WINDOW_S = 60.0
"""Longest window that the configuration allows, s (config/settings.py)."""
_NOTABLE_UNBALANCE = 0.06
"""Negative over positive sequence that is mentioned: 1 % of voltage unbalance makes several percent in the
current (NEMA MG 1)."""
_LABEL_WIDTH = 11
"""Columns of the labels."""
_WIDTH = 100
"""Columns of the text."""


def explain(answer: Answer, nameplate: Nameplate) -> str:
    """Return what one window showed and how the verdict follows: labelled lines, no final newline."""
    return "\n".join(_paragraph(label, text) for label, text in explained(answer, nameplate).items())


def explained(answer: Answer, nameplate: Nameplate) -> dict[str, str]:
    """Return the same by label, each text without line breaks; what cannot be said is left out."""
    sections: dict[str, Callable[[Answer, Nameplate], str]] = {
        "window": _window,
        "supply": _supply,
        "vibration": _vibration,
        "load": _load,
        "sidebands": _sidebands,
        "voltages": lambda answer, _: say_supply_share(answer.verdict.evidence),
        "severity": _severity,
        "ellipse": _ellipse,
        "network": _network,
        "verdict": _verdict,
        "witness": _witness,
        "stretch": _stretch,
        "beside": _conditions,
        "advice": advise,
    }
    texts = {label: section(answer, nameplate) for label, section in sections.items()}
    return {label: text for label, text in texts.items() if text}


def advise(answer: Answer, nameplate: Nameplate) -> str:
    """Return what to do about a verdict, in a sentence or two."""
    verdict = answer.verdict
    if verdict.refusal is not None:
        return f"{summary.advise(verdict).text} {_reach(answer, verdict.refusal, nameplate)}".strip()
    return summary.advise(verdict).text


def say_why(answer: Answer, nameplate: Nameplate) -> str:
    """Return in one line why a window gives no answer, and what to do; empty if it gives one."""
    refusal = answer.verdict.refusal
    return "" if refusal is None else f"({say_refusal(refusal)}). {advise(answer, nameplate)}".rstrip()


def say_confidence(confidence: float | None) -> str:
    """Return how sure the network is; without its answer, that the verdict rests on the sidebands alone."""
    return "by the sidebands alone" if confidence is None else f"confidence {confidence:.1%}"


def _conditions(answer: Answer, _: Nameplate) -> str:
    """Return what was found beside the bars, what was not, and what cannot be told."""
    others = answer.verdict.others
    found = [
        f"{f.fault} ({f.severity}), {summarise_condition(f)}. {advise_condition(f).text}"
        for f in others
        if f.faulty
    ]
    sound = ", ".join(str(f.fault) for f in others if f.severity is not None and not f.faulty)
    untold: dict[str, list[str]] = {}
    for finding in others:
        if finding.refusal is not None:
            untold.setdefault(say_refusal(finding.refusal), []).append(str(finding.fault))
    texts = [f"Found: {text}" for text in found]
    texts += [f"Not found: {sound}."] if sound else []
    texts += [f"Not told: {', '.join(names)} ({why})." for why, names in untold.items()]
    return " ".join(texts)


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
        return text + "Only one phase is measured: unbalance and phase order are not known."
    text += f"Current unbalance {evidence.current_unbalance:.1%}. "
    if evidence.current_unbalance > _NOTABLE_UNBALANCE:
        text += "That is a phase unbalance: check voltages, connections and the scale of the sensors. "
    if line.reversed_order:
        return text + "Phase order a-c-b: two sensors or two phases are swapped. The agent allows for that."
    return text + "Phase order a-b-c."


def _vibration(answer: Answer, _: Nameplate) -> str:
    return " ".join(f"{say_dead(dead)}." for dead in answer.analysis.dead)


def _load(answer: Answer, nameplate: Nameplate) -> str:
    evidence = answer.verdict.evidence
    if evidence.scanned_slips is not None and evidence.load is not None:
        return (
            f"About {evidence.load:.0%} of the rated torque, judging by the current. The slip is not known."
        )
    if evidence.slip is None or evidence.load is None:
        return ""
    line_hz = evidence.line_frequency_hz or nameplate.line_frequency_hz
    speed_rpm = 60 * line_hz * (1 - evidence.slip) / nameplate.pole_pairs
    return (
        f"About {evidence.load:.0%} of the rated torque: slip {evidence.slip:.2%} "
        f"(rated {nameplate.rated_slip:.2%}), {speed_rpm:.0f} rpm, {_slip_source(answer, nameplate)}."
    )


def _slip_source(answer: Answer, nameplate: Nameplate) -> str:
    """Return where the slip comes from."""
    slips = answer.analysis.slips
    refined = ", refined on the sidebands" if answer.analysis.pair is not None else ""
    if slips is not None and slips.source == "configured":
        return f"from the configured speed of {nameplate.speed_rpm:g} rpm{refined}"
    if slips is not None and slips.source == "measured":
        return f"from the speed channel{refined}"
    if slips is not None and slips.source == "vibration":
        return f"from the shaft's lines in the vibration{refined}"
    if slips is not None and slips.source == "slots":
        return f"from the rotor's slot lines in the current{refined}"
    if slips is not None and slips.source == "eccentricity":
        return f"from the lines of the air gap in the current{refined}"
    if answer.analysis.refusal is None:
        return "from the only pair of sidebands that stands out and fits the current"
    return "a guess from the current alone, since nothing shows the speed"


def _sidebands(answer: Answer, _: Nameplate) -> str:
    evidence, pair = answer.verdict.evidence, answer.analysis.pair
    line_hz = evidence.line_frequency_hz
    if line_hz is not None and evidence.scanned_slips is not None:
        return _scanned(evidence, line_hz)
    if line_hz is None or evidence.slip is None:
        return ""
    pole_pass_hz = 2 * evidence.slip * line_hz
    places = (f"(1-2s)f = {line_hz - pole_pass_hz:.2f} Hz", f"(1+2s)f = {line_hz + pole_pass_hz:.2f} Hz")
    if pair is None:
        return (
            f"Not measured: they would lie at {places[0]} and {places[1]}, too close to the line frequency."
        )
    levels = (evidence.lower_sideband_dbc or 0.0, evidence.upper_sideband_dbc or 0.0)
    floor, limit = evidence.noise_floor_dbc or 0.0, evidence.detection_limit_dbc or 0.0
    found = "; ".join(
        f"{place}: {level:.1f} dBc, {abs(level - floor):.0f} dB {'above' if level > floor else 'below'} floor"
        for place, level in zip(places, levels, strict=True)
    )
    needed = least_cycles(evidence.load or 0.0)
    text = (
        f"{found}. Noise floor {floor:.1f} dBc, detection limit {limit:.1f} dBc. "
        f"The window holds {pair.cycles:.3g} pole-pass cycles (2sf); {needed:g} are needed."
    )
    if answer.analysis.refusal is not None:
        text += " This is only the strongest pair near the line frequency. It proves nothing."
    return text


def _scanned(evidence: Evidence, line_hz: float) -> str:
    """Return what a scan of all slips showed that cleared the rotor."""
    low, high = evidence.scanned_slips or (0.0, 0.0)
    _, most = evidence.equivalent_bars_interval or (0.0, 0.0)
    return (
        f"No pair stands out that could show the slip, so all slips from {low:.2%} to {high:.2%} were "
        f"scanned: {2 * low * line_hz:.2f} to {2 * high * line_hz:.2f} Hz beside the line. At none of them "
        f"are more than {most:.2f} equivalent bars hidden; a rotor is cleared below {SCAN.max_bars:g}. At "
        f"each of them {evidence.detection_limit_bars:.2g} bars or more would have shown. At smaller slips "
        "no sidebands look like bars."
    )


def _severity(answer: Answer, _: Nameplate) -> str:
    evidence = answer.verdict.evidence
    if evidence.equivalent_bars is None or answer.analysis.refusal is not None:
        return ""
    low, high = evidence.equivalent_bars_interval or (evidence.equivalent_bars, evidence.equivalent_bars)
    counted = "They are counted by the part of the sidebands that an oscillating load cannot make."
    if evidence.equivalent_bars_by == "amplitude":
        counted = "They are counted by the amplitude modulation, since the supply's wander hides the rest."
    return (
        f"{evidence.equivalent_bars:.2f} equivalent bars, {low:.2f} to {high:.2f} in nine of ten windows. "
        f"{counted} {evidence.detection_limit_bars:.2g} bars or more would have shown. "
        f"The rotor is called broken from {BARS.alarm:g} on if the whole range lies above {BARS.sound:g}. "
        f"It is called healthy if the range begins at {BARS.sound:g} or less and ends below {BARS.broken:g}. "
        f"Severity is watch from {BARS.sound:g} on, danger from {BARS.danger:g} on."
    )


def _ellipse(answer: Answer, _: Nameplate) -> str:
    evidence, pair = answer.verdict.evidence, answer.analysis.pair
    if pair is None or evidence.load is None or answer.analysis.refusal is not None:
        return ""
    text = f"Angle {pair.ellipse_angle_deg:.0f}°. An oscillating load would show "
    text += f"{evidence.load_swing_angle_deg or 0.0:.0f}° at this slip. "
    if evidence.equivalent_bars_by == "amplitude":
        return text + "The supply's wander blurs the angle, so the phase modulation is compared instead."
    bars, swing = evidence.equivalent_bars or 0.0, evidence.load_swing_bars or 0.0
    text += f"The part that an oscillating load can make equals {swing:.2f} bars and is not counted. "
    if max(bars, swing) < BARS.sound:
        return text + "Both are small."
    if swing > BARS.own_modulation * bars:
        return text + "The load oscillates."
    return text + "Broken bars modulate the speed by that much themselves."


def _network(answer: Answer, _: Nameplate) -> str:
    probabilities, pair = answer.verdict.probabilities, answer.analysis.pair
    if answer.analysis.scan is not None:
        return "Not asked: its images are centred on a slip, and at a wrong one every rotor looks sound."
    if probabilities is None:
        return "Not asked: the signals do not allow an answer."
    names = ("sound", *(f"{name} broken" for name in CLASSES[1:]))
    shares = ", ".join(f"{name} {share:.1%}" for name, share in zip(names, probabilities, strict=True))
    text = f"Probability of a broken bar {1 - probabilities[0]:.1%} ({shares}). "
    agree = answer.verdict.evidence.modalities_agree
    if agree is None or pair is None:
        return text + "The sidebands give no answer to compare it with."
    shown = "a broken bar" if judge(answer.verdict.evidence, pair).broken else "a sound rotor"
    opinion = "does not contradict" if agree else "contradicts"
    return f"{text}The sidebands show {shown}, and the network {opinion} that."


def _verdict(answer: Answer, _: Nameplate) -> str:
    return _say(answer.verdict)


def _witness(answer: Answer, _: Nameplate) -> str:
    return say_witness(answer.verdict)


def _stretch(answer: Answer, _: Nameplate) -> str:
    """Return what another stretch, or the learned slip, says where the window gives no answer."""
    verdict = answer.by_stretch
    if verdict is None:
        return ""
    evidence = verdict.evidence
    low, high = evidence.equivalent_bars_interval or (0.0, 0.0)
    at = f"A slip of {evidence.slip or 0.0:.2%}, as it was learned of this motor, means"
    stretch = at if evidence.stretch_s is None else f"The last {evidence.stretch_s:.0f} s show"
    return (
        f"{stretch} {evidence.equivalent_bars:.2f} equivalent bars, "
        f"{low:.2f} to {high:.2f} in nine of ten stretches; they would have shown "
        f"{evidence.detection_limit_bars:.2f}. {_say(verdict)}"
    )


def _say(verdict: Verdict) -> str:
    """Return the answer, or why there is none."""
    if verdict.refusal is not None:
        return f"No answer ({verdict.refusal.reason}): {say_refusal(verdict.refusal)}."
    confidence = say_confidence(verdict.confidence)
    if verdict.broken_bars is None:
        return f"Healthy ({verdict.severity}), {confidence}."
    low, high = verdict.broken_bars.interval
    number = f"{verdict.broken_bars.estimate} most probable"
    number += f", {low} to {high} possible" if low < high else ""
    return f"Broken bars ({verdict.severity}): {number}, {confidence}."


_NO_SLIP_SHOWN = (
    "pair_above_floor_db",
    "bars_at_any_slip",
    "bars_below_current",
    "bars_of_a_rotor",
    "slip_of_pair",
    "stronger_pair_db",
    "current_over_idle",
)
"""Quantities of refusals in which only a pair of sidebands could have shown the slip."""


def _reach(answer: Answer, refusal: Refusal, nameplate: Nameplate) -> str:
    """Return which load, window or plate would have given an answer; empty if that is unknown."""
    against = against_plate(answer.analysis, refusal, nameplate)
    if against:
        return against
    slip, length_s = answer.verdict.evidence.slip, answer.window.length_s
    circuit = fit_circuit(nameplate)
    if refusal.quantity in _NO_SLIP_SHOWN:
        load = least_load(circuit, length_s, nameplate.line_frequency_hz)
        return (
            f"If the speed is known, windows of {length_s:.3g} s resolve sidebands from {load:.0%} load on."
        )
    if refusal.quantity == "equivalent_bars_at_most" and nameplate.rotor_bars is None:
        return "If the number of rotor bars is known, state motor.rotor_bars: that narrows the range."
    if not slip or not refusal.value or not refusal.limit:
        return ""
    ratio = refusal.value / refusal.limit
    if refusal.quantity == "pole_pass_cycles":
        return _ways(circuit.load_at_slip(slip / ratio), length_s / ratio)
    if refusal.quantity == "detection_limit_bars":
        # The supply's wander falls at least with the distance from the line, and with the root of time.
        slips = np.linspace(slip, nameplate.rated_slip, 100)
        wanted = ratio * slip * circuit.sideband_gain(slip)
        enough = next((s for s in slips if s * circuit.sideband_gain(s) >= wanted), math.inf)
        return _ways(circuit.load_at_slip(enough) if enough < 1 else math.inf, length_s * ratio**2)
    return ""


def _ways(load: float, length_s: float) -> str:
    """Return the ways out within rated load and the longest window, each with a tenth to spare."""
    ways = []
    if load <= 1.0:
        ways.append(f"about {1.1 * load:.0%} load or more")
    if length_s <= _LONGEST_WINDOW_S:
        ways.append(f"window.length_s of about {1.1 * length_s:.{0 if length_s > 10 else 1}f} or more")
    return f"Here that means {', or '.join(ways)}." if ways else ""
