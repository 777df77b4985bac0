"""From a window of samples to its evidence and its images, or the reason why it cannot be judged.

Whether bars are broken is decided in `diagnose`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge_agent.circuit import fit_circuit
from edge_agent.limits import BARS, SUPPLY
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars, of_samples
from edge_agent.signals.checks import quality
from edge_agent.signals.checks.steadiness import check_running, check_transient
from edge_agent.signals.checks.vibration import DeadChannel, VibrationCheck
from edge_agent.signals.dsp.carrier import check_bridged
from edge_agent.signals.evidence import (
    describe_elsewhere,
    describe_line,
    describe_scan,
    describe_sidebands,
    describe_supply_share,
)
from edge_agent.signals.images import ImageSpec, ModelInputs, SidebandImage, model_inputs
from edge_agent.signals.prepared import (
    Current,
    Line,
    Preparation,
    Vibration,
    check_even_harmonics,
    check_line,
)
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.measure import Sidebands, measure_sidebands
from edge_agent.signals.slip.doubts import (
    check_current,
    check_slip,
    doubt_bars,
    doubt_count,
    doubt_slip,
    missing_pair,
    overload,
)
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.signals.slip.scan import Scan, doubt_below, rule_out_bars
from edge_agent.signals.slip.shaft import slip_by_vibration
from edge_agent.signals.slip.view import MotorView
from edge_agent.signals.voltage.supply_share import voltage_of
from edge_agent.signals.voltage.vector import channels_of_vector
from edge_agent.verdict import WEAK_EVIDENCE, Evidence, Reason, Refusal
from edge_agent.windows.sliding import StreamWindow, Window

_LINE_STILL_SHOWS = (
    Reason.CLIPPED,
    Reason.UNRELIABLE_CLOCK,
    Reason.UNSTEADY,
    Reason.OUT_OF_DOMAIN,
    Reason.WRONG_SCALE,
)
"""Reasons against the currents with which their line can still be measured."""
_ROUNDS = 2
"""How often the voltage's share is taken off the current. Judgement: the slip of the first round lies within
some percent, and the admittance changes little by that."""


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
    count_doubt: Refusal | None = None
    """Why its bars may be more than were counted, so that no rotor can be called healthy."""
    oscillation_doubt: Refusal | None = None
    """Why an oscillating load may have made the pair, so that no rotor can be called broken."""
    dead: tuple[DeadChannel, ...] = ()
    """Vibration channels that tell nothing, and so are not used."""
    current: Current | None = None
    """The demodulated current of a motor that runs steadily enough; None if the analysis stopped before."""
    vibration: Vibration | None = None
    """What the usable accelerometers gave; None without any, or if the analysis stopped before."""
    scan: Scan | None = None
    """What clears the rotor without a slip, a pair or images; None unless it does."""
    slots_show: bool | None = None
    """True if the slot lines of the configured bars tell the slip, False if the shaft shows and they do not.

    None without a number of bars, where the speed is stated or no shaft shows, and where harmonics of the
    supply would cover the lines.
    """

    def doubt(self, broken: bool) -> Refusal | None:
        """Return what speaks against calling the rotor broken, or healthy."""
        return self.oscillation_doubt if broken else self.speed_doubt or self.count_doubt


class Analyser:
    """Measures windows of one motor: checks, line, slip, sidebands, evidence, images."""

    def __init__(self, nameplate: Nameplate, spec: ImageSpec, known: KnownMotor | None = None) -> None:
        """Prepare for a motor; `known` is what was learned of it, None if that is not to count."""
        if known is not None and known.slots is not None and known.slots.is_true:
            bars = nameplate.rotor_bars or known.slots.bars
            nameplate = nameplate.model_copy(update={"rotor_bars": bars})
        self._known = known
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._bars = BarScale(nameplate, self._circuit)
        self._image = SidebandImage(spec)
        self._preparation = Preparation()

    def analyse(self, window: Window) -> Analysis:
        """Measure one window; stops at the first reason that makes the rest meaningless."""
        check = VibrationCheck(window)
        stream = window.current.stream
        names = [stream.channels[i].name for i in stream.phases.values()]
        analysis = self._measure(window, check, names)
        if analysis.line is not None:
            analysis = _overload_first(analysis, overload(analysis.line, self._nameplate, names))
        line_hz = analysis.evidence.line_frequency_hz or self._nameplate.line_frequency_hz
        return replace(analysis, dead=check.dead(line_hz))

    def analyse_again(self, window: Window, analysis: Analysis) -> Analysis | None:
        """Return what a window shows whose `analysis` is another analyser's; None without a current.

        Only slip and sidebands are looked for again.
        """
        if analysis.current is None:
            return None
        stream = window.current.stream
        names = [stream.channels[i].name for i in stream.phases.values()]
        current, vibration = analysis.current.measured or analysis.current, analysis.vibration
        check = VibrationCheck(window)
        view = MotorView(self._bars, check, current, vibration, self._known)
        view, bars = self._at_stiff_supply(view, window.current, check)
        again = self._at_slip(view, bars, names, describe_line(current.line))
        return replace(again, vibration=vibration, dead=analysis.dead)

    def _measure(self, window: Window, check: VibrationCheck, names: Sequence[str]) -> Analysis:
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
        refusal = refusal or check_bridged(current.baseband)
        refusal = refusal or check_running(current.baseband, line.rms_a / self._nameplate.rated_current_a)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        # Slip, and the pair of sidebands at it.
        vibration = self._preparation.vibration(check, line.frequency_hz)
        view = MotorView(self._bars, check, current, vibration, self._known)
        view, bars = self._at_stiff_supply(view, stream, check)
        return replace(self._at_slip(view, bars, names, evidence), vibration=vibration)

    def _at_stiff_supply(
        self, view: MotorView, stream: StreamWindow, check: VibrationCheck
    ) -> tuple[MotorView, BarScale]:
        """Return the view of the current as a stiff supply would drive it, where voltages are measured.

        What the voltage drives depends on the slip, which the pair in the current that remains tells better.
        With it comes what turns its sidebands into bars: the circuit as the line's voltage and current show
        it, where the slip is known otherwise than by the current.
        """
        channels = channels_of_vector(stream)
        if not channels:
            return view, self._bars
        rows = self._preparation.decimated(stream)[list(channels.values())]
        voltage = voltage_of(rows, tuple(channels), view.current)
        slip, fitted = view.slips.middle, None
        if not voltage.fits(self._circuit, slip):
            return view, self._bars
        for _ in range(_ROUNDS):
            fitted = voltage.fitted(self._circuit, slip) if _tells_slip(view) else None
            freed = voltage.without_its_share(fitted or self._circuit, slip)
            view = MotorView(self._bars, check, freed, view.vibration, self._known)
            found = view.pair_in(view.slips)
            slip = slip if found is None else found[1].slip
        if fitted is None or not _tells_slip(view):
            return view, self._bars
        return view, BarScale(self._nameplate, fitted, BARS.path_error_by_voltage)

    def _at_slip(self, view: MotorView, bars: BarScale, names: Sequence[str], evidence: Evidence) -> Analysis:
        """Measure the pair of sidebands at the slip of a motor that runs steadily, and count its bars."""
        line, current = view.line, view.current
        if impossible := check_current(view, names):
            # A current in a wrong scale tells no slip.
            slip = None if view.slips.source == "current" else view.slips.middle
            evidence = self._with_slip(evidence, slip)
            return Analysis(evidence, impossible, line=line, slips=view.slips, current=current)
        found = view.pair_in(view.slips)
        if found is None:
            evidence = self._with_slip(evidence, view.slips.middle)
            return Analysis(evidence, missing_pair(view), line=line, slips=view.slips, current=current)
        if bars is not self._bars:
            ratio = bars.circuit.rotor_resistance_ohm / self._circuit.rotor_resistance_ohm
            evidence = replace(evidence, rotor_resistance_ratio=ratio)
        return self._describe(view, measure_sidebands(*found, current, bars), evidence)

    def _describe(self, view: MotorView, sidebands: Sidebands, evidence: Evidence) -> Analysis:
        """Put what the slip and the sidebands of a window say into evidence and images."""
        pair, slips = sidebands.pair, view.slips
        refusal = check_transient(view.baseband, self._nameplate.supply)
        refusal = refusal or check_slip(view, sidebands.raw)
        if refusal is not None and refusal.quantity == of_bars.NO_PAIR.quantity:
            scanned = rule_out_bars(view, refusal)
            if isinstance(scanned, Scan):
                return self._clear(view, scanned, evidence)
            refusal = scanned
        shaft_hz = pair.pole_pass_hz / 2 / pair.slip * (1 - pair.slip) / self._nameplate.pole_pairs
        shaft = None if view.vibration is None else view.vibration.around_shaft(shaft_hz)
        slot_lines = None if slips.stated else view.slot_lines
        evidence = describe_sidebands(self._with_slip(evidence, pair.slip), sidebands)
        evidence = describe_supply_share(evidence, pair, view.current)
        load, bars_per_ratio = self._circuit.load_at_slip(pair.slip), self._bars.per_ratio(pair.slip)
        return Analysis(
            evidence=describe_elsewhere(evidence, pair, view.current, shaft, slot_lines),
            refusal=refusal,
            pair=pair,
            inputs=model_inputs(self._image, sidebands, load, bars_per_ratio, shaft),
            line=view.line,
            slips=slips,
            current=view.current,
            speed_doubt=None if refusal else doubt_slip(view, sidebands) or doubt_below(view),
            count_doubt=None if refusal else doubt_count(view, sidebands),
            oscillation_doubt=None if refusal else doubt_bars(view, pair),
            slots_show=_slots_show(view, pair.slip),
        )

    def _clear(self, view: MotorView, scan: Scan, evidence: Evidence) -> Analysis:
        """Return the analysis of a window that clears the rotor without a slip; the load is the current's."""
        load = self._circuit.load_at_slip(scan.slip_by_current)
        evidence = describe_scan(replace(evidence, load=load), scan)
        return Analysis(evidence, None, line=view.line, slips=view.slips, current=view.current, scan=scan)

    def _without_current(self, check: VibrationCheck, refusal: Refusal) -> Analysis:
        """Return the analysis of unusable currents: the vibration alone may still tell the speed.

        The line is then taken to have its nominal frequency.
        """
        line = Line(self._nameplate.line_frequency_hz, 0.0, None, False)
        vibration = self._preparation.vibration(check, line.frequency_hz)
        if vibration is None:
            return Analysis(Evidence(), refusal)
        slips = slip_by_vibration(vibration, line, self._nameplate, possible_slips(self._nameplate))
        evidence = self._with_slip(Evidence(), None if slips is None else slips.middle)
        return Analysis(evidence, refusal, slips=slips)

    def _with_slip(self, evidence: Evidence, slip: float | None) -> Evidence:
        if slip is None:
            return evidence
        return replace(evidence, slip=slip, load=self._circuit.load_at_slip(slip))


def _tells_slip(view: MotorView) -> bool:
    """True if something else than the current tells the slip; by the current, any circuit would fit."""
    return view.slips.source not in ("current", "learned")


def _slots_show(view: MotorView, slip: float) -> bool | None:
    """Return `Analysis.slots_show` of a window at its slip."""
    if view.slips.source == "slots":
        return True
    if view.slips.source not in ("vibration", "eccentricity"):
        return None
    return None if view.slot_lines is None or view.slot_lines.covered(slip) else False


def _overload_first(analysis: Analysis, over: Refusal | None) -> Analysis:
    """Name an overload before a weak load: the load of an overloaded motor is not too low.

    Only a window that is too short for its sidebands keeps its reason.
    """
    if over is None:
        return analysis
    refusal, doubt = (
        over if why and why.reason in WEAK_EVIDENCE and why.quantity != "pole_pass_cycles" else why
        for why in (analysis.refusal, analysis.speed_doubt)
    )
    return replace(analysis, refusal=refusal, speed_doubt=doubt)
