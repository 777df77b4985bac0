"""Whether the samples of a window can bear an answer at all."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import ChannelKind
from edge_agent.diagnose.verdict import Reason, Refusal
from edge_agent.signals.windows import StreamWindow

MOST_LOST_FRACTION = 0.02
MOST_CLIPPED_FRACTION = 0.002
OFF_BELOW_RATED = 0.05
"""Current below which the motor is off, per unit of the rated one."""
_STUCK_S = 0.02
_FLAT_TOP_EXCESS = 1.6


def currents_of(window: StreamWindow) -> list[int]:
    """Indices of the current channels of a stream."""
    return [i for i, c in enumerate(window.stream.channels) if c.kind is ChannelKind.CURRENT]


def check_currents(window: StreamWindow, rated_current_a: float, line_frequency_hz: float) -> Refusal | None:
    """Give the first reason why the currents of this window say nothing; None where they can be used."""
    for refusal in _problems(window, rated_current_a, line_frequency_hz):
        return refusal
    return None


def _problems(window: StreamWindow, rated_current_a: float, line_frequency_hz: float) -> Iterator[Refusal]:
    channels = currents_of(window)
    lost = window.lost_samples / window.valid.size
    if lost > MOST_LOST_FRACTION:
        yield Refusal(Reason.LOST_SAMPLES, "lost_fraction", lost, MOST_LOST_FRACTION)
    if not channels:
        yield Refusal(Reason.MISSING_PHASE, "current_channels", 0, 1)
        return
    counts = window.counts[channels][:, window.valid]
    scale = np.array([window.stream.channels[i].scale for i in channels])
    rms = np.std(counts, axis=1, dtype=np.float64) * np.abs(scale)
    strongest = float(rms.max())
    if strongest < OFF_BELOW_RATED * rated_current_a:
        yield Refusal(Reason.MOTOR_OFF, "current_a", strongest, OFF_BELOW_RATED * rated_current_a)
    if float(rms.min()) < 0.1 * strongest:
        if any(np.ptp(row) == 0 for row in counts):
            yield Refusal(Reason.STUCK_CHANNEL, "current_a", float(rms.min()), 0.1 * strongest)
        yield Refusal(Reason.MISSING_PHASE, "current_a", float(rms.min()), 0.1 * strongest)
    longest_s = max(_longest_run(row) for row in counts) / window.stream.rate_hz
    if longest_s > max(_STUCK_S, 0.6 / line_frequency_hz):
        yield Refusal(Reason.STUCK_CHANNEL, "longest_constant_s", longest_s, _STUCK_S)
    clipped = max(_clipped_fraction(row) for row in counts)
    if clipped > MOST_CLIPPED_FRACTION:
        yield Refusal(Reason.CLIPPED, "clipped_fraction", clipped, MOST_CLIPPED_FRACTION)


def _longest_run(counts: NDArray[np.integer]) -> int:
    """Longest run of one and the same count, samples."""
    changes = np.flatnonzero(np.diff(counts))
    edges = np.concatenate(([-1], changes, [counts.size - 1]))
    return int(np.diff(edges).max())


def _clipped_fraction(counts: NDArray[np.integer]) -> float:
    """Fraction of samples on flat tops: at the extreme count, beyond what a sine puts there."""
    amplitude = max(1.0, float(np.ptp(counts)) / 2)
    # A sine of this amplitude spends this share of its time in the outermost count.
    natural = np.arccos(1 - min(1.0, 1.5 / amplitude)) / np.pi
    worst = 0.0
    for extreme in (counts.max(), counts.min()):
        at_extreme = counts == extreme
        beside = at_extreme[1:] & at_extreme[:-1]
        worst = max(worst, float(np.count_nonzero(beside)) / counts.size)
    return max(0.0, worst - _FLAT_TOP_EXCESS * float(natural))


def usable_vibration(window: StreamWindow) -> list[int]:
    """Indices of the vibration channels that are not stuck and have lost little."""
    if window.lost_samples > MOST_LOST_FRACTION * window.valid.size:
        return []
    return [
        i
        for i, c in enumerate(window.stream.channels)
        if c.kind is ChannelKind.VIBRATION
        and _longest_run(window.counts[i]) < max(4, _STUCK_S * window.stream.rate_hz)
    ]
