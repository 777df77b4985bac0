"""The part of each window that the window before did not hold, as the rms current in short parts."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.conditions.seen import Seen
from edge_agent.signals.checks import quality
from edge_agent.signals.short_time import part_scans


@dataclass(frozen=True, slots=True)
class NewParts:
    """What is new in a window."""

    rms_a: NDArray[np.float64]
    """(parts,), rms of the strongest phase, A; NaN where it is not known."""
    part_s: float
    """Length of a part, s."""
    gap_s: float
    """Time since the last part before these, s; infinite at the first window, or if samples count anew."""


class PartsReader:
    """Cuts windows that overlap into parts that do not."""

    def __init__(self) -> None:
        """Begin with the next window."""
        self._end_s = -math.inf

    def read(self, seen: Seen) -> NewParts | None:
        """Return what is new in a window; None without currents."""
        window = seen.window
        if not window.streams or not window.current.stream.phases:
            return None
        stream, line_hz = window.current, seen.nameplate.line_frequency_hz
        if quality.check_rate(stream, seen.nameplate) is not None:
            return None
        end_s = window.start_s + window.length_s
        if end_s < self._end_s:
            self._end_s = -math.inf
        known_s = max(0.0, self._end_s - window.start_s)
        gap_s = max(0.0, window.start_s - self._end_s)
        first = min(round(known_s * stream.stream.rate_hz), stream.valid.size)
        self._end_s = end_s
        part_s = part_scans(stream, line_hz) / stream.stream.rate_hz
        return NewParts(seen.short_time_rms_a(first), part_s, gap_s)
