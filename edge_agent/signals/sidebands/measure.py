"""A pair of sidebands with the supply's wander removed, and the bars that it means."""

from dataclasses import dataclass

from edge_agent.signals.dsp.carrier import Baseband
from edge_agent.signals.prepared import Current
from edge_agent.signals.sidebands.equivalent_bars import BarScale, EquivalentBars
from edge_agent.signals.sidebands.fit import SidebandFit, SidebandPair
from edge_agent.signals.sidebands.supply_phase import without_wander


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
    fit: SidebandFit, pair: SidebandPair, current: Current, baseband: Baseband, scale: BarScale
) -> Sidebands:
    """Remove the wander from a pair that `fit` measured in `baseband`, and count its bars by `scale`."""
    quiet_fit, quiet = without_wander(fit, pair, current, baseband)
    return Sidebands(pair, quiet, quiet_fit, scale.measure(quiet))
