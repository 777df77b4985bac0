"""The slip by the vibration: that of the shaft whose whole comb of harmonics stands out."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from edge_agent.motor import Nameplate
from edge_agent.signals.checks.clock import shaft_jumps
from edge_agent.signals.dsp.tones import BLACKMAN_MAIN_LOBE_BINS, closed_blackman
from edge_agent.signals.prepared import Line, Vibration
from edge_agent.signals.slip.range import SlipRange, possible_slips, widened

_HARMONICS = np.arange(1, 7)
"""Harmonics of the shaft that are summed: six, as unbalance, misalignment and looseness make them.
Judgement."""
_FLOOR_WIDTH_HZ = 12.0
"""Width of the median that is the floor of a line, Hz: wide against a line, narrow against resonances.
Judgement."""
_CAP_DB = 30.0
"""Level above which a line counts a tenth only, dB: one huge line must not outvote a comb. Judgement, held
by the rotor sets of tests/bench/bench_evidence.py."""
_UNCERTAINTY_BINS = 0.25
"""Error of a polished line in bins of the window. Judgement, held by the rotor sets of
tests/bench/bench_evidence.py."""
_TOP_BINS = 0.5
"""Half width of a line's top, bins of the window: that of the Blackman taper's main lobe above -3 dB, with
room. Judgement."""
_MIN_LEAD_DB = 6.0
"""Lead of the best speed over any other, and level of a harmonic that counts, dB. Judgement, held by the
rotor sets of tests/bench/bench_evidence.py."""
_MIN_ONE_DB = 12.0
"""Level from which the first harmonic alone shows a shaft, dB. Judgement, held by the rotor sets of
tests/bench/bench_evidence.py."""


def slip_by_vibration(
    vibration: Vibration, line: Line, nameplate: Nameplate, within: SlipRange
) -> SlipRange | None:
    """Return the slip of the shaft within a range, widened; None if no speed shows, or it jumps."""
    samples, rate_hz = vibration.samples, vibration.rate_hz
    synchronous_hz = line.frequency_hz / nameplate.pole_pairs
    resolvable = 0.5 * rate_hz / samples.shape[1] / synchronous_hz
    wide = widened(within, possible_slips(nameplate))
    shaft = find_shaft(
        samples,
        rate_hz,
        lowest_hz=synchronous_hz * (1 - wide.highest),
        highest_hz=synchronous_hz * (1 - max(wide.lowest, resolvable)),
        line_frequency_hz=line.frequency_hz,
    )
    if shaft is None or shaft_jumps(samples, rate_hz, shaft[0], line.frequency_hz):
        return None
    shaft_hz, uncertainty_hz = shaft
    slip, margin = 1 - shaft_hz / synchronous_hz, uncertainty_hz / synchronous_hz
    return SlipRange(max(0.0, slip - margin), slip + margin, "vibration")


def find_shaft(
    vibration: NDArray[np.float32],
    rate_hz: float,
    lowest_hz: float,
    highest_hz: float,
    line_frequency_hz: float,
) -> tuple[float, float] | None:
    """Find the speed between two bounds whose comb of harmonics has the largest sum of levels.

    Return the rotation frequency and half the width of the interval in which it lies, Hz. None if no comb,
    nor a strong first harmonic, leads those of all other speeds.

    Args:
        vibration: (channels, n), any unit.
        rate_hz: rate of the samples.
        lowest_hz, highest_hz: bounds of the rotation frequency.
        line_frequency_hz: lines at its multiples belong to the supply and count for no harmonic of the shaft.
    """
    length_s = vibration.shape[1] / rate_hz
    prominence, bin_hz = prominence_of(vibration, rate_hz)
    candidates = np.arange(lowest_hz, highest_hz, 0.1 / length_s)
    if candidates.size < 3:
        return None
    levels = comb_levels(prominence, bin_hz, candidates, length_s, line_frequency_hz)
    score = levels.sum(axis=1)
    best = int(np.argmax(score))
    elsewhere = np.abs(candidates - candidates[best]) > 1.0 / length_s
    lead = float(score[best] - score[elsewhere].max(initial=0.0))
    at_edge = best in (0, candidates.size - 1)
    if lead < _MIN_LEAD_DB or at_edge or not _stands_out(levels[best]):
        return None
    shaft_hz = _polish(float(candidates[best]), levels[best], prominence, bin_hz, length_s)
    return shaft_hz, _UNCERTAINTY_BINS / length_s


def comb_levels(
    prominence: NDArray[np.float64],
    bin_hz: float,
    shafts_hz: NDArray[np.float64],
    length_s: float,
    line_frequency_hz: float,
) -> NDArray[np.float64]:
    """Return the levels (speeds, harmonics), dB, of the combs of several speeds.

    Args:
        prominence, bin_hz: as `prominence_of` returns them.
        shafts_hz: (speeds,), rotation frequencies.
        length_s: of the samples.
        line_frequency_hz: lines at its multiples belong to the supply and count for no harmonic of the shaft.
    """
    tones = np.outer(shafts_hz, _HARMONICS)
    levels = np.interp(tones, bin_hz * np.arange(prominence.size), prominence, right=0.0)
    off_supply = np.abs(tones / line_frequency_hz - np.round(tones / line_frequency_hz))
    levels[off_supply * line_frequency_hz < BLACKMAN_MAIN_LOBE_BINS / length_s] = 0.0
    return np.asarray(levels)


def shows_shaft(
    vibration: NDArray[np.float32], rate_hz: float, shaft_hz: float, line_frequency_hz: float
) -> bool:
    """True if harmonics of one given speed stand out: several of them, or the first one by far.

    Args as of `find_shaft`.
    """
    length_s = vibration.shape[1] / rate_hz
    prominence, bin_hz = prominence_of(vibration, rate_hz)
    near_hz = shaft_hz + np.linspace(-0.5, 0.5, 11) / length_s / _HARMONICS[:, None]
    tones = near_hz * _HARMONICS[:, None]
    levels = np.interp(tones, bin_hz * np.arange(prominence.size), prominence, right=0.0).max(axis=1)
    supply = np.abs(tones[:, 5] - line_frequency_hz * np.round(tones[:, 5] / line_frequency_hz))
    levels[supply < BLACKMAN_MAIN_LOBE_BINS / length_s] = 0.0
    return _stands_out(levels)


def _stands_out(levels: NDArray[np.float64]) -> bool:
    return bool(np.count_nonzero(levels > _MIN_LEAD_DB) >= 2 or levels[0] > _MIN_ONE_DB)


def prominence_of(vibration: NDArray[np.float32], rate_hz: float) -> tuple[NDArray[np.float64], float]:
    """Return the level over the local median, dB, averaged over the channels, and the width of its bins, Hz.

    A tenth of what exceeds the cap still counts: one huge line must not outvote a comb, and yet its peak must
    remain a peak.
    """
    taper = closed_blackman(vibration.shape[1])
    padded = fft.next_fast_len(4 * vibration.shape[1])
    spectrum = np.abs(fft.rfft((vibration - vibration.mean(axis=1, keepdims=True)) * taper, padded))
    bin_hz = rate_hz / padded
    kept = spectrum[:, : int(450.0 / bin_hz)]
    width = int(_FLOOR_WIDTH_HZ / bin_hz) // 8
    # Channel by channel: in one dimension the filter is far faster, since it keeps its values sorted.
    floors = [ndimage.median_filter(channel[::8], size=max(3, width)) for channel in kept]
    floor = np.repeat(floors, 8, axis=1)
    ratio = kept / np.maximum(floor[:, : kept.shape[1]], 1e-30)
    level = 20 * np.log10(np.maximum(ratio, 1e-6))
    level = np.maximum(level - 6.0, 0.0)
    capped = (np.minimum(level, _CAP_DB) + 0.1 * np.maximum(level - _CAP_DB, 0)).mean(axis=0)
    return _tops(capped, rate_hz / vibration.shape[1] / bin_hz), bin_hz


def _tops(level: NDArray[np.float64], points: float) -> NDArray[np.float64]:
    """Return the level near the peak of each line and zero on its skirts; `points` are those of one bin.

    Otherwise the skirt of a supply line, whose peak is blanked, would stand out like a line of its own.
    """
    top = level == ndimage.maximum_filter1d(level, 2 * round(points) + 1)
    near = ndimage.maximum_filter1d(top.astype(np.uint8), 2 * round(_TOP_BINS * points) + 1)
    return np.where(near > 0, level, 0.0)


def _polish(
    shaft_hz: float,
    levels: NDArray[np.float64],
    prominence: NDArray[np.float64],
    bin_hz: float,
    length_s: float,
) -> float:
    """Return the speed by the peaks of all harmonics that stand out.

    Least squares of k f = peak k over the harmonics k, weighted by their levels.
    """
    weights, sums = 0.0, 0.0
    for harmonic, level in zip(_HARMONICS, levels, strict=True):
        if level < 6.0:
            continue
        near = slice(
            int((harmonic * shaft_hz - 0.7 / length_s) / bin_hz),
            int((harmonic * shaft_hz + 0.7 / length_s) / bin_hz) + 2,
        )
        peak_hz = (near.start + int(np.argmax(prominence[near]))) * bin_hz
        weights += level * harmonic**2
        sums += level * harmonic * peak_hz
    return float(sums / weights)
