"""From a window of samples to its evidence and its images: everything that is measured, nothing decided."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import ChannelKind
from edge_agent.diagnose.verdict import Evidence, Reason, Refusal
from edge_agent.motor import Nameplate
from edge_agent.signals import quality
from edge_agent.signals.carrier import Baseband, demodulate, shift
from edge_agent.signals.circuit import fit_circuit, typical_rotor_bars
from edge_agent.signals.decimation import Decimator
from edge_agent.signals.images import ImageSpec, ModelInputs, SidebandImage
from edge_agent.signals.sidebands import LEAST_CYCLES, SidebandFit, SidebandPair, decibels
from edge_agent.signals.slip import SlipFinder, SlipRange, steadiness
from edge_agent.signals.supply import Line, find_line, space_vector
from edge_agent.signals.windows import StreamWindow, Window

DETECTION_MARGIN_DB = 10.0
"""A sideband is told from the floor when it stands this far above it."""
_LINE_TOLERANCE = 0.03
_MOST_CURRENT_CHANGE = 0.05
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
        self._bars = nameplate.rotor_bars or typical_rotor_bars(nameplate.poles)
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
        length_s = baseband.log.size / baseband.rate_hz
        resolvable_slip = LEAST_CYCLES / length_s / 2 / line.frequency_hz
        if slips.highest <= resolvable_slip or (slips.source != "current" and slips.middle < resolvable_slip):
            evidence = replace(evidence, slip=slips.middle, load=self._circuit.load_at_slip(slips.middle))
            cycles = 2 * slips.middle * line.frequency_hz * length_s
            too_low = Refusal(Reason.LOAD_TOO_LOW, "pole_pass_cycles", cycles, LEAST_CYCLES)
            return Analysis(evidence, too_low, line=line, slips=slips)
        fit = SidebandFit(baseband, 2 * max(slips.lowest, resolvable_slip) * line.frequency_hz)
        lowest, highest = (2 * slip * line.frequency_hz for slip in (slips.lowest, slips.highest))
        pair = fit.strongest_pair(max(lowest, LEAST_CYCLES / length_s), highest)
        evidence = self._describe(evidence, line, pair)
        refusal = self._check_load(slips, pair) or _check_load_change(baseband, pair)
        inputs = self._inputs(line, fit, pair, evidence, vibration)
        return Analysis(evidence, refusal, pair, inputs, line, slips)

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

    def _describe(self, evidence: Evidence, line: Line, pair: SidebandPair) -> Evidence:
        slip = pair.pole_pass_hz / 2 / line.frequency_hz
        bars_per_ratio = self._bars_per_ratio(slip)
        limit_db = decibels(pair.floor) + DETECTION_MARGIN_DB
        return replace(
            evidence,
            slip=slip,
            load=self._circuit.load_at_slip(slip),
            lower_sideband_dbc=decibels(abs(pair.lower)),
            upper_sideband_dbc=decibels(abs(pair.upper)),
            noise_floor_dbc=decibels(pair.floor),
            detection_limit_dbc=limit_db,
            detection_limit_bars=bars_per_ratio * 10 ** (limit_db / 20),
            equivalent_bars=bars_per_ratio * pair.linear_sum,
            ellipse_angle_deg=pair.ellipse_angle_deg,
        )

    def _bars_per_ratio(self, slip: float) -> float:
        """Equivalent bars per (I_L + I_U) / I.

        N_b / G, over the share of the asymmetry that the sum shows at common inertias: 0.80 at light
        and 0.90 at rated load, from the simulation of the whole machine.
        """
        share = 0.79 + 0.11 * min(self._circuit.load_at_slip(slip), 1.3)
        return self._bars / (share * self._circuit.sideband_gain(slip))

    def _check_load(self, slips: SlipRange, pair: SidebandPair) -> Refusal | None:
        """Without a speed, only a pair that stands out within the slips of this load tells the slip."""
        if slips.source != "current":
            return None
        above_floor_db = decibels(pair.linear_sum / 2) - decibels(pair.floor)
        if slips.lowest > 0.0 and above_floor_db > DETECTION_MARGIN_DB and not pair.at_edge:
            return None
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
        bars_per_ratio = self._bars_per_ratio(slip)
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
    phases = [current.stream.channels[i].phase or "abc"[n] for n, i in enumerate(channels)]
    return space_vector(decimator.process(current)[channels], phases)


def _check_steadiness(baseband: Baseband) -> Refusal | None:
    least, most = steadiness(baseband)
    if least < quality.STEADY[0]:
        return Refusal(Reason.STARTING, "least_over_median_amplitude", least, quality.STEADY[0])
    if most > quality.STEADY[1]:
        return Refusal(Reason.STARTING, "largest_over_median_amplitude", most, quality.STEADY[1])
    return None


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
