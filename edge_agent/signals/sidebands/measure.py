"""A pair of sidebands without the supply's wander, which the current's harmonics carry too, and its bars.

The supply's frequency wanders, so its phase moves slowly, and close to the line this PM is the floor. Broken
bars cannot be told from it in the fundamental alone. Harmonics tell them apart: the 5th and 7th harmonic of
the supply's voltage have five and seven times the supply's phase, while their slip is nearly one, so that no
oscillating load modulates them.

Rotor asymmetry does mark them, but with a single sideband each: the 5th, which turns backwards, puts a line
at (7 - 2s)f, and the 7th one at (5 + 2s)f. A single sideband is AM and PM of equal depth, 90 degrees apart.
Hence the AM of a harmonic tells which part of its PM is the rotor's (its Hilbert transform), and the rest,
over the harmonic's order, is the phase of the supply.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.dsp.filters import analytic
from edge_agent.signals.dsp.medians import median
from edge_agent.signals.sidebands.equivalent_bars import BarScale, EquivalentBars
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair

_WANDER_BELOW_HZ = 6.0
"""The supply's wander lies below, Hz; 2sf of a loaded motor reaches up to there. Judgement, held by
bench_evidence.py."""
_MIN_OF_AMPLITUDE = 0.5
"""A harmonic whose amplitude drops below this share of its median is too weak, or not the supply's."""
WANDER_REACHES_HZ = 1.7
"""2sf from which no usual wander of the mains hides a pair, however long the window."""
_MIN_GAIN = 2.0
"""Factor by which the PM floor must fall: else what is removed may be the harmonic's own drift."""
_UNSURE = 0.1
"""Share of the removed PM that may not have been the supply's; it goes into the floor."""


class Demodulated(Protocol):
    """A current seen from its line, with the harmonics of its supply."""

    @property
    def valid(self) -> NDArray[np.bool_]:
        """False where samples were lost."""

    @property
    def baseband(self) -> Baseband:
        """The current seen from its own carrier."""

    @property
    def harmonics(self) -> dict[int, NDArray[np.complex128]]:
        """By their signed order, each (n,), at the samples of the baseband, A."""


@dataclass(frozen=True, slots=True)
class Sidebands:
    """What was measured of one pair."""

    raw: SidebandPair
    """The pair as the fundamental shows it, wander included: by this one the slip was estimated."""
    pair: SidebandPair
    """The same pair with the supply's wander removed; the very same where that was not possible."""
    fit: SidebandFit
    """The fit that measured `pair`."""
    bars: EquivalentBars
    """The bars that `pair` means."""


def measure_sidebands(
    fit: SidebandFit, pair: SidebandPair, current: Demodulated, scale: BarScale
) -> Sidebands:
    """Remove the wander from a pair that `fit` measured in a current, and count its bars by `scale`."""
    quiet_fit, quiet = without_wander(fit, pair, current)
    return Sidebands(pair, quiet, quiet_fit, scale.measure(quiet))


def without_wander(
    fit: SidebandFit, pair: SidebandPair, current: Demodulated
) -> tuple[SidebandFit, SidebandPair]:
    """Measure a pair again with the supply's wander removed; return it with the fit that measured it.

    The very two that were given, where the wander does not reach this 2sf, or where no harmonic carries it so
    clearly that the PM floor halves.

    Args:
        fit: of the current's baseband.
        pair: as measured by it.
        current: in which it was measured.
    """
    if pair.pole_pass_hz > WANDER_REACHES_HZ:
        return fit, pair
    quietest_fit, quietest, baseband = fit, pair, current.baseband
    for phase in supply_phases(current):
        still = SidebandFit(replace(baseband, log=baseband.log - 1j * phase), pair.pole_pass_hz)
        quieter = still.pair(pair.pole_pass_hz)
        unsure = _UNSURE * abs(quieter.pm_phasor - pair.pm_phasor)
        quieter = replace(
            quieter,
            at_edge=pair.at_edge,
            floor=math.hypot(quieter.floor, unsure / 2),
            phase_floor=math.hypot(quieter.phase_floor, unsure),
        )
        if quieter.phase_floor < min(pair.phase_floor / _MIN_GAIN, quietest.phase_floor):
            quietest_fit, quietest = still, quieter
    return quietest_fit, quietest


def supply_phases(current: Demodulated) -> Iterator[NDArray[np.float64]]:
    """Yield the phase of the supply, rad, up to a constant, as each usable harmonic carries it.

    Each (n,), at the samples of the current's baseband. Nothing where samples were lost.
    """
    if not current.valid.all():
        return
    spread = current.baseband.rate_hz / (2 * np.pi * _WANDER_BELOW_HZ)
    for order, line in current.harmonics.items():
        slow = ndimage.gaussian_filter1d(line, spread, mode="nearest")
        amplitude = np.abs(slow)
        if amplitude.min() > _MIN_OF_AMPLITUDE * median(amplitude):
            level = np.log(amplitude)
            by_rotor = analytic(level - level.mean()).imag
            yield (np.unwrap(np.angle(slow)) + by_rotor) / order
