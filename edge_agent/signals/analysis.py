"""From a window of samples to its evidence and its images, or the reason why it cannot be judged.

Whether bars are broken is decided in `diagnose`.
"""

from dataclasses import dataclass, replace

from edge_agent.circuit import fit_circuit
from edge_agent.limits import SUPPLY
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.checks import quality
from edge_agent.signals.checks.steadiness import check_running, check_transient
from edge_agent.signals.checks.vibration import DeadChannel, VibrationCheck
from edge_agent.signals.dsp.carrier import check_bridged
from edge_agent.signals.evidence import describe_elsewhere, describe_line, describe_sidebands
from edge_agent.signals.images import ImageSpec, ModelInputs, SidebandImage, model_inputs
from edge_agent.signals.prepared import Preparation
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.measure import Sidebands
from edge_agent.signals.slip.estimator import SlipEstimate, SlipEstimator
from edge_agent.signals.slip.range import SlipRange
from edge_agent.signals.slip.view import MotorView
from edge_agent.signals.supply import Line, check_even_harmonics, check_line
from edge_agent.verdict import WEAK_EVIDENCE, Evidence, Reason, Refusal
from edge_agent.windows.sliding import Window

_LINE_STILL_SHOWS = (
    Reason.CLIPPED,
    Reason.UNRELIABLE_CLOCK,
    Reason.UNSTEADY,
    Reason.OUT_OF_DOMAIN,
    Reason.WRONG_SCALE,
)
"""Reasons against the currents with which their line can still be measured."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one window shows."""

    evidence: Evidence
    """Measured figures; None for what could not be measured."""
    refusal: Refusal | None
    """Why the signals bear no answer; None if they do."""
    pair: SidebandPair | None = None
    """The sidebands; None if the analysis stopped before them."""
    inputs: ModelInputs | None = None
    """What the network looks at; None if the analysis stopped before."""
    line: Line | None = None
    """The supply's line; None without a usable current."""
    slips: SlipRange | None = None
    """Where the slip was looked for, and its source; None if the analysis stopped before."""
    speed_doubt: Refusal | None = None
    """Why this slip may not be the present one, so that no rotor can be called healthy."""
    oscillation_doubt: Refusal | None = None
    """Why an oscillating load may have made the pair, so that no rotor can be called broken."""
    dead: tuple[DeadChannel, ...] = ()
    """Vibration channels that tell nothing, and so are not used."""

    def doubt(self, broken: bool) -> Refusal | None:
        """Return what speaks against calling the rotor broken, or healthy."""
        return self.oscillation_doubt if broken else self.speed_doubt


class Analyser:
    """Measures windows of one motor: checks, line, slip, sidebands, evidence, images."""

    def __init__(self, nameplate: Nameplate, spec: ImageSpec) -> None:
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._bars = BarScale(nameplate, self._circuit)
        self._slips = SlipEstimator(nameplate, self._circuit, self._bars)
        self._image = SidebandImage(spec)
        self._preparation = Preparation()

    def analyse(self, window: Window) -> Analysis:
        """Measure one window; stops at the first reason that makes the rest meaningless."""
        check = VibrationCheck(window)
        analysis = self._overload_first(window, self._measure(window, check))
        line_hz = analysis.evidence.line_frequency_hz or self._nameplate.line_frequency_hz
        return replace(analysis, dead=check.dead(line_hz))

    def _measure(self, window: Window, check: VibrationCheck) -> Analysis:
        # Checks: can the currents bear an answer?
        stream = window.current
        if too_slow := quality.check_rate(stream, self._nameplate):
            return self._without_current(check, too_slow)
        refusal = quality.check_currents(stream, self._nameplate)
        if refusal is not None and refusal.reason not in _LINE_STILL_SHOWS:
            return self._without_current(check, refusal)
        # Preparation and line.
        current = self._preparation.current(stream)
        if current is None:
            return Analysis(Evidence(), of_samples.MOTOR_OFF.refuse(0.0, None))
        line, evidence = current.line, describe_line(current.line)
        refusal = refusal or check_line(line, self._nameplate)
        refusal = refusal or check_even_harmonics(line, SUPPLY.max_second_harmonic_dbc)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        baseband = current.demodulated()
        refusal = check_bridged(baseband) or check_running(baseband)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        # Slip, and the pair of sidebands at it.
        vibration = self._preparation.vibration(check, line.frequency_hz)
        view = MotorView(check, current, baseband, vibration, self._nameplate, self._circuit)
        estimate = self._slips.estimate(view, _current_names(window))
        evidence = self._with_slip(evidence, estimate.slip)
        if estimate.sidebands is None:
            return Analysis(evidence, estimate.doubts.refusal, line=line, slips=estimate.range)
        return self._describe(view, estimate, estimate.sidebands, evidence)

    def _describe(
        self, view: MotorView, estimate: SlipEstimate, sidebands: Sidebands, evidence: Evidence
    ) -> Analysis:
        """Put what the slip and the sidebands of a window say into evidence and images."""
        pair, baseband = sidebands.pair, view.baseband
        shaft_hz = pair.pole_pass_hz / 2 / pair.slip * (1 - pair.slip) / self._nameplate.pole_pairs
        evidence = describe_sidebands(evidence, sidebands)
        evidence = describe_elsewhere(
            evidence, pair, shaft_hz, view.current, baseband, view.vibration, estimate.slot_lines
        )
        load, bars_per_ratio = self._circuit.load_at_slip(pair.slip), self._bars.per_ratio(pair.slip)
        return Analysis(
            evidence=evidence,
            refusal=check_transient(baseband, self._nameplate.supply) or estimate.doubts.refusal,
            pair=pair,
            inputs=model_inputs(self._image, sidebands, load, bars_per_ratio, shaft_hz, view.vibration),
            line=view.line,
            slips=estimate.range,
            speed_doubt=estimate.doubts.if_sound,
            oscillation_doubt=estimate.doubts.if_broken,
        )

    def _without_current(self, check: VibrationCheck, refusal: Refusal) -> Analysis:
        """Return the analysis of unusable currents: the vibration alone may still tell the speed."""
        vibration = self._preparation.vibration(check, self._nameplate.line_frequency_hz)
        slips = None if vibration is None else self._slips.by_vibration_alone(vibration)
        evidence = self._with_slip(Evidence(), None if slips is None else slips.middle)
        return Analysis(evidence, refusal, slips=slips)

    def _with_slip(self, evidence: Evidence, slip: float | None) -> Evidence:
        if slip is None:
            return evidence
        return replace(evidence, slip=slip, load=self._circuit.load_at_slip(slip))

    def _overload_first(self, window: Window, analysis: Analysis) -> Analysis:
        """Name an overload before a weak load: the load of an overloaded motor is not too low.

        Only a window that is too short for its sidebands keeps its reason.
        """
        line = analysis.line
        over = None if line is None else self._slips.overload(line, _current_names(window))
        if over is None:
            return analysis
        refusal, doubt = (
            over if why and why.reason in WEAK_EVIDENCE and why.quantity != "pole_pass_cycles" else why
            for why in (analysis.refusal, analysis.speed_doubt)
        )
        return replace(analysis, refusal=refusal, speed_doubt=doubt)


def _current_names(window: Window) -> list[str]:
    stream = window.current.stream
    return [stream.channels[i].name for i in stream.phases.values()]
