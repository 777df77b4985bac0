"""What speaks against a slip, and so against what was measured at it.

The current may be one that this motor never draws at this slip. And at a wrong slip a broken rotor looks
sound: its sidebands lie elsewhere. Hence every slip, stated or estimated, is doubted by what lies at the
others.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from edge_agent.limits import BARS, MAGNITUDES, SIDEBANDS, SLIP, SUPPLY
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars, of_samples
from edge_agent.refusals.rule import Rule
from edge_agent.signals.checks.steadiness import check_load_change, current_change
from edge_agent.signals.dsp.tones import decibels
from edge_agent.signals.prepared import Line, check_even_harmonics
from edge_agent.signals.sidebands.equivalent_bars import least_cycles
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.measure import Sidebands, measure_sidebands
from edge_agent.signals.slip.range import CURRENT_ERROR, MAX_RUNNING_SLIP, SlipRange, find_clear_pair
from edge_agent.signals.slip.view import MotorView
from edge_agent.verdict import Refusal

_BOOSTED = (0.5, 3.0)
"""Share of the rated frequency below which a drive may raise the flux, and the factor there; judgement."""
_MAX_SLIP_RATIO = 1.5
"""Slip over the rated one up to which a small current means a wrong scale: a motor that slips farther runs at
a reduced voltage, which lowers the current and raises the slip."""
_MIN_OVER_RATED = 1.25
"""Current over the rated one from which it may be too large for a slip: below, the shaft that was detected
may be another one."""
_MAX_OVER_IDLE = 0.85
"""Current over that of the idling motor up to which it may be too small for a slip: 0.89 was the least of 330
simulated motors with voltages 10 % off."""
_UNBALANCED = 0.06
"""Negative over positive sequence from which a supply counts as unbalanced: one percent of voltage
unbalance makes several of current (NEMA MG 1)."""
_MAX_IDLE_CHANGE = 0.08
"""Saturated iron changes the idle current two to three times as far as the voltage: that by 3 %."""
_HOTTEST = 1.2
"""Largest slip of several broken bars in a hot rotor, over the largest possible one otherwise."""

_APART_CYCLES = 3.0
"""Cycles of the window by which a pair must lie below the shaft's lines: the main lobe of the Hann taper
reaches to two (Harris 1978)."""
_HALVED = (1.8, 2.2)
"""A slip over its half, with a tenth of room for the pair's peak. Judgement."""


def check_current(view: MotorView, names: Sequence[str]) -> Refusal | None:
    """Return why the current cannot be that of this motor at its slip; None if it can.

    A slip from the current itself proves nothing here, and a configured speed need not be the present one.
    Then the vibration is searched again, at all possible slips: a current in a wrong scale has pointed to the
    wrong ones. A current above the rated one is an overload, unless another source of the slip shows that its
    scale is wrong. `names` are those of its channels.
    """
    slips, rms_a = view.slips, view.line.rms_a
    over_idle, over_rated = rms_a / view.circuit.no_load_current_rms_a, rms_a / view.nameplate.rated_current_a
    if over_idle > _MAX_OVER_IDLE and over_rated < _MIN_OVER_RATED:
        return None
    independent: SlipRange | None = slips
    if slips.source in ("current", "configured"):
        independent = view.shaft_within(view.possible)
    refusal = None if independent is None else _contradiction(view, independent, names)
    if refusal is None and (slips.source == "current" or _contradiction(view, slips, names)):
        return overload(view.line, view.nameplate, names)
    return refusal


def overload(line: Line, nameplate: Nameplate, names: Sequence[str]) -> Refusal | None:
    """Return the refusal of a current so far above the rated one that it tells no slip; None below.

    `names` are those of its channels.
    """
    over_rated = line.rms_a / nameplate.rated_current_a
    if over_rated < MAGNITUDES.overload:
        return None
    return of_samples.OVERLOADED.refuse(over_rated, channel=", ".join(names))


def _contradiction(view: MotorView, slips: SlipRange, names: Sequence[str]) -> Refusal | None:
    # The slip frequency and the flux determine the current, whatever the frequency of a drive.
    line, nameplate = view.line, view.nameplate
    share = line.frequency_hz / nameplate.line_frequency_hz
    slip = slips.middle * share
    factor = line.rms_a / view.circuit.current_rms_a(slip)
    lowest, highest = MAGNITUDES.min_over_slip, MAGNITUDES.max_over_slip
    if nameplate.supply == "vfd":
        lowest *= min(share, 1.0)  # drives lower the flux of a fan's motor with its speed
        highest = highest if share > _BOOSTED[0] else _BOOSTED[1]
    may_be_small = line.rms_a < _MAX_OVER_IDLE * view.circuit.no_load_current_rms_a
    if slip > _MAX_SLIP_RATIO * nameplate.rated_slip or not may_be_small:
        lowest = 0.0
    if line.rms_a / nameplate.rated_current_a < _MIN_OVER_RATED:
        highest = math.inf
    if lowest <= factor <= highest:
        return None
    limit = lowest if factor < lowest else highest
    return of_samples.CURRENT_OFF_SLIP.refuse(factor, limit, ", ".join(names))


def missing_pair(view: MotorView) -> Refusal:
    """Return why a window that is too short for a pair gives no answer."""
    slip = view.slips.middle
    cycles = 2 * slip * view.line.frequency_hz * view.baseband.length_s
    too_few = of_bars.TOO_FEW_CYCLES.refuse(cycles, least_cycles(view.circuit.load_at_slip(slip)))
    return no_motor(view.slips, None, view.line) or too_few


def check_slip(view: MotorView, pair: SidebandPair) -> Refusal | None:
    """Return why a window gives no answer at its slip: no motor, or a load that is too low or changes.

    A load that changes can also hide the slip. `pair` is the one by which the slip was found.
    """
    slips = view.slips
    if refusal := no_motor(slips, pair, view.line):
        return refusal
    too_low = _check_load(view, pair)
    slip = pair.slip if too_low is None else slips.middle
    change = current_change(view.baseband, pair.pole_pass_hz)
    changes = check_load_change(change, view.circuit.current_per_slip(slip))
    # The current of an idling motor changes with its supply, and an unbalanced one with whatever
    # unbalances it, such as a winding short that warms up. There the change says nothing of the load.
    idles = slips.lowest == 0.0 or view.circuit.load_at_slip(slips.middle) < SIDEBANDS.min_load
    unbalance = view.line.unbalance
    unbalanced = unbalance is not None and unbalance > _UNBALANCED
    load_first = (idles and change < _MAX_IDLE_CHANGE) or unbalanced
    return too_low or changes if load_first else changes or too_low


def _check_load(view: MotorView, pair: SidebandPair) -> Refusal | None:
    """Refuse a load that is too low, or whose slip only a doubtful pair tells.

    Where the current alone bounds the slip, it takes a pair that stands out within the range, and none
    far stronger elsewhere.
    """
    slips = view.slips
    if slips.source == "current":
        if not pair.stands_out:
            return of_bars.NO_PAIR.refuse(_above_floor_db(pair))
        measured = view.bars.measure(pair)
        bars = measured.value + measured.oscillation
        if bars < SLIP.min_bars_of_rotor:
            return of_bars.NO_ROTOR.refuse(bars)
    load = view.circuit.load_at_slip(pair.slip)
    if load < SIDEBANDS.min_load:
        return of_bars.LOAD_IS_FRICTION.refuse(load)
    if pair.cycles < least_cycles(load):
        return of_bars.TOO_FEW_CYCLES.refuse(pair.cycles, least_cycles(load))
    if slips.source != "current":
        return None
    if slips.lowest == 0.0 or pair.at_edge:
        return of_bars.STRANGE_PAIR.refuse(pair.slip, slips.highest)
    return _check_elsewhere(view, pair, of_bars.STRONGER_PAIR)


def doubt_slip(view: MotorView, sidebands: Sidebands) -> Refusal | None:
    """Return why the slip may not be the present one, so that no rotor can be called healthy."""
    if view.slips.stated:
        # The raw pair was found at this slip; only the bars are those without wander.
        return _doubt_stated_speed(view, sidebands.raw)
    if sidebands.bars.interval[0] >= BARS.sound:
        return None
    return _doubt_learned_slip(view, sidebands) or _doubt_air_gap(view) or _doubt_estimated_slip(view)


def _doubt_stated_speed(view: MotorView, pair: SidebandPair) -> Refusal | None:
    """Doubt a stated speed: at a wrong one every rotor looks healthy.

    A configured speed holds at one load only. So the current must allow it, and a far stronger pair
    elsewhere is taken for the bars' own, unless the vibration shows the shaft at that speed. A measured
    one is doubted only where a pair that stands out lies at the very end of its tolerance.
    """
    slips = view.slips
    if slips.source == "configured":
        nearest = nearest_allowed(slips, view.by_current)
        if nearest is not None:
            return of_bars.CONFIGURED_SPEED.refuse(slips.middle, nearest)
    strange = pair.at_edge if pair.stands_out else slips.source == "configured"
    if not strange:
        return None
    if view.by_vibration is not None and view.by_vibration.overlaps(slips):
        return None
    return _check_elsewhere(view, pair, of_bars.PAIR_OFF_SPEED)


def _doubt_learned_slip(view: MotorView, sidebands: Sidebands) -> Refusal | None:
    """Doubt learned slips that reach so far that bars may hide among them.

    The strongest pair of all was measured. At the lowest slip the same sidebands would be more bars, about in
    proportion.
    """
    slips = view.slips
    if slips.source != "learned":
        return None
    at_most = max(sidebands.bars.interval[1], sidebands.bars.limit) * slips.highest / slips.lowest
    return None if at_most < BARS.broken else of_bars.WITHIN_LEARNED_SLIPS.refuse(at_most)


def _doubt_air_gap(view: MotorView) -> Refusal | None:
    """Doubt the air gap of a two-pole motor near the idle current, or with a pair of bars at its half slip.

    Its lines lie a hertz from the offset and the second harmonic, whose wander may look like them where the
    current tells no slip. Bars modulate both as well: sidebands at 2sf and 2f - 2sf lie where f - f_r and
    f + f_r would lie at a slip of 2s.
    """
    slips = view.slips
    if slips.source != "eccentricity" or view.nameplate.pole_pairs != 1:
        return None
    if view.over_idle < SLIP.max_over_idle:
        return of_bars.AIR_GAP_NEAR_IDLE.refuse(view.over_idle)
    found = view.pair_in(SlipRange(slips.lowest / _HALVED[1], slips.highest / _HALVED[0], "eccentricity"))
    if found is None or not view.looks_broken(found[1]):
        return None
    return of_bars.BARS_AT_ANOTHER_SLIP.refuse(view.bars.measure(found[1]).value)


def _doubt_estimated_slip(view: MotorView) -> Refusal | None:
    """Doubt an estimated slip: slots may be misread, and the shaft detected may be another one.

    So at no other slip may a pair show broken bars. These are told from an oscillating load by the part
    of the pair that no oscillation of the speed can make, above the current's range and below it.

    Where the current alone tells the slip, only its lower bound and the plate are in doubt, unless the motor
    may be almost idling. Then any pair may be foreign, and that of the bars may be hidden by the wander.
    """
    slips, alone = view.slips, view.slips.source == "current"
    if alone and view.over_idle < SLIP.max_over_idle:
        return of_bars.CURRENT_NEAR_IDLE.refuse(view.over_idle)
    for others in (beyond_plate(view, view.by_current.highest),) if alone else _from_current_up(view):
        if refusal := doubt_by_bars(view, others):
            return refusal
    smaller = replace(view.possible, highest=view.by_current.lowest)
    broken = _broken_within(view, smaller, SLIP.min_cycles_below)
    if broken is None:
        return None
    # A load that oscillates does so at the slip of the motor. If something other than the current told
    # it, that may be another shaft's, and bars at light load look like an oscillation seen from there.
    slip, least = (slips.middle, BARS.min_across) if alone else (broken.pair.slip, SLIP.min_across_own_slip)
    if view.bars.over_oscillation(broken.pair, slip) < least:
        return None
    return of_bars.BARS_AT_ANOTHER_SLIP.refuse(broken.bars.value)


def _from_current_up(view: MotorView) -> Iterator[SlipRange]:
    """Yield the slips from the least that the current allows up to the largest of a hot rotor, and beyond.

    A current that allows them all down to zero is searched by itself, too: the supply's wander beside the
    line is stronger than a pair within, and the direction of an oscillation there is another one.
    """
    highest = min(_HOTTEST * view.possible.highest, _below_shaft(view))
    if view.by_current.lowest == 0.0:
        yield view.by_current
    yield replace(view.by_current, highest=highest)
    yield beyond_plate(view, highest)


def beyond_plate(view: MotorView, lowest: float) -> SlipRange:
    """Return the slips above those that follow from the plate, which may state too high a rated speed."""
    return SlipRange(lowest, min(MAX_RUNNING_SLIP, _below_shaft(view)), "current")


def doubt_by_bars(view: MotorView, others: SlipRange) -> Refusal | None:
    """Doubt the slip if a pair at others, if any, looks like broken bars and like no oscillating speed."""
    if others.lowest >= others.highest:
        return None
    broken = _broken_within(view, others, SIDEBANDS.min_cycles_light)
    if broken is None or view.bars.over_oscillation(broken.pair, view.slips.middle) < BARS.min_across:
        return None
    return of_bars.BARS_AT_ANOTHER_SLIP.refuse(broken.bars.value)


def _below_shaft(view: MotorView) -> float:
    """Return the largest slip whose pair lies apart from the shaft's own lines at f ± f_r."""
    least_shaft = (1 - view.slips.highest) / view.nameplate.pole_pairs
    apart = _APART_CYCLES / view.baseband.length_s / view.line.frequency_hz
    return (least_shaft - apart) / 2


def _check_elsewhere(view: MotorView, pair: SidebandPair, rule: Rule) -> Refusal | None:
    """Refuse by `rule` where a far stronger pair lies at another slip."""
    if view.beyond_wander is None:
        return None
    stronger_db = decibels(view.beyond_wander.linear_sum) - decibels(pair.linear_sum)
    return None if stronger_db < SLIP.far_stronger_db else rule.refuse(stronger_db)


def _broken_within(view: MotorView, others: SlipRange, least_cycles: float) -> Sidebands | None:
    """Return the strongest clear pair at other slips, if it means more bars than a sound casting."""
    found = find_clear_pair(view.baseband, others, view.circuit, least_cycles)
    if found is None:
        return None
    sidebands = measure_sidebands(*found, view.current, view.bars)
    return sidebands if sidebands.bars.interval[0] >= BARS.sound else None


def doubt_count(view: MotorView, sidebands: Sidebands) -> Refusal | None:
    """Doubt a small number of bars: of a cage of many, and where the current is larger than at this slip.

    A high voltage drives more current, most of it magnetising where the iron saturates. The same sidebands
    are a smaller share of it then.
    """
    line = view.line
    slip = sidebands.pair.slip * line.frequency_hz / view.nameplate.line_frequency_hz
    larger = max(1.0, line.rms_a / view.circuit.current_rms_a(slip))
    at_most = larger * sidebands.bars.at_most
    return None if at_most < BARS.broken else of_bars.MAY_LOOK_FEWER.refuse(at_most)


def doubt_bars(view: MotorView, pair: SidebandPair) -> Refusal | None:
    """Doubt bars at slips of which only a range is known: an oscillating load may look like them.

    If the motor really runs at the lower bound of the range, it does so along another direction.
    """
    slips = view.slips
    if slips.source not in ("current", "learned") or slips.lowest == 0.0:
        return None
    over = view.bars.over_oscillation(pair, slips.lowest)
    return None if over >= BARS.min_across else of_bars.LIKE_OSCILLATION.refuse(over)


def nearest_allowed(stated: SlipRange, by_current: SlipRange) -> float | None:
    """Return the slip nearest to a stated one that the current allows; None if it allows the stated one.

    Under load the current bounds the slip from below only: a weak supply or a hot rotor slips farther.
    """
    lowest = by_current.lowest / CURRENT_ERROR
    highest = by_current.highest * CURRENT_ERROR if by_current.lowest == 0.0 else math.inf
    return None if lowest <= stated.middle <= highest else min(max(stated.middle, lowest), highest)


def no_motor(slips: SlipRange, pair: SidebandPair | None, line: Line) -> Refusal | None:
    """Refuse strong even harmonics where nothing shows that a rotor turns: no shaft, slot or sideband."""
    if slips.source != "current":
        return None
    if pair is not None and _above_floor_db(pair) > SUPPLY.min_pair_of_motor_db:
        return None
    return check_even_harmonics(line, SUPPLY.strong_second_harmonic_dbc)


def _above_floor_db(pair: SidebandPair) -> float:
    return decibels(pair.linear_sum / 2) - decibels(pair.floor)
