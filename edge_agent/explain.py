"""What a window shows and why its verdict follows, in words for whoever looks after the motor."""

import math
import textwrap
from collections.abc import Callable

import numpy as np

from edge_agent.agent import Answer
from edge_agent.diagnose.fusion import (
    ALARM_BARS,
    BROKEN_BARS,
    DANGER_BARS,
    OWN_SWING,
    judge,
)
from edge_agent.diagnose.verdict import CLASSES, Reason, Refusal, Severity, State
from edge_agent.explain_channels import SAYINGS, against_plate, say_dead
from edge_agent.motor import Nameplate
from edge_agent.signals.circuit import fit_circuit
from edge_agent.signals.severity import SOUND_BARS, least_cycles, least_load

ADVICE = {
    Reason.MOTOR_OFF: "None while the motor rests. If it runs, check the sensors, their scale and "
    "rated_current_a.",
    Reason.STARTING: "Wait until the motor runs steadily; the next windows will be judged.",
    Reason.UNSTEADY: "Measure while load and supply are steady, and check that no sensor is loose.",
    Reason.LOAD_TOO_LOW: "Measure under more load or with longer windows.",
    Reason.LOST_SAMPLES: "Check cable, USB port and the load of the computer: samples do not arrive.",
    Reason.CLIPPED: "Take a larger range or a sensor of higher full scale: the peaks are cut off.",
    Reason.STUCK_CHANNEL: "Check the sensor and its wiring: a channel gives one and the same value.",
    Reason.MISSING_PHASE: "Check that every current sensor is wired and clamped around its conductor; "
    "broken bars cannot be diagnosed without.",
    Reason.WRONG_LINE_FREQUENCY: "Check rate_hz, the stated sample rate, first: no public grid strays so "
    "far. Then motor.line_frequency_hz; behind a drive or on a generator set motor.supply to vfd.",
    Reason.UNRELIABLE_CLOCK: "Check clock and buffers of the DAQ: its samples are not evenly spaced.",
    Reason.LOAD_OSCILLATION: "Measure at another load: sidebands of broken bars move with the slip, those "
    "of the driven machine with its speed. Look at belt, gearbox and pump.",
    Reason.MODALITIES_DISAGREE: "Measure again, best under more load; if they keep disagreeing, have the "
    "rotor examined by other means.",
    Reason.OUT_OF_DOMAIN: "Check wiring, direction and scale of the sensors and the nameplate: the signals "
    "are unlike those of a motor that is known.",
    Reason.SAMPLES_NOT_UNDERSTOOD: "Bytes arrive that are not samples. Check acquisition.driver and "
    "baud_rate, and the first refused line in the log.",
    Reason.WRONG_SCALE: "Check unit and scale of the channels, the ratio of the current transformer and "
    "motor.rated_current_a: this motor cannot have such currents.",
    Reason.OVERLOAD: "Look to the motor and its protection: it is overloaded, or starts for long. If it is "
    "not, check unit and scale of the channels and motor.rated_current_a.",
    Reason.ANALYSIS_FAILED: "An unforeseen error cost this window; the log holds its traceback. Report it if "
    "it comes again.",
}
"""What to do about each reason."""

_SAYINGS = {
    "slip_change": "the slip, as the current tells it, changes by {:.0%} within the window, at most {:.0%} "
    "is steady",
    "silent_s": "no samples came for {:.0f} s, at most {:.0f} s may pass",
    "refused_lines": "{:.0f} lines came that are no scans, at most {:.0f} may; the log and health show one",
    "refused_frames": "{:.0f} frames came that nothing describes, at most {:.0f} may be",
    "refused_bytes": "{:.0f} bytes came that are no samples, at most {:.0f} may; the log and health say what "
    "they look like",
    "refused_descriptions": "{:.0f} descriptions came that cannot be right, at most {:.0f} may; the log and "
    "health say why",
    "dead_channels": "{:.0f} channels give no values, at most {:.0f} may",
    "lost_fraction": "{:.1%} of the samples are lost, at most {:.1%} may be",
    "current_rate_hz": "the currents come at {:.3g} values a second, at least {:.3g} are needed to show the "
    "line: rms values of a meter tell nothing of the rotor; sample at 1 kHz or more",
    "current_scans": "a window holds {:.0f} values of each current, at least {:.0f} are needed: make the "
    "window longer or sample faster",
    "windows_failed_in_a_row": "{:.0f} windows in a row could not be analysed, at {:.0f} the agent gives up",
    "device_overruns": "the device says {:.0f} times that it lost samples which its count does not show, at "
    "most {:.0f} may be",
    "clipped_fraction": "the device marks {:.1%} of the samples as clipped, at most {:.1%} may be",
    "current_channels": "{:.0f} current channels, at least {:.0f} needed",
    "current_a": "{:.3g} A rms in a phase, at least {:.3g} A are expected",
    "longest_constant_s": "a channel keeps one value for {:.3g} s, at most {:.3g} s are allowed",
    "flat_top_ratio": "values lie {:.2g} times as dense at the peaks of a current as beside, limit {:.2g}",
    "phase_jump_rad": "the line jumps by {:.2f} rad at once, limit {:.2f} rad: samples are missing unnoticed",
    "jitter_s": "the samples stray by {:.2g} s from their instants, at most {:.2g} s may be",
    "line_wander_hz": "the line strays by {:.2g} Hz within the window, at most {:.2g} Hz may be",
    "angle_between_phases_deg": "the two currents stand {:.0f}° apart, 120° is right, limit {:.0f}°",
    "zero_sequence": "the three currents do not sum up to zero, {:.0%} remains, at most {:.0%} may: a "
    "sensor is reversed, sits on another conductor or has a wrong scale",
    "gain_drift": "a sensor changes its gain by {:.2%} within the window, at most {:.2%} may be",
    "second_harmonic_dbc": "strong even harmonics, the second at {:.0f} dBc where a motor has {:.0f} dBc at "
    "most: a saturated or half-wave load, a saturated transformer, or no motor at all",
    "bridged_fraction": "lost samples are scattered over {:.0%} of the window, at most {:.0%} may be",
    "line_frequency_hz": "the line stands at {:.3f} Hz, outside the range of a grid, which ends at {:.2f} Hz",
    "least_over_median_amplitude": "the current falls to {:.2f} of its median, at most to {:.2f} is steady",
    "largest_over_median_amplitude": "the current rises to {:.2f} of its median, at most to {:.2f} is steady",
    "pole_pass_cycles": "the window holds {:.2g} cycles of 2sf, {:.2g} are needed to resolve the sidebands",
    "load": "the slip means {:.1%} of the rated load, less than {:.0%} is the friction's",
    "pair_above_floor_db": "nothing shows the speed, and the pair of sidebands that could tell it stands "
    "{:.1f} dB above the floor, {:.0f} dB are needed",
    "bars_of_a_rotor": "nothing shows the speed, and the pair of sidebands that could tell it is worth "
    "{:.4f} of a broken bar, less than the {:.3f} that any rotor shows",
    "slip_of_pair": "only a pair of sidebands shows a slip, of {:.4f}, where this current bears out none; "
    "at most {:.4f}",
    "stronger_pair_db": "nothing shows the speed, and a pair of sidebands {:.0f} dB stronger stands where "
    "this load would not put it, at most {:.0f} dB is clear",
    "slip_of_configured_speed": "motor.speed_rpm means a slip of {:.4f}, and the nearest that this current "
    "bears out is {:.4f}",
    "pair_off_told_speed_db": "a pair of sidebands {:.0f} dB stronger stands where the speed that is told "
    "would not put it, at most {:.0f} dB is clear",
    "bars_at_another_slip": "a pair of sidebands of {:.2f} equivalent bars stands at another slip, and only "
    "less than {:.2f} rule out that it is the right one",
    "current_over_idle": "only the current tells the slip, and it is {:.2f} times that of the idling motor, "
    "which a supply above its voltage makes up to {:.2f} times as large",
    "detection_limit_bars": "less than {:.2f} equivalent bars would not have shown, and a broken bar may "
    "look like {:.2f}",
    "equivalent_bars_at_most": "up to {:.2f} equivalent bars may be broken unseen, and a broken bar may look "
    "like {:.2f}",
    "equivalent_bars": "{:.2f} equivalent bars are more than those of a sound casting, and less than the "
    "{:.2f} from which a bar is certain to be broken",
    "largest_current_change": "the current strays by {:.1%} from its median, at most {:.1%} is steady",
    "embedding_distance": "the images are unlike all that the network was trained on: distance {:.0f}, at "
    "most {:.0f}",
    "bars_over_load_swing": "what no load can swing is, a sound casting's bars taken off, {:.2f} of what "
    "one can, and up to {:.2f} may be the error of the nameplate's circuit, which tells the two apart",
    "amplitude_share_of_swing": "of the pair {:.0%} swings the current's amplitude, where bars swing {:.0%} "
    "or more at so light a load: the rest turns its phase, as the supply's wander does",
    "ellipse_angle_deg": "the ellipse angle of {:.0f}° lies within {:.0f}° of 0 or 180°, where the amplitude "
    "swings alone: the voltage flickers",
    "phase_over_amplitude_swing": "the phase may swing with the amplitude and up to {:.2f} times as far, "
    "as that of a swinging load does from {:.2f} on: the supply's wander hides which it is",
    "probability_broken": "the network holds a broken bar for {:.1%} likely, threshold {:.1%}, and the "
    "sidebands say the opposite",
}
"""Value and limit of a refusal in words, by its quantity."""

_LONGEST_WINDOW_S = 60.0
_NOTABLE_UNBALANCE = 0.06
_LABEL_WIDTH = 11
_WIDTH = 100


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
        return f"{ADVICE[verdict.refusal.reason]} {_reach(answer, verdict.refusal, nameplate)}"
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


def say_refusal(refusal: Refusal) -> str:
    """Say the number behind a refusal."""
    if refusal.value is None or refusal.limit is None:
        return f"no measure of {refusal.quantity}"
    sayings = _SAYINGS | SAYINGS
    saying = sayings.get(refusal.quantity, f"{refusal.quantity} is {{:.3g}}, limit {{:.3g}}")
    said = saying.format(refusal.value, refusal.limit)
    return said if refusal.channel is None else f"{refusal.channel}: {said}"


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
        f"A bar is broken from {ALARM_BARS:g} on if all of the range lies above {SOUND_BARS:g}, "
        f"none where it begins lower and ends below {BROKEN_BARS:g}. "
        f"Watch from {SOUND_BARS:g}, danger from {DANGER_BARS:g}."
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
    if max(bars, swing) < SOUND_BARS:
        return text + ": both are small."
    return text + (": the load swings." if swing > OWN_SWING * bars else ": bars swing the speed so far.")


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
    if refusal.quantity in ("slip_of_configured_speed", "pair_off_told_speed_db"):
        return (
            "Check the speed channel. motor.speed_rpm is the speed at this very load, to a few rpm, not the "
            "rated one: correct it, or leave it out and let vibration or a speed channel tell."
        )
    if refusal.quantity == "second_harmonic_dbc":
        return "Clamp the motor's conductors alone, and see that no direct current saturates the sensors."
    if refusal.quantity == "equivalent_bars_at_most" and nameplate.rotor_bars is None:
        return "The number of rotor bars, where it is known, narrows the range: motor.rotor_bars."
    if refusal.quantity == "equivalent_bars":
        return (
            "Compare with what was measured when the rotor was known to be sound: a casting stays as it is."
        )
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
