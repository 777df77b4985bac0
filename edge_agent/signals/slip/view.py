"""One window of one motor, and what tells its slip."""

from functools import cached_property

import numpy as np

from edge_agent.acquire.samples import ChannelKind
from edge_agent.circuit import Circuit
from edge_agent.limits import BARS, MAGNITUDES
from edge_agent.motor import Nameplate
from edge_agent.signals.checks.vibration import VibrationCheck
from edge_agent.signals.prepared import Current, Line, Vibration
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.measure import without_wander
from edge_agent.signals.slip.eccentricity import EccentricityLines
from edge_agent.signals.slip.known import KnownMotor
from edge_agent.signals.slip.lines import LINE_BINS, find_lines, read_learned
from edge_agent.signals.slip.range import (
    CYCLES_BEYOND_WANDER,
    MAX_SLIP,
    Found,
    SlipRange,
    SourceName,
    find_clear_pair,
    find_pair,
    possible_slips,
    widened,
)
from edge_agent.signals.slip.shaft import shows_shaft, slip_by_vibration
from edge_agent.signals.slip.slots import SlotLines, contradicts, read_slip, spectra_of
from edge_agent.windows.sliding import Window

_SPEED_MARGIN = 0.003
"""How far a stated speed may lie from the true one, per unit of the synchronous speed: tachometers and their
rounding; judgement."""
_SPEED_MARGIN_CYCLES = 0.5
"""The same in pole-pass cycles of the window: half a bin, which the window cannot resolve anyhow."""
_CURRENT_MARGIN = (0.5, 2.0)
"""Range around the slip that the current means: rotor temperature, voltage and plate errors of simulated
motors lie within. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_OVERLOAD_MARGIN = 1.75
"""Upper end of that range over the larger of this slip and the rated one. Judgement, held by the rotor sets
of tests/bench/bench_evidence.py."""
_TRUSTED_FROM = 0.3
"""Slip over the rated one from which the current is a good measure of it: below, most of the current
magnetises. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_MIN_HIGHEST = 0.35
"""Least upper end of the range over the rated slip. Judgement, held by the rotor sets of
tests/bench/bench_evidence.py."""


class MotorView:
    """One window of one motor. What is needed more than once is computed once, when it is first needed."""

    def __init__(
        self,
        bars: BarScale,
        check: VibrationCheck,
        current: Current,
        vibration: Vibration | None,
        known: KnownMotor | None = None,
    ) -> None:
        """Prepare; `bars` knows the motor, and `vibration` is None if no channel shows the machine.

        `known` is what was learned of the motor; None if nothing was, or if it is not to count.
        """
        self.bars = bars
        self.nameplate = bars.nameplate
        self.circuit = bars.circuit
        self.current = current
        self.line = current.line
        self.baseband = current.baseband
        self.vibration = vibration
        self.possible = possible_slips(bars.nameplate)
        self._known = known or KnownMotor()
        self._check = check
        self._pairs: dict[SlipRange, Found | None] = {}

    @cached_property
    def slips(self) -> SlipRange:
        """Where the slip lies, by the first source that tells it, in the order in which they are believed.

        A speed that is measured, one that is configured, then the sharpest of those that are estimated. The
        last one, the rms current, always answers, and its wide range takes a clear pair of sidebands to
        become a slip.
        """
        return (
            self._by_speed(measured_speed_rpm(self._check.window), "measured")
            or self._by_speed(self.nameplate.speed_rpm, "configured")
            or self._by_slots()
            or self.by_vibration
            or self.by_eccentricity
            or self.by_learned
            or self.by_current
        )

    @property
    def over_idle(self) -> float:
        """Rms current over that of the idling motor."""
        return self.line.rms_a / self.circuit.no_load_current_rms_a

    @cached_property
    def by_current(self) -> SlipRange:
        """The range that the rms current allows."""
        return slip_by_current(self.line, self.nameplate, self.circuit)

    @cached_property
    def by_vibration(self) -> SlipRange | None:
        """The slip of the shaft, where the current allows it; None if no speed shows."""
        return self.shaft_within(self.by_current)

    def shaft_within(self, slips: SlipRange) -> SlipRange | None:
        """Return the slip of the shaft that shows in the vibration within a range; None if none does."""
        if self.vibration is None:
            return None
        return slip_by_vibration(self.vibration, self.line, self.nameplate, slips)

    @cached_property
    def by_eccentricity(self) -> SlipRange | None:
        """The slip by the lines of the air gap, where the current allows it; None if they do not show."""
        lines = EccentricityLines(self.current, self.circuit, self.nameplate.pole_pairs)
        return lines.slip_within(widened(self.by_current, self.possible))

    @cached_property
    def by_learned(self) -> SlipRange | None:
        """The slips by what was learned of the motor, its slot lines first; None if that tells none."""
        return self._by_learned_slots() or self._by_learned_line()

    @cached_property
    def slot_lines(self) -> SlotLines | None:
        """The lines of the rotor's slots; None if the number of rotor bars is not configured."""
        bars = self.nameplate.rotor_bars
        if bars is None:
            return None
        spectra = spectra_of(self._check, self.line)
        return SlotLines(spectra, bars, self.nameplate.pole_pairs, self.line.frequency_hz, self.baseband)

    def pair_in(self, slips: SlipRange) -> Found | None:
        """Measure the strongest pair in a range of slips, as `find_pair`."""
        if slips not in self._pairs:
            self._pairs[slips] = find_pair(self.baseband, slips, self.circuit)
        return self._pairs[slips]

    @cached_property
    def beyond_wander(self) -> SidebandPair | None:
        """The strongest clear pair at any possible slip, leaving out those where wander looks like one."""
        found = find_clear_pair(self.baseband, self.possible, self.circuit, CYCLES_BEYOND_WANDER)
        return found and found[1]

    def _by_speed(self, rpm: float | None, source: SourceName) -> SlipRange | None:
        """Return the slip of a stated speed; None without one, or where the motor cannot turn at it."""
        if rpm is None:
            return None
        return slip_of_speed(rpm, self.nameplate, self.line, self._check.window.length_s, source)

    def _by_slots(self) -> SlipRange | None:
        """Return the slip by the slots, the sharpest estimate there is; None if they tell none.

        They come before vibration and current, and yet listen to them. The pair in their range helps to read
        the lines, and where they contradict, either the configured number of bars is wrong or they are. Where
        neither has support, all slips are possible: nothing is known. An idling motor's current allows few
        slips. A line that means a larger one is none of the slots', unless a pair stands out there.
        """
        if self.slot_lines is None:
            return None
        rival = self.by_vibration or self.by_current
        found = self.pair_in(rival)
        by_slots = self._read_slots(self.slot_lines, found)
        if by_slots is None or not contradicts(by_slots, rival):
            return by_slots
        if self.vibration is not None:
            shaft_hz = self.line.frequency_hz / self.nameplate.pole_pairs * (1 - by_slots.middle)
            if shows_shaft(self.vibration.samples, self.vibration.rate_hz, shaft_hz, self.line.frequency_hz):
                return by_slots
        if rival.lowest == 0.0:
            there = self.pair_in(by_slots)
            return by_slots if there is not None and there[1].is_clear else None
        return None if found is not None and found[1].is_clear else self.possible

    def _by_learned_slots(self) -> SlipRange | None:
        """Return the slips by slot lines, read with a number of bars that may be one of two.

        Nothing where a pair looks like broken bars: they surround a slot line with others, and tell the slip
        themselves.
        """
        slots, found = self._known.slots, self.pair_in(self.by_current)
        if slots is None or (found is not None and self.looks_broken(found[1])):
            return None
        lines = find_lines(self._check.window.current, self.current)
        pole_pairs = self.nameplate.pole_pairs
        slip = read_learned(lines, slots, pole_pairs, self.possible)
        if slip is None:
            return None
        margin = LINE_BINS * pole_pairs / slots.bars / self.line.frequency_hz / self.baseband.length_s
        lowest = slots.least_share(pole_pairs) * (slip - margin)
        return SlipRange(max(0.0, lowest), slip + margin, "learned")

    def looks_broken(self, pair: SidebandPair) -> bool:
        """True if a pair that stands out means more bars than a sound casting's."""
        return pair.is_clear and self.bars.measure(pair).value >= BARS.sound

    def _by_learned_line(self) -> SlipRange | None:
        """Return the slips at which this motor draws its current, where that is known well enough."""
        line = self._known.line
        slips = None if line is None else line.slips(self.line.rms_a)
        return None if slips is None else SlipRange(*slips, "learned")

    def _read_slots(self, lines: SlotLines, found: Found | None) -> SlipRange | None:
        """Read the slip with the help of a clear pair that is not the supply's wander.

        That is the pair in the rivals' range where it lies beyond the wander, else the strongest that does,
        unless it is a multiple of the first. If they do not help, the first may once its wander is removed.
        """
        highest = self.possible.highest
        near = found[1] if found is not None and found[1].is_clear else None
        pair = near
        if near is None or near.cycles < CYCLES_BEYOND_WANDER:
            pair = self.beyond_wander
            if near is not None and pair is not None and pair.is_multiple_of(near):
                pair = None
        slips = read_slip(lines, pair, highest)
        if slips is not None or found is None or near is None or near is pair:
            return slips
        _, quiet = without_wander(*found, self.current)
        return read_slip(lines, quiet, highest) if quiet is not near and quiet.stands_out else None


def measured_speed_rpm(window: Window) -> float | None:
    """Return the median of the first speed channel, rpm; None if there is none or nothing came of it."""
    for stream in window.streams:
        for i, channel in enumerate(stream.stream.channels):
            if channel.kind is ChannelKind.SPEED and stream.valid.any() and i not in stream.dead:
                return float(np.median(stream.units(i)[stream.valid]))
    return None


def slip_of_speed(
    speed_rpm: float, nameplate: Nameplate, line: Line, length_s: float, source: SourceName
) -> SlipRange | None:
    """Return the range of slips around a speed in rpm, of either sign, in a window of `length_s`.

    None if this motor cannot turn at that speed: the sensor sits on another shaft, or is dead.
    """
    slip = 1 - abs(speed_rpm) * nameplate.pole_pairs / 60 / line.frequency_hz
    margin = _SPEED_MARGIN + _SPEED_MARGIN_CYCLES / (length_s * 2 * line.frequency_hz)
    if not -margin <= slip <= possible_slips(nameplate).highest:
        return None
    return SlipRange(max(0.0, slip - margin), min(slip + margin, MAX_SLIP), source)


def slip_by_current(line: Line, nameplate: Nameplate, circuit: Circuit) -> SlipRange:
    """Return the range that the positive sequence of a current allows. Always an answer, and a wide one.

    At light load the current is nearly all magnetising and hardly depends on the slip; far above the
    rated value its scale is wrong. In both cases the range begins at zero. Under load it tells the slip
    but for the temperature of the rotor, so a driven shaft that turns more slowly is not taken for the
    motor's.
    """
    rated = nameplate.rated_slip
    slip = circuit.slip_at_current(line.rms_a) or 0.0
    in_scale = line.rms_a < MAGNITUDES.overload * nameplate.rated_current_a
    lowest = _CURRENT_MARGIN[0] * slip if slip > _TRUSTED_FROM * rated and in_scale else 0.0
    highest = min(_CURRENT_MARGIN[1] * slip, _OVERLOAD_MARGIN * max(slip, rated))
    highest = min(max(highest, _MIN_HIGHEST * rated), possible_slips(nameplate).highest)
    # By some plates' circuits this current flows only beyond all possible slips.
    return SlipRange(min(lowest, _CURRENT_MARGIN[0] * highest), highest, "current")
