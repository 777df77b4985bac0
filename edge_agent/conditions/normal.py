"""What is normal for one motor: median and spread of named quantities, by load, real or complex."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from edge_agent.limits import CONDITIONS
from edge_agent.load_bins import NAMES, bin_of

ANY_LOAD = "any"
"""Name of the bin of all windows, whatever their load."""
_MAD_TO_SIGMA = 1.4826
"""Standard deviation over median absolute deviation of normal scatter: statistics."""

Quantities = Mapping[str, float | complex]
"""What one window shows, by name; real or complex."""


@dataclass(frozen=True, slots=True)
class NormalValue:
    """What is normal of one quantity at one load."""

    median: complex
    """Its median; that of real and imaginary part for a complex quantity."""
    spread: float
    """Standard deviation of the distance from the median, by the median deviation."""
    looks: int
    """Windows without a common sample that it rests on."""
    hours: float
    """Running hours of the learning period."""

    @property
    def value(self) -> float:
        """The median of a real quantity."""
        return self.median.real


@dataclass(frozen=True)
class Normal:
    """The learned normal of a motor; it is made once and does not change."""

    values: dict[str, dict[str, NormalValue]] = field(default_factory=dict)
    """By quantity, then by the name of the load bin."""
    hours: float = 0.0
    """Running hours of the learning period."""

    def of(self, quantity: str, load: float | None) -> NormalValue | None:
        """Return what is normal of a quantity at a load, per unit; None where that was not learned.

        None as a load asks for all windows together.
        """
        return self.values.get(quantity, {}).get(bins_of(load)[-1])

    def lowest(self, quantity: str) -> NormalValue | None:
        """Return what is normal of a real quantity at the load at which it is lowest; None if not learned."""
        by_load = [own for name, own in self.values.get(quantity, {}).items() if name != ANY_LOAD]
        return min(by_load, key=lambda own: own.value, default=None)

    def near(self, quantity: str, load: float | None) -> NormalValue | None:
        """Return what is normal of a quantity at a load, or at the bin next to it; None without either.

        For what changes little from one bin to the next, as vibration does: a load at the edge of a bin would
        else have a normal in every second window.
        """
        bins, at = self.values.get(quantity, {}), bins_of(load)[-1]
        if at in bins or at == ANY_LOAD:
            return bins.get(at)
        here = NAMES.index(at)
        beside = [bins[name] for name in NAMES[max(0, here - 1) : here + 2] if name in bins]
        return max(beside, key=lambda own: own.looks, default=None)


def bins_of(load: float | None) -> tuple[str, ...]:
    """Return the names of the bins that a window belongs to: that of all, and that of its load if known."""
    load_bin = None if load is None else bin_of(load)
    return (ANY_LOAD,) if load_bin is None else (ANY_LOAD, load_bin)


def normal_value(values: Iterable[complex], hours: float) -> NormalValue:
    """Return what is normal by the values of single windows; raises ValueError without any."""
    array = np.fromiter(values, dtype=np.complex128)
    if array.size == 0:
        raise ValueError("no value of a quantity was given; at least one is needed")
    median = complex(np.median(array.real), np.median(array.imag))
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(array - median)))
    return NormalValue(median, spread, array.size, hours)


def make_normal(windows: Iterable[tuple[Quantities, float | None]], hours: float) -> Normal:
    """Return the normal of healthy windows: their quantities and loads, and the running hours behind them.

    A quantity has a normal at each load at which enough windows showed it.
    """
    kept: dict[str, dict[str, list[complex]]] = {}
    for quantities, load in windows:
        for name, value in quantities.items():
            for load_bin in bins_of(load):
                kept.setdefault(name, {}).setdefault(load_bin, []).append(complex(value))
    return normal_of(kept, hours)


def normal_of(kept: Mapping[str, Mapping[str, list[complex]]], hours: float) -> Normal:
    """Return the normal of values by quantity and load bin."""
    values = {
        name: {
            load: normal_value(own, hours) for load, own in bins.items() if len(own) >= CONDITIONS.min_looks
        }
        for name, bins in kept.items()
    }
    return Normal({name: bins for name, bins in values.items() if bins}, hours)
