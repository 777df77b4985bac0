"""From a window of samples to its evidence and its images: everything that is measured, nothing decided."""

from dataclasses import dataclass, replace

import numpy as np

from edge_agent.circuit import fit_circuit
from edge_agent.limits import BARS, SIDEBANDS, SUPPLY
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars, of_samples
from edge_agent.signals.checks import quality
from edge_agent.signals.checks.coarse import currents_of
from edge_agent.signals.checks.steadiness import check_running, check_transient
from edge_agent.signals.checks.vibration import DeadChannel, dead_vibration
from edge_agent.signals.dsp.carrier import Baseband, check_bridged, shift
from edge_agent.signals.images import ImageSpec, ModelInputs, SidebandImage, side_inputs
from edge_agent.signals.prepared import Current, Preparation, Vibration
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair, decibels
from edge_agent.signals.sidebands.severity import BarScale, EquivalentBars, least_cycles
from edge_agent.signals.sidebands.supply_phase import without_wander
from edge_agent.signals.slip.current_by_slip import CurrentBySlip
from edge_agent.signals.slip.doubts import Doubts
from edge_agent.signals.slip.finder import SlipFinder, SlipRange, contradicts
from edge_agent.signals.slip.pair_search import (
    CYCLES_BEYOND_WANDER,
    Found,
    find_elsewhere,
    find_pair,
    standing,
)
from edge_agent.signals.slip.slots import SlotLines, spectra_of
from edge_agent.signals.supply import Line, check_even_harmonics, check_line
from edge_agent.signals.witnesses import hear_witnesses
from edge_agent.verdict import WEAK_EVIDENCE, Evidence, Reason, Refusal
from edge_agent.windows.sliding import Window

_LINE_STILL_SHOWS = (
    Reason.CLIPPED,
    Reason.UNRELIABLE_CLOCK,
    Reason.UNSTEADY,
    Reason.OUT_OF_DOMAIN,
    Reason.WRONG_SCALE,
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one window shows."""

    evidence: Evidence
    """Measured figures; what could not be measured is None."""
    refusal: Refusal | None
    """Why the signals bear no answer; None where they do."""
    pair: SidebandPair | None = None
    """The sidebands; None where the analysis stopped before them."""
    inputs: ModelInputs | None = None
    """What the network looks at; None where the analysis stopped before."""
    line: Line | None = None
    """The supply's line; None where no usable current was there."""
    slips: SlipRange | None = None
    """Where the slip was looked for, and who said so; None where the analysis stopped before."""
    speed_doubt: Refusal | None = None
    """Why the slip, told or found, may not be the present one, so that no rotor can be called healthy."""
    swing_doubt: Refusal | None = None
    """Why a load that swings may have made the pair, so that no rotor can be called broken."""
    dead: tuple[DeadChannel, ...] = ()
    """Vibration channels that tell nothing, and so are not used."""

    def doubt(self, broken: bool) -> Refusal | None:
        """What stands against calling the rotor broken, or healthy."""
        return self.swing_doubt if broken else self.speed_doubt


class Analyser:
    """Measures windows of one motor."""

    def __init__(self, nameplate: Nameplate, spec: ImageSpec) -> None:
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._bars = BarScale(nameplate, self._circuit)
        self._slips = SlipFinder(nameplate, self._circuit)
        self._doubts = Doubts(self._circuit, self._bars, self._slips)
        self._currents = CurrentBySlip(nameplate, self._circuit, self._slips)
        self._image = SidebandImage(spec)
        self._preparation = Preparation()

    def analyse(self, window: Window) -> Analysis:
        """Measure one window; stops at the first reason that makes the rest meaningless."""
        analysis = self._not_too_low(window, self._analyse(window))
        line_hz = analysis.evidence.line_frequency_hz or self._nameplate.line_frequency_hz
        return replace(analysis, dead=dead_vibration(window, line_hz))

    def _not_too_low(self, window: Window, analysis: Analysis) -> Analysis:
        """The load of an overloaded motor is not too low, whatever else stands against an answer.

        Only a window that is too short for its sidebands keeps its reason.
        """
        line = analysis.line
        over = None if line is None else self._currents.overload(line, _current_names(window))
        if over is None:
            return analysis
        refusal, doubt = (
            over if why and why.reason in WEAK_EVIDENCE and why.quantity != "pole_pass_cycles" else why
            for why in (analysis.refusal, analysis.speed_doubt)
        )
        return replace(analysis, refusal=refusal, speed_doubt=doubt)

    def _analyse(self, window: Window) -> Analysis:
        stream = quality.current_stream(window) or window.streams[0]
        if too_slow := quality.check_rate(stream, self._nameplate):
            return self._without_current(window, too_slow)
        refusal = quality.check_currents(stream, self._nameplate)
        if refusal is not None and refusal.reason not in _LINE_STILL_SHOWS:
            return self._without_current(window, refusal)
        current = self._preparation.current(stream)
        if current is None:
            return Analysis(Evidence(), of_samples.MOTOR_OFF.refuse(0.0, None))
        line = current.line
        evidence = Evidence(
            line_frequency_hz=line.frequency_hz,
            current_unbalance=line.unbalance,
            phase_order=None if line.unbalance is None else "acb" if line.reversed_order else "abc",
        )
        refusal = refusal or check_line(line, self._nameplate)
        refusal = refusal or check_even_harmonics(line, SUPPLY.max_second_harmonic_dbc)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        baseband = current.demodulated()
        refusal = check_bridged(baseband) or check_running(baseband)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        return self._sidebands(window, current, baseband, evidence)

    def _without_current(self, window: Window, refusal: Refusal) -> Analysis:
        """Vibration alone still tells the speed, if the line has its nominal frequency."""
        vibration = self._preparation.vibration(window, self._nameplate.line_frequency_hz)
        if vibration is None:
            return Analysis(Evidence(), refusal)
        line = Line(self._nameplate.line_frequency_hz, 0.0, None, False)
        slips = self._slips.from_vibration(vibration, line, self._slips.anything())
        if slips is None:
            return Analysis(Evidence(), refusal)
        evidence = Evidence(slip=slips.middle, load=self._circuit.load_at_slip(slips.middle))
        return Analysis(evidence, refusal, slips=slips)

    def _sidebands(
        self, window: Window, current: Current, baseband: Baseband, evidence: Evidence
    ) -> Analysis:
        line = current.line
        vibration = self._preparation.vibration(window, line.frequency_hz)
        slips = self._bound_slip(window, line, vibration)
        found = find_pair(baseband, slips, self._circuit)
        slots = self._slot_lines(window, line, baseband, slips)
        if slots is not None:
            by_slots = self._by_slots(slots, found, current, baseband)
            if by_slots is not None and contradicts(by_slots, slips):
                by_slots = self._doubt_slots(by_slots, line, vibration, standing(found))
            if by_slots is not None:
                slips, found = by_slots, find_pair(baseband, by_slots, self._circuit)
        impossible = self._currents.check(line, slips, vibration, _current_names(window))
        if impossible is not None:
            if slips.source != "current":
                load = self._circuit.load_at_slip(slips.middle)
                evidence = replace(evidence, slip=slips.middle, load=load)
            return Analysis(evidence, impossible, line=line, slips=slips)
        if found is None:
            load = self._circuit.load_at_slip(slips.middle)
            evidence = replace(evidence, slip=slips.middle, load=load)
            cycles = 2 * slips.middle * line.frequency_hz * baseband.length_s
            too_low = of_bars.TOO_FEW_CYCLES.refuse(cycles, least_cycles(load))
            return Analysis(evidence, _no_motor(slips, None, line) or too_low, line=line, slips=slips)
        # The slip was looked for in the pair as it came, and is doubted by it.
        fit, pair = found
        quiet_fit, quiet = without_wander(fit, pair, current, baseband)
        bars = self._bars.measure(quiet)
        evidence = self._describe(evidence, quiet, bars)
        evidence = hear_witnesses(evidence, pair, self._shaft_hz(pair), current, baseband, vibration, slots)
        refusal = check_transient(baseband, self._nameplate.supply) or _no_motor(slips, pair, line)
        refusal = refusal or self._doubts.of_load(slips, pair, baseband, line)
        doubt = None
        if slips.told:
            doubt = None if refusal else self._doubts.of_told_speed(slips, pair, baseband, line, vibration)
        elif bars.interval[0] < BARS.sound:
            doubt = self._doubts.of_found_slip(slips, current, baseband)
        swing_doubt = self._doubts.of_bars(slips, quiet)
        inputs = self._inputs(quiet_fit, quiet, bars, vibration)
        return Analysis(evidence, refusal, quiet, inputs, line, slips, doubt, swing_doubt)

    def _bound_slip(self, window: Window, line: Line, vibration: Vibration | None) -> SlipRange:
        measured_rpm, configured_rpm = quality.measured_speed_rpm(window), self._nameplate.speed_rpm
        told = None
        if measured_rpm is not None:
            told = self._slips.from_speed(measured_rpm, line, window.length_s, "measured")
        if told is None and configured_rpm is not None:
            told = self._slips.from_speed(configured_rpm, line, window.length_s, "configured")
        if told is not None:
            return told
        by_current = self._slips.from_current(line)
        if vibration is None:
            return by_current
        return self._slips.from_vibration(vibration, line, by_current) or by_current

    def _slot_lines(
        self, window: Window, line: Line, baseband: Baseband, slips: SlipRange
    ) -> SlotLines | None:
        """Slot lines tell the slip where the bars are known and the speed is not."""
        bars = self._nameplate.rotor_bars
        if bars is None or slips.told:
            return None
        spectra = spectra_of(window, line)
        return SlotLines(spectra, bars, self._nameplate.pole_pairs, line.frequency_hz, baseband)

    def _by_slots(
        self, slots: SlotLines, found: Found | None, current: Current, baseband: Baseband
    ) -> SlipRange | None:
        """Read the slip from slot lines, with the help of a pair that stands out and is not the wander's."""
        far = pair = standing(found)
        if pair is None or pair.cycles < CYCLES_BEYOND_WANDER:
            elsewhere = find_elsewhere(baseband, self._slips.anything(), self._circuit)
            higher = pair is not None and elsewhere is not None and elsewhere.is_multiple_of(pair)
            far = None if higher else elsewhere
        by_slots = self._slips.from_slots(slots, far)
        if by_slots is not None or found is None or pair is None or pair is far:
            return by_slots
        _, quiet = without_wander(*found, current, baseband)
        return self._slips.from_slots(slots, quiet) if quiet is not pair and quiet.stands_out else None

    def _doubt_slots(
        self, by_slots: SlipRange, line: Line, vibration: Vibration | None, pair: SidebandPair | None
    ) -> SlipRange | None:
        """Say what holds where slots contradict the others: slots that are heard, else a pair that stands.

        None leaves the others right; without any support nothing is known of the slip.
        """
        if vibration is not None and self._slips.heard(vibration, line, by_slots):
            return by_slots
        return None if pair is not None else self._slips.anything()

    def _describe(self, evidence: Evidence, pair: SidebandPair, bars: EquivalentBars) -> Evidence:
        return replace(
            evidence,
            slip=pair.slip,
            load=self._circuit.load_at_slip(pair.slip),
            lower_sideband_dbc=decibels(abs(pair.lower)),
            upper_sideband_dbc=decibels(abs(pair.upper)),
            higher_sidebands_dbc=tuple(decibels(total / 2) for total in pair.higher_sums),
            noise_floor_dbc=decibels(pair.floor),
            detection_limit_dbc=decibels(pair.floor) + SIDEBANDS.detection_margin_db,
            detection_limit_bars=bars.limit,
            equivalent_bars=bars.value,
            equivalent_bars_interval=bars.interval,
            equivalent_bars_by=bars.witness,
            load_swing_bars=bars.load_swing,
            load_swing_angle_deg=bars.load_swing_angle_deg,
            ellipse_angle_deg=pair.ellipse_angle_deg,
            ellipse_axis_ratio=pair.ellipse_axis_ratio,
        )

    def _shaft_hz(self, pair: SidebandPair) -> float:
        line_hz = pair.pole_pass_hz / 2 / pair.slip
        return line_hz * (1 - pair.slip) / self._nameplate.pole_pairs

    def _inputs(
        self, fit: SidebandFit, pair: SidebandPair, bars: EquivalentBars, vibration: Vibration | None
    ) -> ModelInputs:
        pole_pass_hz, bars_per_ratio = pair.pole_pass_hz, self._bars.per_ratio(pair.slip)
        modulation = fit.modulation(pole_pass_hz)
        images = {"current": self._image.current(modulation, fit.rate_hz, pole_pass_hz, bars_per_ratio)}
        images["vibration"] = np.zeros_like(images["current"])
        if vibration is not None:
            harmonics_hz = [harmonic * self._shaft_hz(pair) for harmonic in (1, 2)]
            shifted = [shift(vibration.samples, vibration.rate_hz, hz) for hz in harmonics_hz]
            images["vibration"] = self._image.vibration([s for s, _ in shifted], shifted[0][1], pole_pass_hz)
        load = self._circuit.load_at_slip(pair.slip)
        side = side_inputs(pair, load, bars_per_ratio, bars.across, vibration is not None)
        return ModelInputs(images, side)


def _no_motor(slips: SlipRange, pair: SidebandPair | None, line: Line) -> Refusal | None:
    """Refuse strong even harmonics where nothing shows that a rotor turns: no shaft, slot or sideband."""
    if slips.source != "current":
        return None
    if (
        pair is not None
        and decibels(pair.linear_sum / 2) - decibels(pair.floor) > SUPPLY.min_pair_of_motor_db
    ):
        return None
    return check_even_harmonics(line, SUPPLY.strong_second_harmonic_dbc)


def _current_names(window: Window) -> list[str]:
    stream = quality.current_stream(window) or window.streams[0]
    return [stream.stream.channels[i].name for i in currents_of(stream)]
