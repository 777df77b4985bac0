"""A range of slips, what it comes from, and the search for the pair of sidebands in it."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from edge_agent.circuit import Circuit
from edge_agent.limits import SIDEBANDS
from edge_agent.motor import Nameplate
from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair

SourceName = Literal["measured", "configured", "slots", "vibration", "eccentricity", "learned", "current"]
"""What a slip comes from, as it is published: a speed channel, `motor.speed_rpm`, the rotor's slot harmonics,
the shaft's lines in the vibration, those of its air gap in the current, what was learned of the motor, or the
rms current with a pair of sidebands."""
MAX_SLIP = 0.4
"""Largest slip that is looked for: at a half the lower sideband (1 - 2s)f is direct current (physics)."""
MAX_RUNNING_SLIP = 0.12
"""Largest slip at which a motor runs, whatever its plate says. Judgement: beyond it motors are stalled, and
the ranges of five and six pole pairs touch."""
CURRENT_ERROR = 1.4
"""Factor by which the slip that the current means may be wrong: under- and over-voltage of 10 %, a cold or
hot rotor. Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""
CYCLES_BEYOND_WANDER = 10.0
"""Pole-pass cycles in a window from which no peak of the supply's wander stands out like a pair; wander may
still be the floor of one."""
_MAX_OVER_RATED = 2.8
"""Largest slip over the rated one: the breakdown slip of standard motors lies at 2.5 to 4 times the rated
one."""

_OF_THE_SHAFT = ("vibration", "slots", "eccentricity")
"""Sources that show the shaft itself, so closely that a pair is measured there and nowhere beside it."""
_BELOW_CURRENT = 0.7
"""Factor by which the slip of a shaft may lie below the range of the current: the same errors, downwards.
Judgement, held by the rotor sets of tests/bench/bench_evidence.py."""


@dataclass(frozen=True, slots=True)
class SlipRange:
    """Bounds of the slip, per unit, and their source."""

    lowest: float
    highest: float
    source: SourceName

    @property
    def middle(self) -> float:
        """Middle of the range."""
        return (self.lowest + self.highest) / 2

    @property
    def stated(self) -> bool:
        """True if the speed was stated, by a channel or the configuration, rather than estimated."""
        return self.source in ("measured", "configured")

    def overlaps(self, other: "SlipRange") -> bool:
        """True if both can be right."""
        return self.lowest <= other.highest and other.lowest <= self.highest


def possible_slips(nameplate: Nameplate) -> SlipRange:
    """Return all slips that a motor can run at; the current, which every motor has, bounds them no closer."""
    return SlipRange(0.0, min(_MAX_OVER_RATED * nameplate.rated_slip, MAX_SLIP), "current")


def widened(by_current: SlipRange, possible: SlipRange) -> SlipRange:
    """Return the slips at which the shaft of a motor is believed, if the current allows `by_current`.

    Where its range begins at zero it is that of a light load, of which the current tells little, and its
    upper end is widened by the error of the current.
    """
    highest = by_current.highest
    if by_current.lowest == 0.0:
        highest = min(CURRENT_ERROR * highest, possible.highest)
    return SlipRange(_BELOW_CURRENT * by_current.lowest, highest, by_current.source)


Found = tuple[SidebandFit, SidebandPair]
"""A pair and the fit that measured it."""


def find_pair(baseband: Baseband, slips: SlipRange, circuit: Circuit) -> Found | None:
    """Measure the strongest pair in a range of slips; None if the window holds too few cycles of 2sf.

    The range must come from what is known of the slip. Over all slips, the strongest pair is the supply's
    wander, close to the line.
    """
    place = _strongest(baseband, slips, circuit, SIDEBANDS.min_cycles_light)
    if place is None:
        return None
    pair = place.pair()
    if pair.is_clear or slips.source not in _OF_THE_SHAFT:
        return place.fit, pair
    # The strongest peak of noise must not move the slip away from the detected speed.
    return place.fit, place.fit.pair(2 * slips.middle * baseband.carrier_hz)


def find_clear_pair(
    baseband: Baseband, slips: SlipRange, circuit: Circuit, least_cycles: float
) -> Found | None:
    """Measure the strongest pair in a range of slips; None if none stands out within its bounds."""
    place = _strongest(baseband, slips, circuit, least_cycles)
    if place is None or place.at_edge:
        return None
    pair = place.pair()
    return (place.fit, pair) if pair.is_clear else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the strongest pair of a range lies."""

    fit: SidebandFit
    pole_pass_hz: float
    at_edge: bool

    def pair(self) -> SidebandPair:
        """Measure it."""
        return replace(self.fit.pair(self.pole_pass_hz), at_edge=self.at_edge)


def _strongest(baseband: Baseband, slips: SlipRange, circuit: Circuit, least_cycles: float) -> _Place | None:
    """Find the strongest pair of a range; None if the window holds too few cycles of 2sf.

    At a stated speed the strongest pair is the one with the largest sum of both sidebands. At an estimated
    one the range is wide, and an oscillating load may make stronger lines than the bars in it. There only
    that part of each pair counts that no oscillation of the speed can make (sidebands/equivalent_bars.py).
    """
    line_hz = baseband.carrier_hz
    resolvable = least_cycles / baseband.length_s / 2 / line_hz
    # The slip itself must be resolved; of slips that were learned, all of them.
    surely = slips.lowest if slips.source == "learned" else slips.middle
    if slips.highest <= resolvable or (slips.source != "current" and surely < resolvable):
        return None
    lowest_hz = 2 * max(slips.lowest, resolvable) * line_hz
    fit = SidebandFit(baseband, lowest_hz)
    candidates_hz, upper, lower = fit.spectra(lowest_hz, 2 * slips.highest * line_hz)
    if slips.stated:
        level = np.abs(upper) + np.abs(lower)
    else:
        swing_upper, swing_lower = circuit.speed_swing(slips.middle, candidates_hz, line_hz)
        level = np.abs(lower.conj() - upper * swing_lower.conj() / swing_upper)
    best = int(np.argmax(level))
    return _Place(fit, float(candidates_hz[best]), best in (0, candidates_hz.size - 1))
