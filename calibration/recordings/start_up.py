"""When the motor was switched on, as currents and vibration both show it."""

import numpy as np
from numpy.typing import NDArray

AT_REST_S = 1.0
"""So long, at least, the motor is off at the beginning."""

_BLOCK_S = 0.005
"""Stretch whose level is one value, s: a third of a period. Judgement."""
_SUSTAINED_S = 0.1
"""Time for which the level must stay up, s: longer than a switching spike. Judgement."""
_SUSTAINED_SHARE = 0.8
"""Share of that time above the threshold. Judgement."""
_MIN_RISE = 3.0
"""Level over that of the rest before which the motor is off. Judgement."""


def find_start_s(signals: NDArray[np.floating], rate_hz: float) -> float | None:
    """Return when the level leaves that of the motor at rest for that of the motor running up.

    The level is the rms of blocks of 5 ms over all channels, each relative to its own at rest. The start
    is the first block above the geometric mean of two levels, that at rest and the highest mean over a
    tenth of a second, and the tenth of a second that it begins must lie above it for four fifths: a knock
    is no start.

    Args:
        signals: (scans, channels), from `AT_REST_S` or more before the start on.
        rate_hz: scans per second.

    Returns:
        Seconds from the first scan, in steps of 5 ms; None if the level does not rise threefold.
    """
    rest = signals[: round(AT_REST_S * rate_hz)]
    relative = (signals - rest.mean(axis=0)) / np.where(rest.std(axis=0) > 0, rest.std(axis=0), 1.0)
    block = round(_BLOCK_S * rate_hz)
    blocks = len(relative) // block
    level = np.sqrt((relative[: blocks * block] ** 2).reshape(blocks, -1).mean(axis=1))
    at_rest = float(np.median(level[: round(AT_REST_S / _BLOCK_S)]))
    spans = np.lib.stride_tricks.sliding_window_view(level, round(_SUSTAINED_S / _BLOCK_S))
    run_up = float(spans.mean(axis=1).max())
    if run_up <= _MIN_RISE * at_rest:
        return None
    above = spans > np.sqrt(at_rest * run_up)
    starts = np.flatnonzero(above[:, 0] & (above.mean(axis=1) >= _SUSTAINED_SHARE))
    return float(starts[0]) * block / rate_hz if starts.size else None
