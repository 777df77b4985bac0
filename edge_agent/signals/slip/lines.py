"""The lines of one window's current that may be those of the rotor's slots: all that are not the supply's.

Where they lie says nothing as long as the number of bars is not known. Over several loads it does: a slot
line moves with the slip. Once the number is learned, a single line tells the slip.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from edge_agent.acquire.samples import Stream
from edge_agent.signals.dsp.filters import smoothed
from edge_agent.signals.dsp.tones import blackman
from edge_agent.signals.prepared import Current, sum_on_axes
from edge_agent.signals.slip.known import SlotBars
from edge_agent.signals.slip.range import SlipRange
from edge_agent.windows.sliding import StreamWindow

_LOWEST_ORDER = 4.2
"""Frequency from which slot lines are looked for, over that of the supply: 16 bars of six pole pairs have
none below; judgement."""
_HIGHEST_ORDER = 62.0
"""Frequency up to which they are looked for: 60 bars of one pole pair; judgement."""
_HIGHEST_SHARE = 0.45
"""Share of the rate up to which they are looked for: nearer to the half of it converters fold. Judgement."""
_MIN_DB = 14.0
"""Level over the floor from which a line counts, dB. Judgement: of 15,000 bins of noise, with a scatter of
5.6 dB, about one passes."""
_MAX_LINES = 12
"""Lines that are kept, the strongest ones. Judgement: beyond, they are those of other machines."""
_FLOOR_BINS = 301
"""Width of the median that is the floor of a line, bins of the window. Judgement."""
_SUPPLY_BINS = 6.0
"""How far from a harmonic of the supply a line must lie, bins of the window: twice the half width of the
Blackman taper's main lobe."""
LINE_BINS = 1.0
"""Error of the place of a line, bins of the window. Measured: up to 1 in 57 lines of simulated motors, but
for one of a load that changed."""
_MIN_LEAD_DB = 6.0
"""Lead of a line over all others that would mean another slip, dB. Judgement."""
_SAME = 0.03
"""Relative difference of slips that lines of one motor may mean: by side lines of a load that changes."""
_WANDER_S = 1.0
"""The supply's phase is smoothed over this time, s, before it is removed. Judgement, as for slot lines."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One line, as an order of the supply's frequency."""

    order: float
    """Its frequency over that of the supply, without a sign."""
    level_db: float
    """Level over the floor beside it."""


def find_lines(window: StreamWindow, current: Current) -> tuple[FoundLine, ...]:
    """Return the lines of a window that lie off the harmonics of the supply, the strongest first."""
    line_hz = current.line.frequency_hz
    vector = _still(window, current)
    length_s = vector.size / window.stream.rate_hz
    first = int(_LOWEST_ORDER * line_hz * length_s)
    last = int(min(_HIGHEST_ORDER * line_hz, _HIGHEST_SHARE * window.stream.rate_hz) * length_s)
    if last - first < 2 * _FLOOR_BINS or not window.valid.all():
        return ()
    spectrum = np.abs(fft.fft(vector * blackman(vector.size)))
    # In which direction a slot line turns is not known.
    power = spectrum[first:last] ** 2 + spectrum[-first:-last:-1] ** 2
    level_db = 10 * np.log10(power / _floor(power))
    orders = np.arange(first, last) / length_s / line_hz
    off_supply = np.abs(orders - np.round(orders)) * line_hz * length_s > _SUPPLY_BINS
    tops = (level_db == ndimage.maximum_filter1d(level_db, 7)) & off_supply & (level_db >= _MIN_DB)
    places = np.flatnonzero(tops)
    strongest = places[np.argsort(level_db[places])[::-1][:_MAX_LINES]]
    cell = 1 / length_s / line_hz
    return tuple(
        FoundLine(float(orders[at] + cell * _offset(power, at)), float(level_db[at])) for at in strongest
    )


def read_learned(
    lines: Sequence[FoundLine], slots: SlotBars, pole_pairs: int, possible: SlipRange
) -> float | None:
    """Return the slip of the strongest line that means a possible one; None if none leads the others."""
    found = [
        (line.level_db, slip)
        for line in lines
        for slip in slots.slips(line.order, pole_pairs)
        if possible.lowest <= slip <= possible.highest and slip > 0.0
    ]
    if not found:
        return None
    strongest_db, meant = max(found)
    rivals = [level_db for level_db, slip in found if abs(slip / meant - 1) > _SAME]
    return None if rivals and max(rivals) > strongest_db - _MIN_LEAD_DB else meant


def _still(window: StreamWindow, current: Current) -> NDArray[np.complex128]:
    """Return the space vector at its full rate, at instants at which the supply's phase is even.

    So its wander moves no line. One phase alone is taken as it is.
    """
    stream: Stream = window.stream
    phases = stream.phases
    samples = np.stack([window.units(channel) for channel in phases.values()]).astype(np.float64)
    samples -= samples.mean(axis=1, keepdims=True)
    vector = samples[0] if len(phases) == 1 else sum_on_axes(samples, list(phases))
    baseband = current.baseband
    phase = smoothed(baseband.log.imag, round(_WANDER_S * baseband.rate_hz))
    seconds = np.arange(vector.size) / stream.rate_hz
    of_phase = baseband.start_s + np.arange(phase.size) / baseband.rate_hz
    lead_s = np.interp(seconds, of_phase, phase - phase.mean()) / (2 * np.pi * baseband.carrier_hz)
    return np.asarray(np.interp(seconds - lead_s, seconds, vector), np.complex128)


def _floor(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median around each bin, of every eighth of them."""
    coarse = ndimage.median_filter(power[::8], size=_FLOOR_BINS // 8)
    return np.repeat(coarse, 8)[: power.size] + 1e-30


def _offset(power: NDArray[np.float64], at: np.intp) -> float:
    """Return the top of a line within its bin, by a parabola through the logarithms of three bins."""
    if not 0 < at < power.size - 1:
        return 0.0
    before, top, after = np.log(power[at - 1 : at + 2])
    return float((before - after) / (2 * (before - 2 * top + after)))
