"""Check whether the scans were taken when they say so: lost stretches, jitter and a wandering clock."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.limits import CLOCK
from edge_agent.signals.checks.coarse import CoarseCurrents
from edge_agent.signals.dsp.medians import median, medians, percentile
from edge_agent.signals.dsp.tones import closed_hann, rotation

_JUMP_OVER_MEDIAN = 6.0
"""Smallest jump over the usual unrest of the window: a jump must be an outlier. Judgement, held by the
fault sets of tests/bench/bench_evidence.py."""
_TAIL_OVER_PEAK = 0.15
"""Share of the peak down to which a disturbance still counts as going on. Judgement, held by the fault sets
of tests/bench/bench_evidence.py."""
_TAIL_OVER_MEDIAN = 4.0
"""The same over the usual unrest, so that noise prolongs no disturbance. Judgement, held by the fault sets
of tests/bench/bench_evidence.py."""
_LONGEST_LAGS = 6
"""Lost time disturbs three lags of the predictor; twice that allows for noise, longer ones are transients
of the motor."""
_LARGEST_AMPLITUDE_CHANGE = 0.12
"""Lost time leaves the amplitude as it was; a load step or a sag changes it by more. Judgement, held by the
fault sets of tests/bench/bench_evidence.py."""
_BEFORE_S = 1.0
"""Unrest before a disturbance is read over this time, s: many periods of the line. Judgement."""
_AFTER_S = 0.1
"""A breaking bar or a blow to the load moves the currents at least this long, s: five periods of the line.
Judgement."""
_UNREST_OVER_USUAL = 2.0
"""Unrest after over before a disturbance that shows a transient of the motor. Judgement, held by the fault
sets of tests/bench/bench_evidence.py."""
_JITTER_SCANS = 40_000
"""Scans read for the jitter: enough for a steady estimate, few enough to cost under a millisecond.
Judgement."""
_JITTER_SCANS_PER_PERIOD = 70
"""Fewer scans per period hide the jitter under the curvature of the sine itself. Judgement, held by the
fault sets of tests/bench/bench_evidence.py."""
_SLOPE_OVER_TOP = 2.0
"""Jitter shows on the slopes of a sine and not at its tops; noise shows on both alike. Judgement, held by
the fault sets of tests/bench/bench_evidence.py."""
_SHAFT_PARTS = 8
"""Parts of a window whose phases show a jump of the shaft's line: enough to tell a jump from a drift.
Judgement."""
_SHAFT_CLEARNESS = 4.0
"""Line over its residue from which the phase of a shaft line can be followed. Judgement, held by the fault
sets of tests/bench/bench_evidence.py."""
_MIN_SHAFT_JUMP_RAD = 0.6
"""Phase jump of the shaft that counts, rad: a tenth of a turn, which no load step makes between two parts.
Judgement, held by the fault sets of tests/bench/bench_evidence.py."""
_SHAFT_JUMP_OVER_THIRD = 4.0
"""The jump over the third largest change, which shows the usual drift of the speed. Judgement, held by the
fault sets of tests/bench/bench_evidence.py."""


def phase_jump_rad(currents: CoarseCurrents) -> float | None:
    """Find scans that were lost without a trace: the line goes on at another phase, all at once.

    A load or a supply that changes leaves a transient behind in the currents; lost time does not.

    Returns:
        The largest jump of the line's phase, rad; None if time went on evenly.
    """
    lag = max(1, round(currents.rate_hz / 6.0 / currents.frequency_hz))
    strength = _unforeseen(currents, lag)
    if strength.size < 20 * lag:
        return None
    peak, usual = float(strength.max()), median(strength)
    if peak < max(CLOCK.min_jump_rad, _JUMP_OVER_MEDIAN * usual):
        return None
    disturbed = np.flatnonzero(strength > max(_TAIL_OVER_PEAK * peak, _TAIL_OVER_MEDIAN * usual))
    ends = np.flatnonzero(np.diff(disturbed, append=np.iinfo(np.int64).max) > lag)
    first = disturbed[np.concatenate(([0], ends[:-1] + 1))]
    last = disturbed[ends]
    if np.any(last - first > _LONGEST_LAGS * lag):
        return None
    strongest = int(np.argmax([strength[f : t + 1].max() for f, t in zip(first, last, strict=True)]))
    if _leaves_unrest(strength, int(first[strongest]), int(last[strongest]), currents.rate_hz):
        return None
    jump, change = _step(currents, int(first[strongest] + last[strongest]) // 2 + 2 * lag, 2 * lag)
    if abs(change) > _LARGEST_AMPLITUDE_CHANGE or abs(jump) < CLOCK.min_jump_rad:
        return None
    return jump


def _unforeseen(currents: CoarseCurrents, lag: int) -> NDArray[np.float32]:
    """Return the part of the currents that a steady line does not foretell, over its amplitude, (n,).

    x(t) - 2 cos(w lag) x(t - lag) + x(t - 2 lag) is zero for a line w, and with a lag of a sixth of
    the period for its harmonics 5, 7, 11 ... too. The rms over two lags of the phase in the middle is
    given: a fault of one phase alone does not show.
    """
    turn = np.float32(2.0 * np.cos(2.0 * np.pi * currents.frequency_hz * lag / currents.rate_hz))
    valid = currents.valid
    known = None if valid.all() else valid[2 * lag :] & valid[lag:-lag] & valid[: -2 * lag]
    by_phase = []
    for row in currents.samples:
        rest = row[lag:-lag] * -turn
        rest += row[2 * lag :]
        rest += row[: -2 * lag]
        if known is not None:
            rest *= known
        power = np.cumsum(np.square(rest, dtype=np.float64))
        mean = (power[2 * lag :] - power[: -2 * lag]).astype(np.float32) / np.float32(2 * lag)
        by_phase.append(np.sqrt(np.maximum(mean, np.float32(0.0))))
    return _middle(by_phase) / np.float32(currents.amplitudes_a.max())


def _leaves_unrest(strength: NDArray[np.float32], first: int, last: int, rate_hz: float) -> bool:
    """True if the currents are less steady after a disturbance, at `first` to `last`, than before it.

    A bar that breaks or a blow to the load still moves them for some periods; lost time does not, whatever
    sidebands there are.
    """
    before = strength[max(0, first - round(_BEFORE_S * rate_hz)) : first]
    after = strength[last + 1 : last + 1 + round(_AFTER_S * rate_hz)]
    if not before.size or not after.size:
        return False
    return bool(median(after) > _UNREST_OVER_USUAL * percentile(before, 90))


def _middle(by_phase: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the middle one of three, or the smaller one of two."""
    if len(by_phase) == 1:
        return by_phase[0]
    first, second, *third = by_phase
    smaller = np.minimum(first, second)
    if not third:
        return smaller
    return np.maximum(smaller, np.minimum(np.maximum(first, second), third[0]))


def _step(currents: CoarseCurrents, at: int, beside: int) -> tuple[float, float]:
    """Return how the strongest phase changes across a sample: in phase (rad) and, relative, in amplitude."""
    period = round(currents.rate_hz / currents.frequency_hz)
    row = currents.samples[int(np.argmax(currents.amplitudes_a))]
    phasors = []
    for start in (at - beside - period, at + beside):
        index = np.arange(max(0, start), min(row.size, start + period))
        turns = currents.frequency_hz / currents.rate_hz * index
        phasors.append(np.dot(row[index], np.exp(-2j * np.pi * turns)) / max(1, index.size))
    before, after = phasors
    return float(np.angle(after * np.conj(before))), float(abs(after) / (abs(before) + 1e-30) - 1.0)


def wander_hz(phasors: NDArray[np.complex128], part_s: float) -> float:
    """Return the largest departure of the line from its mean frequency, by phasors (phases, parts)."""
    strongest = phasors[int(np.argmax(np.abs(phasors).sum(axis=1)))]
    if strongest.size < 3:
        return 0.0
    steps_hz = np.angle(strongest[1:] * np.conj(strongest[:-1])) / (2.0 * np.pi * part_s)
    return float(np.abs(steps_hz - steps_hz.mean()).max())


def jitter_s(counts: NDArray[np.integer], rate_hz: float, line_frequency_hz: float) -> float:
    """Return the standard deviation of the scans' instants, from a current in counts (n,), s.

    Scans at wrong instants are wrong where the current is steep and right at its peaks, unlike those
    of a noisy sensor. Zero where there are too few scans per period to tell.
    """
    if rate_hz < _JITTER_SCANS_PER_PERIOD * line_frequency_hz:
        return 0.0
    piece = counts[:_JITTER_SCANS].astype(np.float32)
    piece -= piece.mean()
    amplitude = float(np.sqrt(2.0 * np.mean(np.square(piece))))
    turn = np.float32(2.0 * np.cos(2.0 * np.pi * line_frequency_hz / rate_hz))
    errors = np.square(piece[2:] - turn * piece[1:-1] + piece[:-2])
    height = np.abs(piece[1:-1]) / max(amplitude, 1e-9)
    steep, top = height < 0.5, height > 0.85
    if not steep.any() or not top.any():
        return 0.0
    at_slope, at_top = float(errors[steep].mean()), float(errors[top].mean())
    if at_slope < _SLOPE_OVER_TOP * at_top:
        return 0.0
    # The filter adds the errors of three scans with weights 1, 2 and 1; the squared slope differs
    # by about 0.8 of its largest between the two groups.
    steepest = amplitude * 2.0 * np.pi * line_frequency_hz
    return float(np.sqrt((at_slope - at_top) / 6.0 / 0.8) / max(steepest, 1e-9))


def shaft_jumps(
    vibration: NDArray[np.float32], rate_hz: float, shaft_hz: float, line_frequency_hz: float
) -> bool:
    """True if the clearest of the first two lines of the shaft goes on at another phase, all at once.

    Time lost in vibration (channels, n) splits these lines, and the speed read from them is wrong.
    A speed that wanders moves their phase everywhere and is none. False where neither line is clear.
    """
    length = vibration.shape[1] // _SHAFT_PARTS
    parts = vibration[:, : length * _SHAFT_PARTS].reshape(-1, _SHAFT_PARTS, length)
    width_hz = rate_hz / length
    # The line itself, and what lies beside it: within a part, whose phase does not count for the latter.
    tapers = closed_hann(length)[:, np.newaxis] * rotation(np.array([0.0, -2.5, 2.5]) / length, length).T

    clearest, clearness = None, _SHAFT_CLEARNESS
    for tone_hz in (shaft_hz, 2.0 * shaft_hz):
        if abs((tone_hz / line_frequency_hz + 0.5) % 1.0 - 0.5) * line_frequency_hz < 2.0 * width_hz:
            continue
        carrier = rotation(tone_hz / rate_hz, length * _SHAFT_PARTS).reshape(_SHAFT_PARTS, length)
        tone, below, above = np.moveaxis((parts * carrier) @ tapers, -1, 0)
        ratio = _usual(tone) / np.maximum(np.maximum(_usual(below), _usual(above)), 1e-30)
        if ratio.max() > clearness:
            clearest, clearness = tone[int(np.argmax(ratio))], float(ratio.max())
    return clearest is not None and _steps_once(clearest)


def _usual(phasors: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return the magnitude in most of the parts: the one that holds the jump counts for little."""
    return medians(np.abs(phasors))


def _steps_once(phasors: NDArray[np.complex128]) -> bool:
    """True if the phase advances evenly from part to part but for one place, which two advances may share.

    A jump weakens the one part that it lies in; a line that comes and goes has no phase to jump.
    """
    amplitudes = np.sort(np.abs(phasors))
    if amplitudes[1] < 0.5 * median(amplitudes):
        return False
    advance = np.angle(phasors[1:] * np.conj(phasors[:-1]))
    odd = np.sort(np.abs(np.angle(np.exp(1j * (advance - median(advance))))))
    return bool(odd[-1] > max(_MIN_SHAFT_JUMP_RAD, _SHAFT_JUMP_OVER_THIRD * odd[-3]))
