"""Rhythms in the envelope of a vibration: that of a bearing's part, and the strongest not of the shaft."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from edge_agent.limits import BEARING
from edge_agent.signals.dsp.envelope import NO_LINE, Envelope, EnvelopeLine

_LOWEST_ORDER, _HIGHEST_ORDER = 1.3, 12.0
"""Orders of the shaft among which an unknown rhythm is looked for: below lies the cage, and the inner race of
20 balls at 12. Physics: geometry of bearings."""
_BESIDE_SHAFT = 0.02
"""Share of an order around each whole one that belongs to the shaft. Judgement: lines of the shaft do not
stray by more, and few bearings lie there."""
_BESIDE_BINS = 2.0
"""The same in bins: half the main lobe of the taper (Harris 1978)."""
_MOST_TRIED = 20
"""Strongest lines that are tried as a rhythm. Judgement: a window shows one or two."""
_LEAST_OVER_MEDIAN = 1.5
"""Times the median of the whole spectrum from which a line is tried: below, none stands out, however many
spectra are averaged. Judgement."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A line of an envelope, and the line at twice its frequency."""

    first: EnvelopeLine
    """The line."""
    second: EnvelopeLine
    """The strongest line near twice its frequency."""

    @property
    def stands_out(self) -> bool:
        """True if both lie above their floors: blows, which have harmonics, and no chance."""
        return self.first.chance <= BEARING.line_chance and self.second.chance <= BEARING.second_chance


NO_RHYTHM = Rhythm(NO_LINE, NO_LINE)
"""What is found where none stands out."""


def rhythm_at(envelope: Envelope, frequency_hz: float, tolerance: float) -> Rhythm:
    """Return the rhythm within a relative tolerance of a frequency, whether or not it stands out."""
    first = envelope.line(frequency_hz, tolerance)
    if first is NO_LINE:
        return NO_RHYTHM
    return Rhythm(first, envelope.line(2 * first.frequency_hz, 1.5 * envelope.bin_hz / first.frequency_hz))


def strongest_rhythm(envelope: Envelope, shaft_hz: float) -> Rhythm:
    """Return the deepest rhythm that stands out and is no harmonic of the shaft; NO_RHYTHM without one."""
    orders = np.arange(envelope.depth.size, dtype=np.float64) * envelope.bin_hz / shaft_hz
    tops = np.flatnonzero(_is_top(envelope.depth) & _asynchronous(orders, envelope.bin_hz / shaft_hz))
    tops = tops[envelope.depth[tops] >= _LEAST_OVER_MEDIAN * np.median(envelope.depth)]
    for at in tops[np.argsort(-envelope.depth[tops])][:_MOST_TRIED]:
        rhythm = rhythm_at(envelope, float(at) * envelope.bin_hz, 0.0)
        if rhythm.stands_out:
            return rhythm
    return NO_RHYTHM


def depth_of_shaft(envelope: Envelope, shaft_hz: float) -> float:
    """Return how deep the envelope is modulated once or twice a turn."""
    return max(envelope.depth_near(order * shaft_hz, _BESIDE_SHAFT / 2) for order in (1, 2))


def _is_top(depth: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(depth == ndimage.maximum_filter1d(depth, 5))


def _asynchronous(orders: NDArray[np.float64], bin_orders: float) -> NDArray[np.bool_]:
    """True where an order is looked at, and no whole one."""
    beside = np.abs(orders - np.round(orders)) > max(_BESIDE_SHAFT, _BESIDE_BINS * bin_orders)
    return np.asarray(beside & (orders >= _LOWEST_ORDER) & (orders <= _HIGHEST_ORDER))
