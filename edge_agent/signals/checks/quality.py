"""Check whether the samples of a window can bear an answer at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Channel
from edge_agent.limits import CLOCK, SAMPLES
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_samples
from edge_agent.signals.checks import clock, flat, sensors
from edge_agent.signals.checks.coarse import CoarseCurrents, coarse_currents
from edge_agent.signals.checks.steadiness import INRUSH_OVER_RATED
from edge_agent.verdict import Refusal
from edge_agent.windows.sliding import StreamWindow

_AMPLITUDES_S = 0.2
"""Parts in which the amplitude is followed, s: ten periods of the line, shorter than any start.
Judgement."""
_RUN_UP_OVER_RATED = (INRUSH_OVER_RATED, 12.0)
"""Currents over the rated one between which a motor may run up: locked rotors draw 5 to 8 times it, some of
the highest efficiency 10 times, and a tenth more at a tenth more voltage."""
_QUARTERS = 4
"""Parts of a window whose currents are compared: a run-up of seconds shows between quarters. Judgement."""


@dataclass(frozen=True, slots=True)
class _Currents:
    """The currents of a window as the checks look at them."""

    counts: list[NDArray[np.integer]]
    """Of each phase, (scans,), without those that were lost."""
    channels: list[Channel]
    """Of each phase."""
    names: list[str]
    """Of the channels."""
    coarse: CoarseCurrents
    rms_a: NDArray[np.float64]
    """(phases,)."""
    amplitudes: NDArray[np.float64]
    """(phases,), in counts."""
    phasors: NDArray[np.complex128]
    """(phases, parts), A, of consecutive parts of the window."""
    marked: float
    """Share of the scans in blocks that the device marked as clipped."""
    rate_hz: float
    nameplate: Nameplate


def off_below_a(nameplate: Nameplate) -> float:
    """Return the rms current below which the motor is off, A."""
    return SAMPLES.off_below_rated * nameplate.rated_current_a


def check_rate(window: StreamWindow, nameplate: Nameplate) -> Refusal | None:
    """Return the refusal of currents that come too seldom to show the line, as a meter's rms values do."""
    if not window.stream.phases:
        return None
    needed_hz = SAMPLES.min_scans_per_period * nameplate.line_frequency_hz
    if window.stream.rate_hz < needed_hz:
        return of_samples.TOO_SLOW.refuse(window.stream.rate_hz, needed_hz)
    if window.valid.size < SAMPLES.min_scans:
        return of_samples.TOO_FEW_SCANS.refuse(window.valid.size)
    return None


def check_currents(window: StreamWindow, nameplate: Nameplate) -> Refusal | None:
    """Return the first reason why the currents of this window say nothing; None if they can be used."""
    lost = window.lost_samples / max(1, window.valid.size)
    if lost > SAMPLES.max_lost_fraction:
        return of_samples.LOST_FRACTION.refuse(lost)
    if window.overruns:
        return of_samples.DEVICE_OVERRUNS.refuse(window.overruns)
    channels = list(window.stream.phases.values())
    if not channels:
        return of_samples.NO_CURRENT_CHANNEL.refuse(0)
    for channel in set(channels).intersection(window.dead):
        name = window.stream.channels[channel].name
        return of_samples.DEAD_CURRENT.refuse(len(window.dead), channel=name)
    used = [window.stream.channels[i] for i in channels]
    coarse = coarse_currents(window, nameplate.line_frequency_hz)
    amplitudes_a = coarse.amplitudes_a
    currents = _Currents(
        counts=[window.counts[i] if lost == 0.0 else window.counts[i, window.valid] for i in channels],
        channels=used,
        names=[channel.name for channel in used],
        coarse=coarse,
        rms_a=np.asarray(amplitudes_a / np.sqrt(2.0)),
        amplitudes=np.asarray(amplitudes_a / np.abs([channel.scale for channel in used])),
        phasors=coarse.phasors,
        marked=window.clipped_scans / window.valid.size,
        rate_hz=window.stream.rate_hz,
        nameplate=nameplate,
    )
    for check in _CHECKS:
        for refusal in check(currents):
            return refusal
    return None


def _off(currents: _Currents) -> Iterator[Refusal]:
    strongest, off_a = float(currents.rms_a.max()), off_below_a(currents.nameplate)
    if strongest < off_a:
        yield of_samples.MOTOR_OFF.refuse(strongest, off_a)


def _starts(currents: _Currents) -> Iterator[Refusal]:
    """Refuse a motor that starts or stops: it shows in all its currents, a sensor that fails in one.

    Where there is but one, an inrush tells a start, and a rest that reaches to an end of the window a stop.
    Without rest and inrush it is the load that changed: the motor ran all the time.
    """
    rms_a = _rms_of_parts(currents.coarse)
    if rms_a.shape[1] < 3:
        return
    relative = rms_a / np.maximum(np.median(rms_a, axis=1, keepdims=True), 1e-30)
    least, most = float(relative.max(axis=0).min()), float(relative.min(axis=0).max())
    alone = len(currents.channels) == 1
    rests = not alone or min(relative[0, 0], relative[0, -1]) < SAMPLES.min_amplitude_over_median
    rested = rms_a.max(axis=0).min() < off_below_a(currents.nameplate)
    inrush = rms_a.min(axis=0).max() > _RUN_UP_OVER_RATED[0] * currents.nameplate.rated_current_a
    falls, rises = of_samples.AMPLITUDE_FALLS, of_samples.AMPLITUDE_RISES
    if not rested and not inrush:
        falls, rises = of_samples.LOAD_FALLS, of_samples.LOAD_RISES
    if least < SAMPLES.min_amplitude_over_median and rests:
        yield falls.refuse(least)
    if most > SAMPLES.max_amplitude_over_median:
        yield rises.refuse(most)


def _rms_of_parts(coarse: CoarseCurrents) -> NDArray[np.float64]:
    """Return the rms of parts of a fifth of a second, (phases, parts), A.

    The last part reaches to the very end of the window; there is none where the window is that short.
    """
    span = max(1, round(_AMPLITUDES_S * coarse.rate_hz))
    last = coarse.valid.size - span
    if last < 2 * span:
        return np.empty((len(coarse.samples), 0))
    power = _sums_of_parts(np.square(coarse.samples), span)
    known = _sums_of_parts(coarse.valid[np.newaxis], span)[0]
    kept = known > span // 2
    return np.asarray(np.sqrt(power[:, kept] / known[kept]))


def _sums_of_parts(rows: NDArray[Any], span: int) -> NDArray[Any]:
    """Return the sums (rows, parts) of parts of so many values of (rows, n); the last reaches to its end."""
    count = rows.shape[1] // span
    whole = rows[:, : count * span].reshape(len(rows), count, span).sum(axis=2)
    if rows.shape[1] == count * span:
        return np.asarray(whole)
    return np.hstack([whole, rows[:, -span:].sum(axis=1, keepdims=True)])


def _run_up(currents: _Currents) -> Iterator[Refusal]:
    """Refuse a start that lasts: currents far above the rated one, which change from quarter to quarter."""
    least, most = (over * currents.nameplate.rated_current_a for over in _RUN_UP_OVER_RATED)
    if currents.rms_a.min() < least or currents.rms_a.max() > most or currents.coarse.valid.size < _QUARTERS:
        return
    quarters = np.array_split(currents.coarse.samples, _QUARTERS, axis=1)
    amplitudes = [float(np.sqrt(np.mean(np.square(quarter)))) for quarter in quarters]
    change = max(amplitudes) / max(min(amplitudes), 1e-30) - 1.0
    if change > SAMPLES.max_change_of_large_current:
        yield of_samples.RUN_UP.refuse(change)


def _sensors(currents: _Currents) -> Iterator[Refusal]:
    names, rms_a, nameplate = currents.names, currents.rms_a, currents.nameplate
    refusal = sensors.check_magnitude(names, rms_a, nameplate)
    refusal = refusal or sensors.check_gains(names, currents.phasors, rms_a, nameplate)
    if refusal is not None:
        yield refusal


def _dead_phase(currents: _Currents) -> Iterator[Refusal]:
    weakest, strongest = float(currents.rms_a.min()), float(currents.rms_a.max())
    if weakest < SAMPLES.missing_below_strongest * strongest:
        row = int(np.argmin(currents.rms_a))
        counts, channel = currents.counts[row], currents.channels[row]
        level_a = abs(float(channel.units(counts[:1])[0]))
        stuck = counts.min() == counts.max() and level_a > SAMPLES.missing_below_strongest * strongest
        rule = of_samples.STUCK_PHASE if stuck else of_samples.MISSING_PHASE
        yield rule.refuse(weakest, SAMPLES.missing_below_strongest * strongest, channel.name)


def _held(currents: _Currents) -> Iterator[Refusal]:
    rows = zip(currents.counts, currents.amplitudes, currents.names, strict=True)
    for counts, amplitude, name in rows:
        held = flat.held_s(counts, float(amplitude), currents.rate_hz, currents.coarse.frequency_hz)
        if held is not None:
            yield of_samples.HELD_VALUE.refuse(*held, name)


def _clipping(currents: _Currents) -> Iterator[Refusal]:
    if currents.marked > SAMPLES.max_at_extreme:
        yield of_samples.MARKED_CLIPPED.refuse(currents.marked)
    for counts, name in zip(currents.counts, currents.names, strict=True):
        rate_hz, line_hz = currents.rate_hz, currents.coarse.frequency_hz
        ratio = flat.flat_top_ratio(counts, rate_hz, line_hz)
        if (
            ratio > SAMPLES.max_flat_top_ratio
            and flat.third_harmonic(counts, rate_hz, line_hz) > SAMPLES.min_third_harmonic
        ):
            yield of_samples.FLAT_TOPS.refuse(ratio, channel=name)


def _clock(currents: _Currents) -> Iterator[Refusal]:
    coarse = currents.coarse
    jump_rad = clock.phase_jump_rad(coarse)
    if jump_rad is not None:
        yield of_samples.PHASE_JUMP.refuse(abs(jump_rad))
    strongest = currents.counts[int(np.argmax(currents.coarse.amplitudes_a))]
    jitter_s = clock.jitter_s(strongest, currents.rate_hz, coarse.frequency_hz)
    if jitter_s > CLOCK.max_jitter_s:
        yield of_samples.JITTER.refuse(jitter_s)


def _wander(currents: _Currents) -> Iterator[Refusal]:
    """Refuse a line that strays: on the mains it is the fault of the clock, on a drive it may be meant."""
    part_s = currents.coarse.valid.size / currents.coarse.rate_hz / currents.phasors.shape[1]
    wander_hz = clock.wander_hz(currents.phasors, part_s)
    if wander_hz > CLOCK.max_wander_hz:
        grid = currents.nameplate.supply == "grid"
        yield (of_samples.LINE_WANDERS if grid else of_samples.DRIVE_WANDERS).refuse(wander_hz)


def _wiring(currents: _Currents) -> Iterator[Refusal]:
    refusal = sensors.check_directions(currents.phasors)
    refusal = refusal or sensors.check_drift(currents.phasors, float(currents.amplitudes.min()))
    if refusal is not None:
        yield refusal


_CHECKS = (
    _off,
    _starts,
    _run_up,
    _sensors,
    _dead_phase,
    _held,
    _clipping,
    _clock,
    _wander,
    _wiring,
)
"""In this order: what spoils the later ones comes first."""
