"""What was learned: per load bin, the bars, current and unbalance of the motor while it was sound."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.baseline.look import Look
from edge_agent.limits import BARS, BASELINE

_MAD_TO_SIGMA = 1.4826
"""Standard deviation over median absolute deviation of normal scatter: statistics."""
_TAIL_QUANTILE = 0.95
"""Share of the looks below where the tail begins. Judgement, as is usual for peaks over a threshold."""
_MIN_TAIL_BARS = 0.001
"""Where the tail begins at least: evidence is published with three decimals."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is normal in one load bin: medians, and standard deviations by the median deviation."""

    looks: int
    """Looks that it rests on."""
    bars: float
    """Equivalent bars."""
    bars_scatter: float
    """Their scatter."""
    load: float
    """Torque per unit of the rated one."""
    current_a: float
    """Rms of the current, A."""
    current_scatter: float
    """Scatter of the current, per unit of it; that of the load within the bin is in it."""
    unbalance: float | None = None
    """Negative over positive sequence; None with one phase."""
    unbalance_scatter: float = 0.0
    """Its scatter."""
    lower_dbc: float | None = None
    """Level of the lower sideband, dBc."""
    upper_dbc: float | None = None
    """Level of the upper sideband, dBc."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What is normal for a motor; it is made once and does not change."""

    cells: dict[str, Cell]
    """By the name of the load bin."""
    clipped_rms_bars: float
    """Rms deviation of looks from their cells, clipped as growth clips it."""
    tail_bars: float
    """Deviation above which the tail of the looks begins: one look in twenty lies there."""
    slots_share: float | None = None
    """Share of the looks at all loads whose slot lines show; None if it is not known."""

    def deviation_bars(self, look: Look) -> float | None:
        """Return how far a look lies above the baseline at its load; None where that is not known."""
        cell = self.cells.get(look.load_bin)
        return None if cell is None else look.bars - cell.bars

    def expected_current_a(self, load: float) -> float:
        """Return the current at a load, between the medians of the bins, A."""
        ordered = sorted(self.cells.values(), key=lambda cell: cell.load)
        return float(np.interp(load, [c.load for c in ordered], [c.current_a for c in ordered]))

    def alarm_bars(self, load_bin: str | None) -> float:
        """Return the equivalent bars from which an alarm stands.

        The general limit allows for a sound casting. A casting that is known to be rougher takes its place,
        and nothing else changes: no baseline lowers the limit, and that of a good casting does not raise it.
        Where the load has no baseline, that of the best bin holds.
        """
        cell = self.cells.get(load_bin or "")
        own = min(c.bars for c in self.cells.values()) if cell is None else cell.bars
        return BARS.alarm + max(0.0, own - BARS.sound)

    @property
    def room_bars(self) -> float:
        """Smallest distance of a baseline from the bars of an alarm."""
        return min(self.alarm_bars(name) - cell.bars for name, cell in self.cells.items())


def make_reference(looks: Mapping[str, Sequence[Look]], counts: Mapping[str, int]) -> Reference | None:
    """Return what looks say, by bin; None if no bin has enough. `counts` may exceed those that were kept."""
    cells = {name: _cell(own, counts[name]) for name, own in looks.items() if len(own) >= BASELINE.min_looks}
    if not cells:
        return None
    deviations = np.array([look.bars - cells[name].bars for name in cells for look in looks[name]])
    clipped = np.clip(deviations, -BASELINE.growth_clip, BASELINE.growth_clip)
    return Reference(
        cells,
        float(np.sqrt(np.mean(clipped**2))),
        max(float(np.quantile(deviations, _TAIL_QUANTILE)), _MIN_TAIL_BARS),
        _share(look.slots_show for own in looks.values() for look in own),
    )


def _cell(looks: Sequence[Look], count: int) -> Cell:
    bars, bars_scatter = _median_and_scatter(look.bars for look in looks)
    current_a, current_scatter_a = _median_and_scatter(look.current_a for look in looks)
    unbalance, unbalance_scatter = _known(look.unbalance for look in looks)
    return Cell(
        looks=count,
        bars=bars,
        bars_scatter=bars_scatter,
        load=_median_and_scatter(look.load for look in looks)[0],
        current_a=current_a,
        current_scatter=current_scatter_a / current_a,
        unbalance=unbalance,
        unbalance_scatter=unbalance_scatter,
        lower_dbc=_known(look.lower_dbc for look in looks)[0],
        upper_dbc=_known(look.upper_dbc for look in looks)[0],
    )


def _known(values: Iterable[float | None]) -> tuple[float | None, float]:
    """Return median and scatter of what is known; None if too little is."""
    known = [value for value in values if value is not None]
    return _median_and_scatter(known) if len(known) >= BASELINE.min_looks else (None, 0.0)


def _share(values: Iterable[bool | None]) -> float | None:
    """Return the share of what is true of what is known; None if too little is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) >= BASELINE.min_looks else None


def _median_and_scatter(values: Iterable[float]) -> tuple[float, float]:
    array: NDArray[np.float64] = np.fromiter(values, dtype=np.float64)
    median = float(np.median(array))
    return median, _MAD_TO_SIGMA * float(np.median(np.abs(array - median)))
