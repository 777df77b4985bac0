"""Whether the samples of a window can bear an answer at all."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import ChannelKind
from edge_agent.diagnose.verdict import Reason, Refusal
from edge_agent.motor import Nameplate
from edge_agent.signals import clock, flat, wiring
from edge_agent.signals.coarse import CoarseCurrents, coarse_currents, current_stream, currents_of
from edge_agent.signals.windows import StreamWindow, Window

MOST_LOST_FRACTION = 0.02
OFF_BELOW_RATED = 0.05
"""Current below which the motor is off, per unit of the rated one."""
STEADY = (0.55, 1.8)
"""Least and largest amplitude of a motor that neither starts nor stops, over its median."""

_MISSING_BELOW = 0.1
_AMPLITUDES_S = 0.2
_VIBRATION_HELD_S = 0.02
_LEAST_HELD_SCANS = 8
_HOLDS_BY_CHANCE = 5.0
_MOST_AT_EXTREME = 0.01
_FEW_COUNTS = 20

__all__ = [
    "STEADY",
    "check_currents",
    "current_stream",
    "currents_of",
    "measured_speed_rpm",
    "usable_vibration",
]


@dataclass(frozen=True, slots=True)
class _Currents:
    """The currents of a window as the checks look at them."""

    counts: list[NDArray[np.integer]]
    """Of each phase, (scans,), without those that were lost."""
    scales: NDArray[np.float64]
    """(phases,), A per count."""
    coarse: CoarseCurrents
    amplitudes_a: NDArray[np.float64]
    """(phases,)."""
    phasors: NDArray[np.complex128]
    """(phases, parts), A, of consecutive parts of the window."""
    marked: float
    """Share of the scans in blocks that the device marked as clipped."""
    rate_hz: float
    nameplate: Nameplate


def check_currents(window: StreamWindow, nameplate: Nameplate) -> Refusal | None:
    """Give the first reason why the currents of this window say nothing; None where they can be used."""
    lost = window.lost_samples / window.valid.size
    if lost > MOST_LOST_FRACTION:
        return Refusal(Reason.LOST_SAMPLES, "lost_fraction", lost, MOST_LOST_FRACTION)
    if window.overruns:
        return Refusal(Reason.LOST_SAMPLES, "device_overruns", window.overruns, 0)
    channels = currents_of(window)
    if not channels:
        return Refusal(Reason.MISSING_PHASE, "current_channels", 0, 1)
    for channel in set(channels).intersection(window.dead):
        name = window.stream.channels[channel].name
        return Refusal(Reason.MISSING_PHASE, "dead_channels", len(window.dead), 0, name)
    coarse = coarse_currents(window, nameplate.line_frequency_hz)
    currents = _Currents(
        counts=[window.counts[i] if lost == 0.0 else window.counts[i, window.valid] for i in channels],
        scales=np.array([window.stream.channels[i].scale for i in channels]),
        coarse=coarse,
        amplitudes_a=coarse.amplitudes_a,
        phasors=coarse.phasors(),
        marked=window.clipped_scans / window.valid.size,
        rate_hz=window.stream.rate_hz,
        nameplate=nameplate,
    )
    for check in (_levels, _held, _clipping, _clock, _wander, _two_phases, _three_phases):
        for refusal in check(currents):
            return refusal
    return None


def _levels(currents: _Currents) -> Iterator[Refusal]:
    """Off, one phase without current, or all of them coming and going."""
    rms = currents.amplitudes_a / np.sqrt(2.0)
    weakest, strongest = float(rms.min()), float(rms.max())
    off_a = OFF_BELOW_RATED * currents.nameplate.rated_current_a
    if strongest < off_a:
        yield Refusal(Reason.MOTOR_OFF, "current_a", strongest, off_a)
    if weakest < _MISSING_BELOW * strongest:
        row = int(np.argmin(rms))
        level_a = abs(float(currents.counts[row][0]) * currents.scales[row])
        stuck = np.ptp(currents.counts[row]) == 0 and level_a > _MISSING_BELOW * strongest
        reason = Reason.STUCK_CHANNEL if stuck else Reason.MISSING_PHASE
        yield Refusal(reason, "current_a", weakest, _MISSING_BELOW * strongest)
    if len(rms) > 1:
        yield from _steadiness(currents.coarse)


def _steadiness(coarse: CoarseCurrents) -> Iterator[Refusal]:
    """A motor that starts or stops shows in all its currents, a sensor that fails in one."""
    span = max(1, round(_AMPLITUDES_S * coarse.rate_hz))
    parts = coarse.valid.size // span
    power = np.square(coarse.samples[:, : parts * span]).reshape(-1, parts, span).sum(axis=2)
    known = coarse.valid[: parts * span].reshape(parts, span).sum(axis=1)
    power, known = power[:, known > span // 2], known[known > span // 2]
    if known.size < 3:
        return
    amplitudes = np.sqrt(power / known)
    relative = amplitudes / np.median(amplitudes, axis=1, keepdims=True)
    least, most = float(relative.max(axis=0).min()), float(relative.min(axis=0).max())
    if least < STEADY[0]:
        yield Refusal(Reason.STARTING, "least_over_median_amplitude", least, STEADY[0])
    if most > STEADY[1]:
        yield Refusal(Reason.STARTING, "largest_over_median_amplitude", most, STEADY[1])


def _held(currents: _Currents) -> Iterator[Refusal]:
    amplitudes = currents.amplitudes_a / np.abs(currents.scales)
    for counts, amplitude in zip(currents.counts, amplitudes, strict=True):
        held = flat.held_s(counts, float(amplitude), currents.rate_hz, currents.coarse.frequency_hz)
        if held is not None:
            yield Refusal(Reason.STUCK_CHANNEL, "longest_constant_s", *held)


def _clipping(currents: _Currents) -> Iterator[Refusal]:
    if currents.marked > _MOST_AT_EXTREME:
        yield Refusal(Reason.CLIPPED, "clipped_fraction", currents.marked, _MOST_AT_EXTREME)
    for counts in currents.counts:
        rate_hz, line_hz = currents.rate_hz, currents.coarse.frequency_hz
        ratio = flat.flat_top_ratio(counts, rate_hz, line_hz)
        if (
            ratio > flat.FLAT_TOP_LIMIT
            and flat.third_harmonic(counts, rate_hz, line_hz) > flat.LEAST_THIRD_HARMONIC
        ):
            yield Refusal(Reason.CLIPPED, "flat_top_ratio", ratio, flat.FLAT_TOP_LIMIT)


def _clock(currents: _Currents) -> Iterator[Refusal]:
    coarse = currents.coarse
    jump_rad = clock.phase_jump_rad(coarse)
    if jump_rad is not None:
        yield Refusal(Reason.UNRELIABLE_CLOCK, "phase_jump_rad", abs(jump_rad), clock.LEAST_JUMP_RAD)
    strongest = currents.counts[int(np.argmax(currents.amplitudes_a))]
    jitter_s = clock.jitter_s(strongest, currents.rate_hz, coarse.frequency_hz)
    if jitter_s > clock.MOST_JITTER_S:
        yield Refusal(Reason.UNRELIABLE_CLOCK, "jitter_s", jitter_s, clock.MOST_JITTER_S)


def _wander(currents: _Currents) -> Iterator[Refusal]:
    """On the mains a line that strays is the fault of the clock, on a drive it may be meant."""
    part_s = currents.coarse.valid.size / currents.coarse.rate_hz / currents.phasors.shape[1]
    wander_hz = clock.wander_hz(currents.phasors, part_s)
    if wander_hz > clock.MOST_WANDER_HZ:
        reason = Reason.UNRELIABLE_CLOCK if currents.nameplate.supply == "grid" else Reason.UNSTEADY
        yield Refusal(reason, "line_wander_hz", wander_hz, clock.MOST_WANDER_HZ)


def _two_phases(currents: _Currents) -> Iterator[Refusal]:
    if len(currents.phasors) != 2:
        return
    angle_deg = wiring.phase_angle_deg(currents.phasors)
    least_deg, largest_deg = wiring.LEAST_PHASE_ANGLE_DEG, wiring.LARGEST_PHASE_ANGLE_DEG
    if angle_deg < least_deg:
        yield Refusal(Reason.OUT_OF_DOMAIN, "angle_between_phases_deg", angle_deg, least_deg)
    if angle_deg > largest_deg:
        yield Refusal(Reason.MISSING_PHASE, "angle_between_phases_deg", angle_deg, largest_deg)


def _three_phases(currents: _Currents) -> Iterator[Refusal]:
    if len(currents.phasors) != 3:
        return
    zero = wiring.zero_sequence(currents.phasors)
    if zero > wiring.MOST_ZERO_SEQUENCE:
        yield Refusal(Reason.OUT_OF_DOMAIN, "zero_sequence", zero, wiring.MOST_ZERO_SEQUENCE)
    limit = wiring.drift_limit(float((currents.amplitudes_a / np.abs(currents.scales)).min()))
    drift = wiring.gain_drift(currents.phasors)
    if drift > limit:
        yield Refusal(Reason.UNSTEADY, "gain_drift", drift, limit)


def measured_speed_rpm(window: Window) -> float | None:
    """Give the median of the first speed channel, rpm; None where there is none or nothing came of it."""
    for stream in window.streams:
        for i, channel in enumerate(stream.stream.channels):
            if channel.kind is ChannelKind.SPEED and stream.valid.any() and i not in stream.dead:
                return float(np.median(stream.units(i)[stream.valid]))
    return None


def usable_vibration(window: StreamWindow) -> list[int]:
    """Indices of the vibration channels that are neither stuck nor clipped and have lost little."""
    if window.lost_samples > MOST_LOST_FRACTION * window.valid.size or window.overruns:
        return []
    return [
        i
        for i, c in enumerate(window.stream.channels)
        if c.kind is ChannelKind.VIBRATION
        and i not in window.dead
        and not _stands_still(window.counts[i], window.stream.rate_hz)
        and not _rails(window.counts[i])
    ]


def _stands_still(counts: NDArray[np.integer], rate_hz: float) -> bool:
    """Whether a signal is held far longer than the few counts that it spans let it rest by chance."""
    longest = _VIBRATION_HELD_S * rate_hz
    scans = max(_LEAST_HELD_SCANS, int(min(longest, _HOLDS_BY_CHANCE * flat.usual_hold(counts))))
    return bool(flat.holds(counts, scans).any())


def _rails(counts: NDArray[np.integer]) -> bool:
    """Whether a signal spends much of its time at its very extremes."""
    low, high = counts.min(), counts.max()
    if int(high) - int(low) < _FEW_COUNTS:
        return False
    at_extremes = np.count_nonzero(counts == low) + np.count_nonzero(counts == high)
    return bool(at_extremes > _MOST_AT_EXTREME * counts.size)
