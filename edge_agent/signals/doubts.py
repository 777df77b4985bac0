"""What speaks against the slip at which a pair was measured, and against the bars that it shows.

Beside its sidebands a broken rotor looks sound. Hence every slip, told or found, is doubted by what stands at
the others.
"""

from dataclasses import replace

from edge_agent.diagnose.verdict import Reason, Refusal
from edge_agent.signals.carrier import Baseband
from edge_agent.signals.circuit import Circuit
from edge_agent.signals.pair_search import find_elsewhere, find_standing
from edge_agent.signals.prepared import Current, Vibration
from edge_agent.signals.severity import LEAST_ACROSS, LEAST_LOAD, SOUND_BARS, BarScale, least_cycles
from edge_agent.signals.sidebands import (
    DETECTION_MARGIN_DB,
    LEAST_CYCLES_LIGHT,
    SidebandPair,
    decibels,
)
from edge_agent.signals.slip import SlipFinder, SlipRange, borne_out
from edge_agent.signals.steadiness import check_load_change, current_change
from edge_agent.signals.supply import Line
from edge_agent.signals.supply_phase import without_wander

_UNBALANCED = 0.06
_MOST_IDLE_CHANGE = 0.08
"""Saturated iron changes the idle current two to three times as far as the voltage: that by 3 %."""
_FAR_STRONGER_DB = 6.0
_HOTTEST = 1.2
"""Largest slip of several broken bars in a hot rotor, over the largest that is looked for otherwise."""
_LEAST_CYCLES_BELOW = 5.0
"""Pole-pass cycles in a window from which a pair below the current's slips is no unrest next to the line."""
MOST_IDLE = 1.25
"""Current of an idling motor over that of its circuit, at most: saturated iron takes a quarter more of it at
a tenth more voltage."""
_MOSTLY_ACROSS = 1.0
"""Bars beyond a casting's, per bar that a load swinging at the pair's own slip would pass for."""


MIN_BARS_OF_A_ROTOR = 0.008
"""Equivalent bars, with those that a load's swing would pass for, below which a pair is that of no rotor.

The least of 66 simulated sound ones that the current alone told was 0.0126, without the load's; pairs of pure
lines with little noise showed up to 0.004.
"""


class Doubts:
    """Doubts what was measured of one motor."""

    def __init__(self, circuit: Circuit, bars: BarScale, slips: SlipFinder) -> None:
        self._circuit = circuit
        self._bars = bars
        self._slips = slips

    def of_load(self, slips: SlipRange, pair: SidebandPair, baseband: Baseband, line: Line) -> Refusal | None:
        """Refuse a load that is too low to be told, or changes; one that changes can hide the slip, too."""
        too_low = self._check_load(slips, pair, baseband)
        slip = pair.slip if too_low is None else slips.middle
        change = current_change(baseband, pair)
        changes = check_load_change(change, self._circuit.current_per_slip(slip))
        # The current of a motor that idles changes with its supply, and an unbalanced one with whatever
        # unbalances it, as a short between turns that warms up: then the load that is not told comes first.
        idles = slips.lowest == 0.0 or self._circuit.load_at_slip(slips.middle) < LEAST_LOAD
        unbalanced = line.unbalance is not None and line.unbalance > _UNBALANCED
        load_first = (idles and change < _MOST_IDLE_CHANGE) or unbalanced
        return too_low or changes if load_first else changes or too_low

    def of_told_speed(
        self,
        slips: SlipRange,
        pair: SidebandPair,
        baseband: Baseband,
        line: Line,
        vibration: Vibration | None,
    ) -> Refusal | None:
        """A speed that is not the present one points beside the sidebands, where every rotor looks healthy.

        A configured speed holds at one load only: the current must bear it out, and a far stronger pair
        elsewhere is taken for the bars' own unless vibration hears the shaft at that speed. A measured one
        is doubted only where something stronger begins at the end of its tolerance.
        """
        by_current = self._slips.from_current(line)
        if slips.source == "configured":
            nearest = borne_out(slips, by_current)
            if nearest is not None:
                return Refusal(Reason.LOAD_TOO_LOW, "slip_of_configured_speed", slips.middle, nearest)
        strange = pair.at_edge if pair.stands_out else slips.source == "configured"
        if not strange:
            return None
        heard = None if vibration is None else self._slips.from_vibration(vibration, line, by_current)
        if heard is not None and heard.meets(slips):
            return None
        return self._check_elsewhere(pair, baseband, "pair_off_told_speed_db")

    def of_found_slip(self, slips: SlipRange, current: Current, baseband: Baseband) -> Refusal | None:
        """Slots may be misread, and another shaft heard: at no other slip may a pair show broken bars.

        Lines that a load makes which swings at the slip that was found, as those of a belt, are no such pair.
        Below the least slip that the current tells, bars may look like them: there a pair counts that mostly
        is no swing at its own slip. Where the current alone tells the slip, only that least is in doubt, but
        if the motor may all but idle: then any pair may be foreign, and the bars' own hide in the wander.
        """
        anything, by_current = self._slips.anything(), self._slips.from_current(current.line)
        alone = slips.source == "current"
        over_idle = current.line.rms_a / self._circuit.no_load_current_rms_a
        if alone and over_idle < MOST_IDLE:
            return Refusal(Reason.LOAD_TOO_LOW, "current_over_idle", over_idle, MOST_IDLE)
        if not alone:
            larger = replace(by_current, highest=_HOTTEST * anything.highest)
            broken = self._broken_among(larger, current, baseband, LEAST_CYCLES_LIGHT)
            if broken is not None and self._bars.over_load_swing(broken[0], slips.middle) >= LEAST_ACROSS:
                return broken[1]
        smaller = replace(anything, highest=by_current.lowest)
        broken = self._broken_among(smaller, current, baseband, _LEAST_CYCLES_BELOW)
        if broken is None:
            return None
        pair, refusal = broken
        swing_slip, least = (slips.middle, LEAST_ACROSS) if alone else (pair.slip, _MOSTLY_ACROSS)
        return refusal if self._bars.over_load_swing(pair, swing_slip) >= least else None

    def of_bars(self, slips: SlipRange, pair: SidebandPair) -> Refusal | None:
        """Where the current alone tells the slip, a load may swing along the path of a smaller one."""
        if slips.source != "current" or slips.lowest == 0.0:
            return None
        over = self._bars.over_load_swing(pair, slips.lowest)
        if over >= LEAST_ACROSS:
            return None
        return Refusal(Reason.LOAD_OSCILLATION, "bars_over_load_swing", over, LEAST_ACROSS)

    def _check_load(self, slips: SlipRange, pair: SidebandPair, baseband: Baseband) -> Refusal | None:
        """Without a speed, only a pair that stands out within the slips of this load tells the slip.

        A far stronger one elsewhere may be the one that is meant: then nothing is known.
        """
        if slips.source == "current" and not pair.stands_out:
            above_floor_db = decibels(pair.linear_sum / 2) - decibels(pair.floor)
            return Refusal(Reason.LOAD_TOO_LOW, "pair_above_floor_db", above_floor_db, DETECTION_MARGIN_DB)
        if slips.source == "current":
            measured = self._bars.measure(pair)
            bars = measured.value + measured.load_swing
            if bars < MIN_BARS_OF_A_ROTOR:
                return Refusal(Reason.LOAD_TOO_LOW, "bars_of_a_rotor", bars, MIN_BARS_OF_A_ROTOR)
        load = self._circuit.load_at_slip(pair.slip)
        if load < LEAST_LOAD:
            return Refusal(Reason.LOAD_TOO_LOW, "load", load, LEAST_LOAD)
        if pair.cycles < least_cycles(load):
            return Refusal(Reason.LOAD_TOO_LOW, "pole_pass_cycles", pair.cycles, least_cycles(load))
        if slips.source != "current":
            return None
        if slips.lowest == 0.0 or pair.at_edge:
            return Refusal(Reason.LOAD_TOO_LOW, "slip_of_pair", pair.slip, slips.highest)
        return self._check_elsewhere(pair, baseband, "stronger_pair_db")

    def _check_elsewhere(self, pair: SidebandPair, baseband: Baseband, quantity: str) -> Refusal | None:
        """Refuse with this quantity where a far stronger pair stands at another slip."""
        elsewhere = find_elsewhere(baseband, self._slips.anything(), self._circuit)
        if elsewhere is None:
            return None
        stronger_db = decibels(elsewhere.linear_sum) - decibels(pair.linear_sum)
        if stronger_db < _FAR_STRONGER_DB:
            return None
        return Refusal(Reason.LOAD_TOO_LOW, quantity, stronger_db, _FAR_STRONGER_DB)

    def _broken_among(
        self, others: SlipRange, current: Current, baseband: Baseband, cycles: float
    ) -> tuple[SidebandPair, Refusal] | None:
        """Give the strongest pair at other slips, from so many cycles on, if it shows more than a casting.

        And the refusal that it is worth where no load makes it.
        """
        found = find_standing(baseband, others, self._circuit, cycles)
        if found is None:
            return None
        _, quiet = without_wander(*found, current, baseband)
        bars = self._bars.measure(quiet)
        if bars.interval[0] < SOUND_BARS:
            return None
        return quiet, Refusal(Reason.LOAD_TOO_LOW, "bars_at_another_slip", bars.value, SOUND_BARS)
