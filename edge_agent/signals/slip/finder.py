"""Slip without a speed sensor: what is known of it before the sidebands are looked at."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge_agent.circuit import Circuit
from edge_agent.limits import MAGNITUDES
from edge_agent.motor import Nameplate
from edge_agent.signals.checks.clock import shaft_jumps
from edge_agent.signals.prepared import Vibration
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.shaft import find_shaft, shows_shaft
from edge_agent.signals.slip.slots import SlotLines
from edge_agent.signals.supply import Line

MAX_SLIP = 0.4
"""Slip that is looked for at most: at a half the lower sideband (1 - 2s)f is direct current (physics)."""
_LARGEST_SLIP_RATIO = 2.8
"""Largest slip over the rated one: the breakdown slip of standard motors lies at 2.5 to 4 times the rated
one."""
_CURRENT_MARGIN = (0.5, 2.0)
"""Range around the slip that the current means: rotor heat, voltage and plate errors of simulated motors
lie within. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_OVERLOAD_MARGIN = 1.75
"""Upper end of that range over the larger of this slip and the rated one. Judgement, held by the rotor sets
of tests/bench/bench_evidence.py."""
_SLOT_STEPS = 4
"""Steps of the slot search per resolution cell: a line loses under 0.3 dB between two of them."""
_MIN_SLIPS = 20
"""Fewer candidates give no lead over others that means anything. Judgement."""
_MIN_LEAD_DB = 8.0
"""Lead of a slot line over every other slip, dB, summed over the lines. Judgement, held by the rotor sets
of tests/bench/bench_evidence.py."""
_SAME_LINE_BINS = 1.5
"""Candidates this near, in cells of resolution, show the same line: the main lobe's half width."""
_MIN_SHARE = 0.5
"""Share of the strongest line's level that its mirror image has at least, or a slot line of its own."""
_APART_BINS = 3.0
"""Candidates this far apart, in cells of resolution, show different lines: the whole main lobe."""
_SAME_SHAFT = 1.5
"""Slots and vibration mean one shaft within this many widths of the vibration's range. Judgement, held by
the rotor sets of tests/bench/bench_evidence.py."""
_CURRENT_DOUBT = 1.4
"""Factor by which the slip that the current means may be wrong: under- and over-voltage of 10 %, a cold or
hot rotor. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
_SAME_CYCLES = 0.4
"""A slip that slots mean is that of a pair within this many cycles of the window: under half a bin."""
_SIDE_LINES = np.arange(-3, 4)
"""Side lines of a slot line that bars make by swinging the speed: up to the third on both sides.
Judgement."""


@dataclass(frozen=True, slots=True)
class SlipRange:
    """Where the slip lies, and who says so."""

    lowest: float
    highest: float
    source: str
    """`measured` or `configured` (a speed), `slots`, `vibration` or `current` (rated slip by load)."""

    @property
    def middle(self) -> float:
        """Middle of the range."""
        return (self.lowest + self.highest) / 2

    @property
    def told(self) -> bool:
        """True if the speed was told rather than found."""
        return self.source in ("measured", "configured")

    def meets(self, other: "SlipRange") -> bool:
        """True if both can be right."""
        return self.lowest <= other.highest and other.lowest <= self.highest


class SlipFinder:
    """Bounds the slip from a known speed, the rotor's slots, vibration or the rms current."""

    def __init__(self, nameplate: Nameplate, circuit: Circuit) -> None:
        self._nameplate = nameplate
        self._circuit = circuit

    def from_speed(
        self, speed_rpm: float, line: Line, length_s: float, source: Literal["measured", "configured"]
    ) -> SlipRange | None:
        """Bound it from a speed in rpm, in either direction, that is known to a few tenths of a percent.

        None where this motor cannot turn at that speed: the sensor sits on another shaft, or is dead.
        """
        slip = 1 - abs(speed_rpm) * self._nameplate.pole_pairs / 60 / line.frequency_hz
        margin = 0.003 + 0.5 / (length_s * 2 * line.frequency_hz)
        if not -margin <= slip <= self.anything().highest:
            return None
        return SlipRange(max(0.0, slip - margin), min(slip + margin, MAX_SLIP), source)

    def anything(self) -> SlipRange:
        """Return all slips that this motor can have."""
        return SlipRange(0.0, min(_LARGEST_SLIP_RATIO * self._nameplate.rated_slip, MAX_SLIP), "current")

    def from_slots(self, lines: SlotLines, pair: SidebandPair | None) -> SlipRange | None:
        """Find it from slot lines; None where no slip leads the others.

        Broken bars swing the speed and so surround a slot line with others 2sf apart, up to the point
        where these are all that is left of it. So where a sideband `pair` stands out, the strongest
        line may be any of them, and which one it is the pair tells. The others then lie to both sides.
        Lines that vanish beside the supply's own next to no slip are those of a motor that idles.
        """
        slips = np.arange(0.0, self.anything().highest, lines.resolution / _SLOT_STEPS)
        if slips.size < _MIN_SLIPS:
            return None
        levels_db = lines.levels_db(slips)
        best = int(np.argmax(levels_db))
        elsewhere = np.abs(slips - slips[best]) > _APART_BINS * lines.resolution
        leads = levels_db[best] - levels_db[elsewhere].max(initial=0.0) >= _MIN_LEAD_DB
        if best in (0, slips.size - 1) or levels_db[best - 1 : best + 2].min() == 0.0:
            # A bound or a harmonic of the supply cuts the line off: its top may lie beyond.
            idles = leads and slips[best] <= _APART_BINS * lines.resolution
            return SlipRange(0.0, float(slips[best]), "slots") if idles else None
        meant = None if pair is None else _meant_by(pair, float(slips[best]), lines)
        if meant is not None and levels_db[best] > _MIN_LEAD_DB:
            mirrored = 2 * meant - float(slips[best])
            own_db, mirrored_db = (
                levels_db[np.abs(slips - slip) < _SAME_LINE_BINS * lines.resolution].max(initial=0.0)
                for slip in (meant, mirrored)
            )
            counts_db = _MIN_SHARE * levels_db[best]
            if mirrored_db > counts_db:
                return self._around(meant, lines)
            if own_db > counts_db or mirrored > slips[-1] or lines.covered(mirrored):
                # A load that swings makes lines as well, and one that cannot be seen tells neither way.
                return None
        return self._around(float(slips[best]), lines) if leads else None

    def _around(self, slip: float, lines: SlotLines) -> SlipRange:
        margin = lines.resolution / _SLOT_STEPS
        return SlipRange(max(0.0, slip - margin), slip + margin, "slots")

    def heard(self, vibration: Vibration, line: Line, slips: SlipRange) -> bool:
        """True if the vibration has lines of a shaft that turns with this slip."""
        shaft_hz = line.frequency_hz / self._nameplate.pole_pairs * (1 - slips.middle)
        return shows_shaft(vibration.samples, vibration.rate_hz, shaft_hz, line.frequency_hz)

    def from_current(self, line: Line) -> SlipRange:
        """Bound it from the load that the rms current means to the nameplate's circuit.

        The current is a poor witness at light load, where it is nearly all magnetising, and one
        far above its rated value says that its scale is wrong: then the range begins at zero. Under load
        it tells the slip but for the temperature of the rotor: a driven shaft that turns more slowly must
        not be taken for the motor's.
        """
        rated = self._nameplate.rated_slip
        slip = self._circuit.slip_at_current(line.rms_a) or 0.0
        trusted = slip > 0.3 * rated and line.rms_a < MAGNITUDES.overload * self._nameplate.rated_current_a
        lowest = _CURRENT_MARGIN[0] * slip if trusted else 0.0
        highest = min(_CURRENT_MARGIN[1] * slip, _OVERLOAD_MARGIN * max(slip, rated))
        highest = min(max(highest, 0.35 * rated), self.anything().highest)
        # Of some plates the circuit draws this current only beyond all slips that are looked for.
        return SlipRange(min(lowest, _CURRENT_MARGIN[0] * highest), highest, "current")

    def from_vibration(self, vibration: Vibration, line: Line, within: SlipRange) -> SlipRange | None:
        """Find it in vibration, within what the current allows; None where no speed shows."""
        samples, rate_hz = vibration.samples, vibration.rate_hz
        synchronous_hz = line.frequency_hz / self._nameplate.pole_pairs
        resolvable = 0.5 * rate_hz / samples.shape[1] / synchronous_hz
        highest = within.highest
        if within.lowest == 0.0:  # a light load, of which the current tells little
            highest = min(_CURRENT_DOUBT * highest, self.anything().highest)
        shaft = find_shaft(
            samples,
            rate_hz,
            lowest_hz=synchronous_hz * (1 - highest),
            highest_hz=synchronous_hz * (1 - max(0.7 * within.lowest, resolvable)),
            line_frequency_hz=line.frequency_hz,
        )
        if shaft is None or shaft_jumps(samples, rate_hz, shaft.shaft_hz, line.frequency_hz):
            return None
        slip = 1 - shaft.shaft_hz / synchronous_hz
        margin = shaft.uncertainty_hz / synchronous_hz
        return SlipRange(max(0.0, slip - margin), slip + margin, "vibration")


def _meant_by(pair: SidebandPair, loudest: float, lines: SlotLines) -> float | None:
    """Return the slip of a pair by the loudest line, be that the slots' own or a side line 2ksf apart.

    `loudest` is the slip that it would mean as the slots' own. None where it is no such line.
    """
    shares = 1 - _SIDE_LINES * 2 / lines.slots_per_pole_pair
    meant = loudest / shares[shares > 0]  # with few bars for its poles a rotor has not all of the side lines
    nearest = float(meant[np.argmin(np.abs(meant - pair.slip))])
    return nearest if abs(nearest / pair.slip - 1) * pair.cycles < _SAME_CYCLES else None


def contradicts(by_slots: SlipRange, others: SlipRange) -> bool:
    """True if what vibration or current say of the slip cannot be meant by the same motor.

    Then the plate states a wrong number of rotor bars, or the others are wrong.
    """
    if others.source == "vibration":
        return abs(by_slots.middle - others.middle) > _SAME_SHAFT * (others.highest - others.lowest)
    lowest, highest = others.lowest / _CURRENT_DOUBT, others.highest * _CURRENT_DOUBT
    return others.lowest > 0.0 and not lowest <= by_slots.middle <= highest


def borne_out(told: SlipRange, by_current: SlipRange) -> float | None:
    """Slip nearest to a told one that the current bears out; None where it bears out the told one.

    Under load the current tells what the slip is at least: a weak supply or a hot rotor slips farther.
    """
    lowest = by_current.lowest / _CURRENT_DOUBT
    highest = by_current.highest * _CURRENT_DOUBT if by_current.lowest == 0.0 else math.inf
    return None if lowest <= told.middle <= highest else min(max(told.middle, lowest), highest)
