"""The current from part to part of a window: when the motor starts, when it stops."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.signals.checks.coarse import block_averages, block_scans
from edge_agent.windows.sliding import StreamWindow

_PART_S = 0.05
"""Length of a part, s: two or three periods of the line, and a fraction of any start. Judgement."""


def part_scans(stream: StreamWindow, line_frequency_hz: float) -> int:
    """Return how many scans a part has; a line of about this frequency feeds the motor."""
    block = block_scans(stream, line_frequency_hz)
    return block * max(1, round(_PART_S * stream.stream.rate_hz / block))


def short_time_rms_a(stream: StreamWindow, line_frequency_hz: float) -> NDArray[np.float64]:
    """Return the rms of the strongest phase in consecutive parts of a stream, (parts,), A.

    It is measured as for the refusal `motor_off`: of blocks of scans, which takes off noise that is quicker
    than the line's harmonics. NaN where most of a part was lost.
    """
    block = block_scans(stream, line_frequency_hz)
    alive = tuple(i for i in stream.stream.phases.values() if i not in stream.dead)
    samples, valid = block_averages(stream, alive, block)
    blocks = part_scans(stream, line_frequency_hz) // block
    parts = valid.size // blocks
    known = np.count_nonzero(valid[: parts * blocks].reshape(parts, blocks), axis=1)
    squares = np.square(samples[:, : parts * blocks], dtype=np.float64).reshape(len(alive), parts, blocks)
    power = squares.sum(axis=2).max(axis=0, initial=0.0) / np.maximum(known, 1)
    is_known = (known > blocks // 2) & bool(alive)
    return np.where(is_known, np.sqrt(power), np.nan)


def since(stream: StreamWindow, first: int) -> StreamWindow:
    """Return the part of a stream that begins with scan `first` of the window."""
    if first == 0:
        return stream
    return replace(
        stream,
        first_scan=stream.first_scan + first,
        counts=stream.counts[:, first:],
        valid=stream.valid[first:],
    )
