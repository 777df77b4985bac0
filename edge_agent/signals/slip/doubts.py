"""What speaks against the slip at which a pair was measured, and against the bars that it shows.

Beside its sidebands a broken rotor looks sound. Hence every slip, told or found, is doubted by what stands at
the others.
"""

from dataclasses import replace

from edge_agent.circuit import Circuit
from edge_agent.limits import BARS, SIDEBANDS, SLIP
from edge_agent.refusals import of_bars
from edge_agent.refusals.rule import Rule
from edge_agent.signals.checks.steadiness import check_load_change, current_change
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.prepared import Current, Vibration
from edge_agent.signals.sidebands.fit import SidebandPair, decibels
from edge_agent.signals.sidebands.severity import BarScale, least_cycles
from edge_agent.signals.sidebands.supply_phase import without_wander
from edge_agent.signals.slip.finder import SlipFinder, SlipRange, borne_out
from edge_agent.signals.slip.pair_search import find_elsewhere, find_standing
from edge_agent.signals.supply import Line
from edge_agent.verdict import Refusal

_UNBALANCED = 0.06
"""Negative over positive sequence from which a supply counts as unbalanced: one percent of voltage
unbalance makes several of current (NEMA MG 1)."""
_MAX_IDLE_CHANGE = 0.08
"""Saturated iron changes the idle current two to three times as far as the voltage: that by 3 %."""
_HOTTEST = 1.2
"""Largest slip of several broken bars in a hot rotor, over the largest that is looked for otherwise."""


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
        idles = slips.lowest == 0.0 or self._circuit.load_at_slip(slips.middle) < SIDEBANDS.min_load
        unbalanced = line.unbalance is not None and line.unbalance > _UNBALANCED
        load_first = (idles and change < _MAX_IDLE_CHANGE) or unbalanced
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
                return of_bars.CONFIGURED_SPEED.refuse(slips.middle, nearest)
        strange = pair.at_edge if pair.stands_out else slips.source == "configured"
        if not strange:
            return None
        heard = None if vibration is None else self._slips.from_vibration(vibration, line, by_current)
        if heard is not None and heard.meets(slips):
            return None
        return self._check_elsewhere(pair, baseband, of_bars.PAIR_OFF_SPEED)

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
        if alone and over_idle < SLIP.max_over_idle:
            return of_bars.CURRENT_NEAR_IDLE.refuse(over_idle)
        if not alone:
            larger = replace(by_current, highest=_HOTTEST * anything.highest)
            broken = self._broken_among(larger, current, baseband, SIDEBANDS.min_cycles_light)
            if broken is not None and self._bars.over_load_swing(broken[0], slips.middle) >= BARS.min_across:
                return broken[1]
        smaller = replace(anything, highest=by_current.lowest)
        broken = self._broken_among(smaller, current, baseband, SLIP.min_cycles_below)
        if broken is None:
            return None
        pair, refusal = broken
        swing_slip, least = (
            (slips.middle, BARS.min_across) if alone else (pair.slip, SLIP.min_across_own_slip)
        )
        return refusal if self._bars.over_load_swing(pair, swing_slip) >= least else None

    def of_bars(self, slips: SlipRange, pair: SidebandPair) -> Refusal | None:
        """Where the current alone tells the slip, a load may swing along the path of a smaller one."""
        if slips.source != "current" or slips.lowest == 0.0:
            return None
        over = self._bars.over_load_swing(pair, slips.lowest)
        if over >= BARS.min_across:
            return None
        return of_bars.LIKE_OSCILLATION.refuse(over)

    def _check_load(self, slips: SlipRange, pair: SidebandPair, baseband: Baseband) -> Refusal | None:
        """Without a speed, only a pair that stands out within the slips of this load tells the slip.

        A far stronger one elsewhere may be the one that is meant: then nothing is known.
        """
        if slips.source == "current" and not pair.stands_out:
            above_floor_db = decibels(pair.linear_sum / 2) - decibels(pair.floor)
            return of_bars.NO_PAIR.refuse(above_floor_db)
        if slips.source == "current":
            measured = self._bars.measure(pair)
            bars = measured.value + measured.load_swing
            if bars < SLIP.min_bars_of_rotor:
                return of_bars.NO_ROTOR.refuse(bars)
        load = self._circuit.load_at_slip(pair.slip)
        if load < SIDEBANDS.min_load:
            return of_bars.LOAD_IS_FRICTION.refuse(load)
        if pair.cycles < least_cycles(load):
            return of_bars.TOO_FEW_CYCLES.refuse(pair.cycles, least_cycles(load))
        if slips.source != "current":
            return None
        if slips.lowest == 0.0 or pair.at_edge:
            return of_bars.STRANGE_PAIR.refuse(pair.slip, slips.highest)
        return self._check_elsewhere(pair, baseband, of_bars.STRONGER_PAIR)

    def _check_elsewhere(self, pair: SidebandPair, baseband: Baseband, rule: Rule) -> Refusal | None:
        """Refuse by this rule where a far stronger pair stands at another slip."""
        elsewhere = find_elsewhere(baseband, self._slips.anything(), self._circuit)
        if elsewhere is None:
            return None
        stronger_db = decibels(elsewhere.linear_sum) - decibels(pair.linear_sum)
        if stronger_db < SLIP.far_stronger_db:
            return None
        return rule.refuse(stronger_db)

    def _broken_among(
        self, others: SlipRange, current: Current, baseband: Baseband, cycles: float
    ) -> tuple[SidebandPair, Refusal] | None:
        """Return the strongest pair at other slips, from so many cycles on, if it shows more than a casting.

        And the refusal that it is worth where no load makes it.
        """
        found = find_standing(baseband, others, self._circuit, cycles)
        if found is None:
            return None
        _, quiet = without_wander(*found, current, baseband)
        bars = self._bars.measure(quiet)
        if bars.interval[0] < BARS.sound:
            return None
        return quiet, of_bars.BARS_AT_ANOTHER_SLIP.refuse(bars.value)
