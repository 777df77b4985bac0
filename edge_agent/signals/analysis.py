"""From a window of samples to its evidence and its images: everything that is measured, nothing decided."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import ChannelKind
from edge_agent.diagnose.verdict import Evidence, Reason, Refusal
from edge_agent.motor import Nameplate
from edge_agent.signals import quality
from edge_agent.signals.carrier import Baseband, demodulate, shift
from edge_agent.signals.circuit import fit_circuit
from edge_agent.signals.coarse import phase_names
from edge_agent.signals.decimation import Decimator
from edge_agent.signals.images import ImageSpec, ModelInputs, SidebandImage
from edge_agent.signals.severity import BarScale
from edge_agent.signals.sidebands import (
    DETECTION_MARGIN_DB,
    LEAST_CYCLES,
    SidebandFit,
    SidebandPair,
    decibels,
)
from edge_agent.signals.slip import SlipFinder, SlipRange, steadiness
from edge_agent.signals.slots import SlotLines, spectra_of
from edge_agent.signals.supply import Line, find_line, space_vector
from edge_agent.signals.windows import StreamWindow, Window

_LINE_TOLERANCE = 0.03
_MOST_CURRENT_CHANGE = 0.05
_UNSURE_END = 0.04
_LEAST_TRANSIENT = 0.04
_TRANSIENT_OVER_USUAL = 6.0
_LINE_STILL_SHOWS = (Reason.CLIPPED, Reason.UNRELIABLE_CLOCK, Reason.UNSTEADY, Reason.OUT_OF_DOMAIN)


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


class Analyser:
    """Measures windows of one motor."""

    def __init__(self, nameplate: Nameplate, spec: ImageSpec) -> None:
        self._nameplate = nameplate
        self._circuit = fit_circuit(nameplate)
        self._bars = BarScale(nameplate, self._circuit)
        self._slips = SlipFinder(nameplate, self._circuit)
        self._image = SidebandImage(spec)
        self._decimators: dict[int, Decimator] = {}

    def analyse(self, window: Window) -> Analysis:
        """Measure one window; stops at the first reason that makes the rest meaningless."""
        current = quality.current_stream(window) or window.streams[0]
        refusal = quality.check_currents(current, self._nameplate)
        if refusal is not None and refusal.reason not in _LINE_STILL_SHOWS:
            return self._without_current(window, refusal)
        vector, valid, rate_hz = self._vector(current)
        line = find_line(vector, rate_hz, one_phase=len(quality.currents_of(current)) == 1)
        if line is None:
            return Analysis(Evidence(), Refusal(Reason.MOTOR_OFF, "current_a", 0.0, None))
        evidence = Evidence(line_frequency_hz=line.frequency_hz, current_unbalance=line.unbalance)
        refusal = refusal or self._check_line(line)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        if line.reversed_order:
            vector = vector.conj()
        baseband = demodulate(vector, valid, rate_hz, line.frequency_hz)
        refusal = _check_steadiness(baseband)
        if refusal is not None:
            return Analysis(evidence, refusal, line=line)
        return self._sidebands(window, line, baseband, evidence)

    def _without_current(self, window: Window, refusal: Refusal) -> Analysis:
        """Vibration alone still tells the speed, if the line has its nominal frequency."""
        vibration = self._vibration(window)
        if vibration is None:
            return Analysis(Evidence(), refusal)
        line = Line(self._nameplate.line_frequency_hz, 0.0, None, False)
        slips = self._slips.from_vibration(*vibration, line, self._slips.anything())
        if slips is None:
            return Analysis(Evidence(), refusal)
        evidence = Evidence(slip=slips.middle, load=self._circuit.load_at_slip(slips.middle))
        return Analysis(evidence, refusal, slips=slips)

    def _sidebands(self, window: Window, line: Line, baseband: Baseband, evidence: Evidence) -> Analysis:
        vibration = self._vibration(window)
        slips = self._bound_slip(window, line, vibration)
        found = self._find_pair(baseband, slips)
        by_slots = self._slip_from_slots(window, line, baseband, slips, found[1] if found else None)
        if by_slots is not None:
            slips, found = by_slots, self._find_pair(baseband, by_slots)
        if found is None:
            evidence = replace(evidence, slip=slips.middle, load=self._circuit.load_at_slip(slips.middle))
            cycles = 2 * slips.middle * line.frequency_hz * baseband.length_s
            too_low = Refusal(Reason.LOAD_TOO_LOW, "pole_pass_cycles", cycles, LEAST_CYCLES)
            return Analysis(evidence, too_low, line=line, slips=slips)
        fit, pair = found
        evidence = self._describe(evidence, pair)
        refusal = _check_transient(baseband) or _check_load_change(baseband, pair)
        refusal = refusal or self._check_load(slips, pair)
        inputs = self._inputs(line, fit, pair, evidence, vibration)
        return Analysis(evidence, refusal, pair, inputs, line, slips)

    def _slip_from_slots(
        self, window: Window, line: Line, baseband: Baseband, slips: SlipRange, pair: SidebandPair | None
    ) -> SlipRange | None:
        """Slot lines tell the slip where the bars are known and the speed is not."""
        bars = self._nameplate.rotor_bars
        if bars is None or slips.source == "known":
            return None
        lines = SlotLines(
            spectra_of(window, line), bars, self._nameplate.pole_pairs, line.frequency_hz, baseband
        )
        standing = pair if pair is not None and pair.stands_out and not pair.at_edge else None
        return self._slips.from_slots(lines, self._slips.anything(), standing)

    def _find_pair(self, baseband: Baseband, slips: SlipRange) -> tuple[SidebandFit, SidebandPair] | None:
        """Measure the pair in a range of slips; None where the window is too short to resolve it there."""
        resolvable = LEAST_CYCLES / baseband.length_s / 2 / baseband.carrier_hz
        if slips.highest <= resolvable or (slips.source != "current" and slips.middle < resolvable):
            return None
        lowest_hz = 2 * max(slips.lowest, resolvable) * baseband.carrier_hz
        fit = SidebandFit(baseband, lowest_hz)
        pair = fit.strongest_pair(lowest_hz, 2 * slips.highest * baseband.carrier_hz)
        if not pair.stands_out and slips.source not in ("current", "known"):
            pair = fit.pair(2 * max(slips.middle, resolvable) * baseband.carrier_hz)
        return fit, pair

    def _vector(self, current: StreamWindow) -> tuple[NDArray[np.complex128], NDArray[np.bool_], float]:
        decimator = self._decimator(current)
        return current_vector(current, decimator), decimator.valid(current), decimator.rate_hz

    def _vibration(self, window: Window) -> tuple[NDArray[np.float32], float] | None:
        for stream in window.streams:
            channels = quality.usable_vibration(stream)
            if channels:
                decimator = self._decimator(stream)
                return decimator.process(stream)[channels], decimator.rate_hz
        return None

    def _decimator(self, stream: StreamWindow) -> Decimator:
        number = stream.stream.number
        if number not in self._decimators:
            self._decimators[number] = Decimator(stream.stream.rate_hz)
        return self._decimators[number]

    def _check_line(self, line: Line) -> Refusal | None:
        nominal = self._nameplate.line_frequency_hz
        deviation = abs(line.frequency_hz / nominal - 1)
        if self._nameplate.supply == "grid" and deviation > _LINE_TOLERANCE:
            limit = nominal * (1 + float(np.copysign(_LINE_TOLERANCE, line.frequency_hz - nominal)))
            return Refusal(Reason.WRONG_LINE_FREQUENCY, "line_frequency_hz", line.frequency_hz, limit)
        return None

    def _bound_slip(
        self, window: Window, line: Line, vibration: tuple[NDArray[np.float32], float] | None
    ) -> SlipRange:
        known_rpm = self._nameplate.speed_rpm or _measured_speed_rpm(window)
        if known_rpm:
            return self._slips.from_speed(known_rpm, line, window.length_s)
        by_current = self._slips.from_current(line)
        if vibration is None:
            return by_current
        return self._slips.from_vibration(*vibration, line, by_current) or by_current

    def _describe(self, evidence: Evidence, pair: SidebandPair) -> Evidence:
        bars = self._bars.measure(pair)
        return replace(
            evidence,
            slip=pair.slip,
            load=self._circuit.load_at_slip(pair.slip),
            lower_sideband_dbc=decibels(abs(pair.lower)),
            upper_sideband_dbc=decibels(abs(pair.upper)),
            noise_floor_dbc=decibels(pair.floor),
            detection_limit_dbc=decibels(pair.floor) + DETECTION_MARGIN_DB,
            detection_limit_bars=bars.limit,
            equivalent_bars=bars.value,
            equivalent_bars_interval=bars.interval,
            ellipse_angle_deg=pair.ellipse_angle_deg,
        )

    def _check_load(self, slips: SlipRange, pair: SidebandPair) -> Refusal | None:
        """Without a speed, only a pair that stands out within the slips of this load tells the slip."""
        if slips.source != "current":
            return None
        if slips.lowest > 0.0 and pair.stands_out and not pair.at_edge:
            return None
        above_floor_db = decibels(pair.linear_sum / 2) - decibels(pair.floor)
        return Refusal(Reason.LOAD_TOO_LOW, "pair_above_floor_db", above_floor_db, DETECTION_MARGIN_DB)

    def _inputs(
        self,
        line: Line,
        fit: SidebandFit,
        pair: SidebandPair,
        evidence: Evidence,
        vibration: tuple[NDArray[np.float32], float] | None,
    ) -> ModelInputs:
        slip = evidence.slip or 0.0
        bars_per_ratio = self._bars.per_ratio(slip)
        pole_pass_hz = pair.pole_pass_hz
        images = {
            "current": self._image.current(
                fit.modulation(pole_pass_hz), fit.rate_hz, pole_pass_hz, bars_per_ratio
            )
        }
        images["vibration"] = np.zeros_like(images["current"])
        if vibration is not None:
            samples, rate_hz = vibration
            shaft_hz = line.frequency_hz * (1 - slip) / self._nameplate.pole_pairs
            shifted = [shift(samples, rate_hz, harmonic * shaft_hz) for harmonic in (1, 2)]
            images["vibration"] = self._image.vibration([s for s, _ in shifted], shifted[0][1], pole_pass_hz)
        side = [
            10 * slip,
            evidence.load or 0.0,
            np.log2(pair.cycles) / 6,
            decibels(pair.floor * bars_per_ratio) / 40,
            decibels(pair.linear_sum * bars_per_ratio) / 40,
            float(vibration is not None),
        ]
        return ModelInputs(images, np.array(side, np.float32))


def current_vector(current: StreamWindow, decimator: Decimator) -> NDArray[np.complex128]:
    """Give the decimated space vector (n,) of a stream that has currents."""
    channels = quality.currents_of(current)
    return space_vector(decimator.process(current)[channels], phase_names(current))


def _check_steadiness(baseband: Baseband) -> Refusal | None:
    least, most = steadiness(baseband)
    if least < quality.STEADY[0]:
        return Refusal(Reason.STARTING, "least_over_median_amplitude", least, quality.STEADY[0])
    if most > quality.STEADY[1]:
        return Refusal(Reason.STARTING, "largest_over_median_amplitude", most, quality.STEADY[1])
    return None


def _check_transient(baseband: Baseband) -> Refusal | None:
    """A sag, a surge or a blow to the load spoils a window; what swings all the time does not."""
    ends = round(_UNSURE_END * baseband.log.size)
    inner = slice(ends, baseband.log.size - ends)
    amplitude = np.exp(baseband.log.real[inner][baseband.valid[inner]])
    change = np.abs(amplitude / np.median(amplitude) - 1)
    usual = max(_LEAST_TRANSIENT, _TRANSIENT_OVER_USUAL * float(np.percentile(change, 75)))
    largest = float(change.max())
    return Refusal(Reason.UNSTEADY, "largest_current_change", largest, usual) if largest > usual else None


def _check_load_change(baseband: Baseband, pair: SidebandPair) -> Refusal | None:
    """A load that changes within the window smears the sidebands until a broken bar looks sound.

    Both ends of the window are compared over whole cycles of 2sf, since broken bars swing the current.
    """
    cycles = max(1, int(pair.cycles / 2))
    span = min(baseband.log.size, round(cycles * baseband.rate_hz / pair.pole_pass_hz))
    change = abs(float(baseband.log.real[-span:].mean() - baseband.log.real[:span].mean()))
    if change > _MOST_CURRENT_CHANGE:
        return Refusal(Reason.UNSTEADY, "current_change", change, _MOST_CURRENT_CHANGE)
    return None


def _measured_speed_rpm(window: Window) -> float | None:
    for stream in window.streams:
        for i, channel in enumerate(stream.stream.channels):
            if channel.kind is ChannelKind.SPEED and stream.valid.any():
                return float(np.median(stream.units(i)[stream.valid]))
    return None
