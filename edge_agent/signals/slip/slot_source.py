"""The slip from the rotor's slot harmonics; the pair of sidebands tells a slot line from its side lines."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.circuit import Circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.sidebands.supply_phase import without_wander
from edge_agent.signals.slip.pair_search import (
    CYCLES_BEYOND_WANDER,
    Found,
    clear_pair,
    find_beyond_wander,
)
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.signals.slip.sources import CURRENT_ERROR, RmsCurrent, ShaftVibration
from edge_agent.signals.slip.view import MotorView

_SLOT_STEPS = 4
"""Steps of the search per resolution cell: a line loses under 0.3 dB between two of them."""
_MIN_SLIPS = 20
"""Fewer candidates give no meaningful lead over the others. Judgement."""
_MIN_LEAD_DB = 8.0
"""Lead of a slot line over every other slip, dB, summed over the lines. Judgement, held by the rotor sets
of tests/bench/bench_evidence.py."""
_SAME_LINE_BINS = 1.5
"""Candidates this near, in cells of resolution, show the same line: the main lobe's half width."""
_MIN_SHARE = 0.5
"""Share of the strongest line's level that its mirror image, or a slot line between both, has at least."""
_APART_BINS = 3.0
"""Candidates this far apart, in cells of resolution, show different lines: the whole main lobe."""
_SAME_SHAFT = 1.5
"""Slots and vibration mean one shaft within this many widths of the vibration's range. Judgement, held by
the rotor sets of tests/bench/bench_evidence.py."""
_SAME_CYCLES = 0.4
"""A slip by slots is that of a pair within this many cycles of the window: under half a bin."""
_SIDE_LINES = np.arange(-3, 4)
"""Side lines of a slot line that bars make as they modulate the speed: up to the third on both sides.
Judgement."""


class SlotHarmonics:
    """The slot lines in current and vibration, at N_b f_r ± f and so on: the sharpest estimate there is.

    It comes before vibration and current, and yet listens to them. The pair in their range helps to read the
    lines, and where they contradict, either the configured number of bars is wrong or they are.
    """

    def __init__(
        self, nameplate: Nameplate, circuit: Circuit, vibration: ShaftVibration, current: RmsCurrent
    ) -> None:
        self._nameplate = nameplate
        self._circuit = circuit
        self._vibration = vibration
        self._rivals = (vibration, current)

    def estimate(self, view: MotorView) -> SlipRange | None:
        """Return the slip by the slots; None if it is not readable or the rivals win.

        Where slots and rivals contradict and neither has support, all possible slips: nothing is known.
        """
        if view.slot_lines is None:
            return None
        rival = view.first_answer(self._rivals)
        found = view.pair_in(rival)
        by_slots = self._read(view.slot_lines, found, view)
        if by_slots is None or not contradicts(by_slots, rival):
            return by_slots
        if view.vibration is not None and self._vibration.shows(view.vibration, view.line, by_slots):
            return by_slots
        return None if clear_pair(found) is not None else possible_slips(self._nameplate)

    def _read(self, lines: SlotLines, found: Found | None, view: MotorView) -> SlipRange | None:
        """Read the slip with the help of a clear pair that is not the supply's wander.

        That is the pair in the rivals' range where it lies beyond the wander, else the strongest that does,
        unless it is a multiple of the first. If they do not help, the first may once its wander is removed.
        """
        beyond = pair = clear_pair(found)
        if pair is None or pair.cycles < CYCLES_BEYOND_WANDER:
            strongest = find_beyond_wander(view.baseband, possible_slips(self._nameplate), self._circuit)
            multiple = pair is not None and strongest is not None and strongest.is_multiple_of(pair)
            beyond = None if multiple else strongest
        slips = self.read(lines, beyond)
        if slips is not None or found is None or pair is None or pair is beyond:
            return slips
        _, quiet = without_wander(*found, view.current, view.baseband)
        return self.read(lines, quiet) if quiet is not pair and quiet.stands_out else None

    def read(self, lines: SlotLines, pair: SidebandPair | None) -> SlipRange | None:
        """Read the slip from slot lines; None if no slip leads the others.

        Broken bars modulate the speed, and so surround a slot line with side lines 2sf apart, up to the point
        where these are all that is left of it (Bessel functions of the modulation index). So where a `pair`
        stands out, the strongest line may be any of them, and the pair tells which: the true slot line has
        others on both sides of it.
        """
        slips = np.arange(0.0, possible_slips(self._nameplate).highest, lines.resolution / _SLOT_STEPS)
        if slips.size < _MIN_SLIPS:
            return None
        levels_db = lines.levels_db(slips)
        best = int(np.argmax(levels_db))
        elsewhere = np.abs(slips - slips[best]) > _APART_BINS * lines.resolution
        leads = levels_db[best] - levels_db[elsewhere].max(initial=0.0) >= _MIN_LEAD_DB
        if best in (0, slips.size - 1) or levels_db[best - 1 : best + 2].min() == 0.0:
            # A bound or a harmonic of the supply cuts the line off: its top may lie beyond. Lines that vanish
            # beside the supply's harmonics close to no slip at all are those of an idling motor.
            idles = leads and slips[best] <= _APART_BINS * lines.resolution
            return SlipRange(0.0, float(slips[best]), "slots") if idles else None
        if pair is not None and levels_db[best] > _MIN_LEAD_DB:
            meant = _slip_of_pair(pair, float(slips[best]), lines)
            if meant is not None:
                is_meant = _is_slot_line(meant, best, slips, levels_db, lines)
                if is_meant is not False:
                    return _around(meant, lines) if is_meant else None
        return _around(float(slips[best]), lines) if leads else None


def contradicts(by_slots: SlipRange, rival: SlipRange) -> bool:
    """True if slots and vibration or current cannot both belong to this motor.

    Then the configured number of rotor bars is wrong, or the others are.
    """
    if rival.source == "vibration":
        return abs(by_slots.middle - rival.middle) > _SAME_SHAFT * (rival.highest - rival.lowest)
    lowest, highest = rival.lowest / CURRENT_ERROR, rival.highest * CURRENT_ERROR
    return rival.lowest > 0.0 and not lowest <= by_slots.middle <= highest


def _around(slip: float, lines: SlotLines) -> SlipRange:
    margin = lines.resolution / _SLOT_STEPS
    return SlipRange(max(0.0, slip - margin), slip + margin, "slots")


def _slip_of_pair(pair: SidebandPair, loudest: float, lines: SlotLines) -> float | None:
    """Return the slip of a pair as the loudest line tells it, as a slot line or a side line 2ksf beside one.

    `loudest` is its slip as a slot line; as side line k it would mean loudest / (1 - 2k p / N_b). None if
    none of them is the slip of the pair.
    """
    shares = 1 - _SIDE_LINES * 2 / lines.slots_per_pole_pair
    meant = loudest / shares[shares > 0]  # a rotor with few bars for its poles has not all of the side lines
    nearest = float(meant[np.argmin(np.abs(meant - pair.slip))])
    return nearest if abs(nearest / pair.slip - 1) * pair.cycles < _SAME_CYCLES else None


def _is_slot_line(
    meant: float, best: int, slips: NDArray[np.float64], levels_db: NDArray[np.float64], lines: SlotLines
) -> bool | None:
    """True if the slot line lies at `meant`, with the strongest line at `slips[best]` at its side.

    Side lines come on both sides, so the mirror image of the strongest one must show. False where neither it
    nor a slot line between both does: the strongest line is itself the slot line. None if it cannot be
    told: an oscillating load makes lines as well, and a mirror image that is covered tells neither way.
    """
    mirrored = 2 * meant - float(slips[best])
    meant_db, mirrored_db = (
        levels_db[np.abs(slips - slip) < _SAME_LINE_BINS * lines.resolution].max(initial=0.0)
        for slip in (meant, mirrored)
    )
    counts_db = _MIN_SHARE * levels_db[best]
    if mirrored_db > counts_db:
        return True
    hidden = mirrored > slips[-1] or lines.covered(mirrored)
    return None if meant_db > counts_db or hidden else False
