"""What speaks against a slip, and so against what was measured at it.

At a wrong slip a broken rotor looks sound: its sidebands lie elsewhere. Hence every slip, stated or
estimated, is doubted by what lies at the others.
"""

from dataclasses import dataclass, replace

from edge_agent.circuit import Circuit
from edge_agent.limits import BARS, SIDEBANDS, SLIP, SUPPLY
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars
from edge_agent.refusals.rule import Rule
from edge_agent.signals.checks.steadiness import check_load_change, current_change
from edge_agent.signals.dsp.tones import decibels
from edge_agent.signals.sidebands.equivalent_bars import BarScale, least_cycles
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.measure import Sidebands, measure_sidebands
from edge_agent.signals.slip.pair_search import find_beyond_wander, find_clear_pair
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.signals.slip.sources import RmsCurrent, ShaftVibration, nearest_allowed
from edge_agent.signals.slip.view import MotorView
from edge_agent.signals.supply import Line, check_even_harmonics
from edge_agent.verdict import Refusal

_UNBALANCED = 0.06
"""Negative over positive sequence from which a supply counts as unbalanced: one percent of voltage
unbalance makes several of current (NEMA MG 1)."""
_MAX_IDLE_CHANGE = 0.08
"""Saturated iron changes the idle current two to three times as far as the voltage: that by 3 %."""
_HOTTEST = 1.2
"""Largest slip of several broken bars in a hot rotor, over the largest possible one otherwise."""


@dataclass(frozen=True, slots=True)
class SlipDoubts:
    """What speaks against an estimated slip; None if nothing does."""

    refusal: Refusal | None = None
    """Why the window gives no answer at all."""
    if_sound: Refusal | None = None
    """Why this slip may not be the present one, so that no rotor can be called healthy."""
    if_broken: Refusal | None = None
    """Why an oscillating load may have made the pair, so that no rotor can be called broken."""


class Doubts:
    """Doubts the slip of one motor and the pair of sidebands at it."""

    def __init__(
        self,
        nameplate: Nameplate,
        circuit: Circuit,
        bars: BarScale,
        vibration: ShaftVibration,
        current: RmsCurrent,
    ) -> None:
        self._nameplate = nameplate
        self._circuit = circuit
        self._bars = bars
        self._vibration = vibration
        self._current = current

    def of_missing_pair(self, slips: SlipRange, view: MotorView) -> Refusal:
        """Return why a window that is too short for a pair gives no answer."""
        load = self._circuit.load_at_slip(slips.middle)
        cycles = 2 * slips.middle * view.line.frequency_hz * view.baseband.length_s
        too_few = of_bars.TOO_FEW_CYCLES.refuse(cycles, least_cycles(load))
        return no_motor(slips, None, view.line) or too_few

    def of(self, slips: SlipRange, sidebands: Sidebands, view: MotorView) -> SlipDoubts:
        """Return what speaks against a slip at which `sidebands` were measured."""
        # The raw pair was found at this slip; only the bars are those without wander.
        refusal = no_motor(slips, sidebands.raw, view.line) or self._of_load(slips, sidebands.raw, view)
        if_sound = None
        if slips.stated:
            if_sound = None if refusal else self._of_stated_speed(slips, sidebands.raw, view)
        elif sidebands.bars.interval[0] < BARS.sound:
            if_sound = self._of_estimated_slip(slips, view)
        return SlipDoubts(refusal, if_sound, self._of_bars(slips, sidebands.pair))

    def _of_load(self, slips: SlipRange, pair: SidebandPair, view: MotorView) -> Refusal | None:
        """Refuse a load that is too low or changes; one that changes can also hide the slip."""
        too_low = self._check_load(slips, pair, view)
        slip = pair.slip if too_low is None else slips.middle
        change = current_change(view.baseband, pair.pole_pass_hz)
        changes = check_load_change(change, self._circuit.current_per_slip(slip))
        # The current of an idling motor changes with its supply, and an unbalanced one with whatever
        # unbalances it, such as a winding short that warms up. There the change says nothing of the load.
        idles = slips.lowest == 0.0 or self._circuit.load_at_slip(slips.middle) < SIDEBANDS.min_load
        unbalance = view.line.unbalance
        unbalanced = unbalance is not None and unbalance > _UNBALANCED
        load_first = (idles and change < _MAX_IDLE_CHANGE) or unbalanced
        return too_low or changes if load_first else changes or too_low

    def _check_load(self, slips: SlipRange, pair: SidebandPair, view: MotorView) -> Refusal | None:
        """Refuse a load that is too low, or whose slip only a doubtful pair tells.

        Where the current alone bounds the slip, it takes a pair that stands out within the range, and none
        far stronger elsewhere.
        """
        if slips.source == "current" and not pair.stands_out:
            return of_bars.NO_PAIR.refuse(_above_floor_db(pair))
        if slips.source == "current":
            measured = self._bars.measure(pair)
            bars = measured.value + measured.oscillation
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
        return self._check_elsewhere(pair, view, of_bars.STRONGER_PAIR)

    def _of_stated_speed(self, slips: SlipRange, pair: SidebandPair, view: MotorView) -> Refusal | None:
        """Doubt a stated speed: at a wrong one every rotor looks healthy.

        A configured speed holds at one load only. So the current must allow it, and a far stronger pair
        elsewhere is taken for the bars' own, unless the vibration shows the shaft at that speed. A measured
        one is doubted only where a pair that stands out lies at the very end of its tolerance.
        """
        by_current = self._current.bound(view.line)
        if slips.source == "configured":
            nearest = nearest_allowed(slips, by_current)
            if nearest is not None:
                return of_bars.CONFIGURED_SPEED.refuse(slips.middle, nearest)
        strange = pair.at_edge if pair.stands_out else slips.source == "configured"
        if not strange:
            return None
        by_vibration = view.ask(self._vibration)
        if by_vibration is not None and by_vibration.overlaps(slips):
            return None
        return self._check_elsewhere(pair, view, of_bars.PAIR_OFF_SPEED)

    def _of_estimated_slip(self, slips: SlipRange, view: MotorView) -> Refusal | None:
        """Doubt an estimated slip: slots may be misread, and the shaft detected may be another one.

        So at no other slip may a pair show broken bars. These are told from an oscillating load by the part
        of the pair that no oscillation of the speed can make, above the current's range and below it.

        Where the current alone tells the slip, only its lower bound is in doubt, unless the motor may be
        almost idling. Then any pair may be foreign, and that of the bars may be hidden by the wander.
        """
        possible, by_current = possible_slips(self._nameplate), self._current.bound(view.line)
        alone = slips.source == "current"
        over_idle = view.line.rms_a / self._circuit.no_load_current_rms_a
        if alone and over_idle < SLIP.max_over_idle:
            return of_bars.CURRENT_NEAR_IDLE.refuse(over_idle)
        if not alone:
            larger = replace(by_current, highest=_HOTTEST * possible.highest)
            broken = self._broken_within(larger, view, SIDEBANDS.min_cycles_light)
            if broken is not None:
                over = self._bars.over_oscillation(broken.pair, slips.middle)
                if over >= BARS.min_across:
                    return of_bars.BARS_AT_ANOTHER_SLIP.refuse(broken.bars.value)
        smaller = replace(possible, highest=by_current.lowest)
        broken = self._broken_within(smaller, view, SLIP.min_cycles_below)
        if broken is None:
            return None
        # A load that oscillates does so at the slip of the motor. If something other than the current told
        # it, that may be another shaft's, and bars at light load look like an oscillation seen from there.
        slip, least = (
            (slips.middle, BARS.min_across) if alone else (broken.pair.slip, SLIP.min_across_own_slip)
        )
        if self._bars.over_oscillation(broken.pair, slip) < least:
            return None
        return of_bars.BARS_AT_ANOTHER_SLIP.refuse(broken.bars.value)

    def _of_bars(self, slips: SlipRange, pair: SidebandPair) -> Refusal | None:
        """Doubt bars at a slip that the current alone tells: an oscillating load may look like them.

        If the motor really runs at the lower bound of the range, it does so along another direction.
        """
        if slips.source != "current" or slips.lowest == 0.0:
            return None
        over = self._bars.over_oscillation(pair, slips.lowest)
        return None if over >= BARS.min_across else of_bars.LIKE_OSCILLATION.refuse(over)

    def _check_elsewhere(self, pair: SidebandPair, view: MotorView, rule: Rule) -> Refusal | None:
        """Refuse by `rule` where a far stronger pair lies at another slip."""
        elsewhere = find_beyond_wander(view.baseband, possible_slips(self._nameplate), self._circuit)
        if elsewhere is None:
            return None
        stronger_db = decibels(elsewhere.linear_sum) - decibels(pair.linear_sum)
        return None if stronger_db < SLIP.far_stronger_db else rule.refuse(stronger_db)

    def _broken_within(self, others: SlipRange, view: MotorView, least_cycles: float) -> Sidebands | None:
        """Return the strongest clear pair at other slips, if it means more bars than a sound casting."""
        found = find_clear_pair(view.baseband, others, self._circuit, least_cycles)
        if found is None:
            return None
        sidebands = measure_sidebands(*found, view.current, view.baseband, self._bars)
        return sidebands if sidebands.bars.interval[0] >= BARS.sound else None


def no_motor(slips: SlipRange, pair: SidebandPair | None, line: Line) -> Refusal | None:
    """Refuse strong even harmonics where nothing shows that a rotor turns: no shaft, slot or sideband."""
    if slips.source != "current":
        return None
    if pair is not None and _above_floor_db(pair) > SUPPLY.min_pair_of_motor_db:
        return None
    return check_even_harmonics(line, SUPPLY.strong_second_harmonic_dbc)


def _above_floor_db(pair: SidebandPair) -> float:
    return decibels(pair.linear_sum / 2) - decibels(pair.floor)
