"""The pair of sidebands without the supply's wander, which harmonics of the current carry, too.

Next to the line the supply's wander in phase is the floor. The 5th and 7th harmonic of the supply wander with
it, five and seven times as far, and their currents pass the rotor at nearly full slip, so that no load swings
them. An asymmetry of the rotor does mark them, on one side alone: from the 5th, which turns backwards, it
makes a line at (7 - 2s)f, and from the 7th one at (5 + 2s)f. Such a line swings amplitude and phase alike, a
quarter of a turn apart, so the amplitude tells how much of the phase is the rotor's and not the supply's.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from edge_agent.signals.dsp.carrier import Baseband, shift
from edge_agent.signals.prepared import Current
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair
from edge_agent.signals.supply import HARMONICS

_WANDER_BELOW_HZ = 6.0
"""The supply's wander lies below, Hz; 2sf of a loaded motor reaches up to there. Judgement, held by
bench_evidence.py."""
_MIN_OF_AMPLITUDE = 0.5
"""A harmonic whose amplitude drops below this share of its median is too weak, or not the supply's."""
_WANDER_REACHES_HZ = 1.7
"""From here on a mains that wanders as it may hides no pair, however long the window."""
_MIN_GAIN = 2.0
"""By how much the floor must fall: else what is taken out may be the harmonic's own unrest."""
_UNSURE = 0.1
"""Share of what was taken out that may have been none of the supply's."""


def without_wander(
    fit: SidebandFit, pair: SidebandPair, current: Current, baseband: Baseband
) -> tuple[SidebandFit, SidebandPair]:
    """Measure a pair again with the supply's wander taken out; give it and the fit that measured it.

    The same two where the wander does not reach, or no harmonic tells it so well that the floor halves.

    Args:
        fit: of `baseband`.
        pair: as measured by it.
        current: from which that was made.
        baseband: the current, demodulated.
    """
    if pair.pole_pass_hz > _WANDER_REACHES_HZ:
        return fit, pair
    quietest_fit, quietest = fit, pair
    for phase in supply_phases(current, baseband):
        still = SidebandFit(replace(baseband, log=baseband.log - 1j * phase), pair.pole_pass_hz)
        quieter = still.pair(pair.pole_pass_hz)
        unsure = _UNSURE * abs(quieter.phase - pair.phase)
        quieter = replace(
            quieter,
            at_edge=pair.at_edge,
            floor=math.hypot(quieter.floor, unsure / 2),
            phase_floor=math.hypot(quieter.phase_floor, unsure),
        )
        if quieter.phase_floor < min(pair.phase_floor / _MIN_GAIN, quietest.phase_floor):
            quietest_fit, quietest = still, quieter
    return quietest_fit, quietest


def supply_phases(current: Current, baseband: Baseband) -> Iterator[NDArray[np.float64]]:
    """Return the phase of the supply, rad, up to a constant, as each usable harmonic tells it.

    Each (n,), at the samples of `baseband`. There is none where samples were lost.
    """
    if not current.valid.all():
        return
    for harmonic in HARMONICS:
        order = current.order_of(harmonic)
        if order is None:
            return
        (line,), rate_hz = shift(current.vector[np.newaxis], current.rate_hz, order * baseband.carrier_hz)
        if order != harmonic:
            line = line.conj()
        slow = ndimage.gaussian_filter1d(line, rate_hz / (2 * np.pi * _WANDER_BELOW_HZ), mode="nearest")
        amplitude = np.abs(slow)
        if amplitude.min() > _MIN_OF_AMPLITUDE * np.median(amplitude):
            level = np.log(amplitude)
            rotors = signal.hilbert(level - level.mean()).imag
            yield (np.unwrap(np.angle(slow)) + rotors) / harmonic
