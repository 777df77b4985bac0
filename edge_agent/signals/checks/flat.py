"""Signals that stand still where they should move: held values and flat tops.

Counts may lie anywhere in the range of their type, so every sum and difference of theirs is taken in a wider
one."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from edge_agent.signals.dsp.medians import median

_HELD_S = 0.0012
"""Longest time that noise and resolution let a sloping current rest, s. Judgement, held by the fault sets
of tests/bench/bench_evidence.py."""
_PERIODS_HELD = 0.6
"""A current may rest near its peak for less than this share of a period. Judgement, held by the fault sets
of tests/bench/bench_evidence.py."""
_SLOPED_SHARE = 0.75
"""Share of the amplitude below which a sine counts as sloping. Judgement."""
_SLOPE_AT_SHARE = 0.66
"""Slope of a sine at three quarters of its amplitude: sqrt(1 - 0.75^2)."""
_MEANS_PER_PERIOD = 40
"""Means per period in which the tops are looked at: they take the noise off and keep the shape.
Judgement."""
_OUTER_SD = 8.0
"""Width of the outermost values in standard deviations of the noise, so that noise alone flattens no top.
Judgement, held by the fault sets of tests/bench/bench_evidence.py."""
_OUTER_SHARE = 0.004
"""The same as a share of the amplitude where noise is small. Judgement, held by the fault sets of
tests/bench/bench_evidence.py."""
_MIN_OUTER_FRACTION = 0.003
"""Share of all values that must lie in the outermost range to matter. Judgement, held by the fault sets of
tests/bench/bench_evidence.py."""
_FEW_SCANS = 64
"""Means of up to so many scans are summed scan by scan, in a tenth of the time of a running sum at 16 scans
(measured, 120 000 scans); 64 counts of 16 bits fit into 32."""
_MIN_PERIODS = 12
"""Fewer periods are looked at whole instead of by their strongest quarter. Judgement."""
_NOISE_SCANS = 20_000
"""Scans that the noise is read from: its estimate is good to a percent. Judgement."""
_CONVERTER_NOISE = 0.3
"""Rounding noise of any converter, counts: 1/sqrt(12)."""
_LARGEST_OUTER_SHARE = 0.08
"""Wider outermost values than this share of the amplitude cannot tell a cut top from a sine's. Judgement,
held by the fault sets of tests/bench/bench_evidence.py."""


def holds(counts: NDArray[np.integer], scans: int) -> NDArray[np.bool_]:
    """Return from which scans on the count (n,) stays the same for `scans` >= 2 scans, (n - scans + 1,)."""
    same: NDArray[np.bool_] = counts[1:] == counts[:-1]
    reach = 2
    while reach < scans and same.size > 0:
        further = min(reach - 1, scans - reach)
        same = same[further:] & same[:-further]
        reach += further
    return same


def longest_hold(counts: NDArray[np.integer]) -> int:
    """Return the longest run of one and the same count, scans."""
    changes = np.flatnonzero(counts[1:] != counts[:-1])
    edges = np.concatenate(([-1], changes, [counts.size - 1]))
    return int(np.diff(edges).max())


def usual_hold(counts: NDArray[np.integer]) -> float:
    """Return the longest run to be expected of a random signal (n,) that repeats as often as this one."""
    repeats = float(np.mean(counts[1:] == counts[:-1]))
    if repeats >= 1.0:
        return np.inf
    return float(np.log(counts.size) / -np.log(max(repeats, 1e-6)))


def held_s(
    counts: NDArray[np.integer], amplitude: float, rate_hz: float, line_frequency_hz: float
) -> tuple[float, float] | None:
    """Return how long a current (n,) of an amplitude in counts was held, and how long it may be.

    A sine rests near its peaks only. Below three quarters of its amplitude it leaves a count within
    a time that its slope gives; a fault that holds the peak for less than a period does no harm.
    None if it was not held.
    """
    slope = _SLOPE_AT_SHARE * max(1.0, amplitude) * 2.0 * np.pi * line_frequency_hz
    limit_s, longest_s = _HELD_S + 2.0 / slope, _PERIODS_HELD / line_frequency_hz
    period = min(max(4, round(rate_hz / line_frequency_hz)), counts.size)
    held = _held_from(counts, min(limit_s, longest_s), rate_hz)
    if not held.size:
        return None
    if limit_s > longest_s:
        held = _held_from(counts, limit_s, rate_hz)
    if not _off_peak(counts, held, period).any():
        limit_s = longest_s
        if not _held_from(counts, limit_s, rate_hz).size:
            return None
    return longest_hold(counts) / rate_hz, limit_s


def _held_from(counts: NDArray[np.integer], limit_s: float, rate_hz: float) -> NDArray[np.intp]:
    """Return the scans from which on a count stays the same for so long."""
    return np.flatnonzero(holds(counts, max(4, int(np.ceil(limit_s * rate_hz)))))


def _off_peak(counts: NDArray[np.integer], at: NDArray[np.intp], period: int) -> NDArray[np.bool_]:
    """True if these scans of a current lie away from its peaks, as high as they are about there.

    A current that steps has peaks of several heights.
    """
    periods = counts[: counts.size // period * period].reshape(-1, period)
    top = ndimage.maximum_filter1d(periods.max(axis=1).astype(np.float64), 3)
    bottom = ndimage.minimum_filter1d(periods.min(axis=1).astype(np.float64), 3)
    own = np.minimum(at // period, len(periods) - 1)
    height = np.abs(counts[at] - (top[own] + bottom[own]) / 2)
    return np.asarray(height < _SLOPED_SHARE * (top[own] - bottom[own]) / 2)


def flat_top_ratio(counts: NDArray[np.integer], rate_hz: float, line_frequency_hz: float) -> float:
    """Return how much denser the outermost values of a current (n,) lie than those next to them.

    Of the side where it is larger. It is 1.4 for a sine, less where its amplitude is modulated, and above
    four where a twentieth of the peak is cut off. Zero where too few values lie there to matter, and
    where there is too much noise or too few scans in a period to tell. Only the quarter of the periods
    with the largest rms is looked at: a modulated current may be clipped there alone.
    """
    per_period = rate_hz / line_frequency_hz
    span = max(1, int(per_period / _MEANS_PER_PERIOD))
    strong = _strongest_periods(_moving_mean(counts, span), max(4, round(per_period)))
    amplitude = float(np.sqrt(2.0 * np.mean(np.square(strong))))
    noise = _noise(counts, rate_hz, line_frequency_hz) / span**0.5
    # Scans that are locked to the line repeat the same few heights: several must lie within the width.
    spacing = 1.0 - np.cos(2.0 * np.pi / per_period)
    width = max(_OUTER_SD * noise, amplitude * max(_OUTER_SHARE, 4.0 * spacing))
    if width > _LARGEST_OUTER_SHARE * amplitude:
        return 0.0
    largest = 0.0
    for side in (strong, -strong):
        top = float(side.max())
        outer = int(np.count_nonzero(side > top - width))
        beside = int(np.count_nonzero(side > top - 3.0 * width)) - outer
        if outer > _MIN_OUTER_FRACTION * side.size:
            largest = max(largest, outer / max(1, beside))
    return largest


def third_harmonic(counts: NDArray[np.integer], rate_hz: float, line_frequency_hz: float) -> float:
    """Return the third harmonic over the fundamental of the same periods of a current (n,), by their median.

    Clipping makes it. A supply flattens the tops of a current by its 5th and 7th harmonic, and three wires
    lead no third one of it to a motor.
    """
    per_period = rate_hz / line_frequency_hz
    means = _moving_mean(counts, max(1, int(per_period / _MEANS_PER_PERIOD)))
    length = min(max(4, round(per_period)), means.size)
    periods = _strongest_periods(means, length)
    periods = periods[: periods.size // length * length].reshape(-1, length)
    turns = np.exp(-2j * np.pi * np.outer(np.arange(length) / per_period, (1, 3)))
    fundamental, third = np.abs(periods @ turns).T
    return median(third / np.maximum(fundamental, 1e-9))


def _moving_mean(counts: NDArray[np.integer], span: int) -> NDArray[np.float32]:
    """Return the mean of `span` scans from each on, less the mean of all, (n - span + 1,)."""
    span = min(span, counts.size)  # a line found at next to no frequency has longer periods than the window
    total: NDArray[np.integer]
    if span <= _FEW_SCANS and counts.dtype == np.int16:
        total = counts[span - 1 :].astype(np.int32)
        for offset in range(span - 1):
            total += counts[offset : offset - span + 1]
    else:
        sums = np.cumsum(counts, dtype=np.int64)  # holds 2^32 scans of 32 bits
        sums[span:] -= sums[:-span].copy()
        total = sums[span - 1 :]
    means = total.astype(np.float32)
    means /= np.float32(span)
    means -= means.mean()
    return means


def _strongest_periods(samples: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    periods = samples[: samples.size // length * length].reshape(-1, length)
    if len(periods) < _MIN_PERIODS:
        return samples
    power = np.einsum("ps,ps->p", periods, periods)
    quarter = np.argpartition(power, -(len(periods) // 4))[-(len(periods) // 4) :]
    strong: NDArray[np.float32] = periods[quarter].ravel()
    return strong


def _noise(counts: NDArray[np.integer], rate_hz: float, line_frequency_hz: float) -> float:
    """Return the standard deviation of a current's noise from scan to scan, at least a converter's own."""
    piece = counts[:_NOISE_SCANS].astype(np.float32)
    piece -= piece.mean()
    turn = np.float32(2.0 * np.cos(2.0 * np.pi * line_frequency_hz / rate_hz))
    rest = np.abs(piece[2:] - turn * piece[1:-1] + piece[:-2])
    return max(_CONVERTER_NOISE, median(rest) / 0.6745 / math.sqrt(6.0))
