"""The vibration of one window, transformed once for all that look at it: lines of the shaft, envelopes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from edge_agent.acquire.samples import ChannelKind
from edge_agent.signals.dsp.envelope import Envelope, envelope, octaves
from edge_agent.signals.dsp.spectral_lines import NO_LINE, Line, PowerSpectrum, power_of
from edge_agent.signals.vibration_levels import velocity_mm_s
from edge_agent.windows.sliding import StreamWindow, Window

_SHORTEST_S = 0.9
"""Shortest stretch without a lost scan that is looked at, s. Judgement: bins are then about a hertz wide."""
_LOWEST_BAND_HZ = 1000.0
"""Lower end of the bands whose envelope is taken, Hz: where the velocity band of ISO 20816-1 ends, which the
forces of the shaft fill."""
_HIGHEST_SHARE = 0.45
"""Share of the rate up to which bands reach: that to which the filters before converters let pass."""
_REACH_ORDERS = 25.0
"""Orders of the shaft up to which envelopes are looked at: two harmonics of the inner race of 20 balls."""
_ORDER_ERROR = 0.002
"""Relative error of a shaft frequency, by which its harmonics are missed. Judgement: a quarter of a bin in a
window of 2 s of a shaft of 60 Hz."""
_SHAFT_STANDS_OUT_DB = 15.0
"""Level over the floor from which the first harmonic corrects a stated speed, dB. Statistics: of a thousand
bins of noise one exceeds the median by 10 dB, and by 15 dB none of 10 million."""
_SUPPLY_BINS = 2.0
"""Distance from the supply's lines, bins, from which a line is the shaft's: half the main lobe of the Hann
taper (Harris 1978)."""
_MM_PER_M = 1000.0
"""Millimetres of a metre."""


@dataclass(frozen=True, eq=False)
class ChannelView:
    """One vibration channel of a window."""

    name: str
    """Name of the channel."""
    unit: str
    """Unit of its samples: m/s2 or mm/s."""
    spectrum: NDArray[np.complex128]
    """(samples // 2 + 1,): transform of the longest whole stretch, without its mean and without a taper."""
    samples: int
    """Samples of this stretch."""
    rate_hz: float
    """Samples per second."""

    @property
    def length_s(self) -> float:
        """Length of the stretch, s."""
        return self.samples / self.rate_hz

    @cached_property
    def power(self) -> PowerSpectrum:
        """Its power spectrum."""
        return power_of(self.spectrum, self.samples, self.rate_hz)

    def order(self, shaft_hz: float, order: float) -> Line:
        """Return the line at so many orders of a shaft, its rms as velocity in mm/s; NO_LINE out of reach."""
        tone_hz = order * shaft_hz
        half_hz = 1.5 * self.power.bin_hz + _ORDER_ERROR * tone_hz
        line = self.power.strongest(tone_hz - half_hz, tone_hz + half_hz)
        if line is NO_LINE or self.unit == "mm/s":
            return line
        velocity_mm_s = _MM_PER_M * line.rms / (2 * np.pi * line.frequency_hz)
        return Line(line.frequency_hz, velocity_mm_s, line.over_floor_db)

    @cached_property
    def velocity_mm_s(self) -> float:
        """Return the velocity from 10 to 1000 Hz, or as far as the rate reaches, mm/s rms."""
        return velocity_mm_s(self.power.power, self.power.bin_hz, self.rate_hz, self.unit) or 0.0

    def envelopes(self, shaft_hz: float) -> tuple[Envelope, ...]:
        """Return the envelopes of its octaves above 1 kHz, the highest first; none if the rate is too low."""
        if shaft_hz not in self._envelopes:
            bands = octaves(self.rate_hz, _LOWEST_BAND_HZ, _HIGHEST_SHARE)
            reach_hz = _REACH_ORDERS * shaft_hz
            self._envelopes[shaft_hz] = tuple(
                envelope(self.spectrum, self.samples, self.rate_hz, band, reach_hz) for band in bands
            )
        return self._envelopes[shaft_hz]

    @cached_property
    def _envelopes(self) -> dict[float, tuple[Envelope, ...]]:
        return {}


@dataclass(frozen=True, eq=False)
class VibrationView:
    """The vibration channels of a window that show a machine."""

    channels: tuple[ChannelView, ...]
    """In the order of the streams; none if nothing of use was measured."""

    def corrected(self, shaft_hz: float, within: float, line_hz: float) -> float:
        """Return a shaft frequency corrected by the first harmonic, if one stands out nearby.

        Args:
            shaft_hz: what is known of it.
            within: largest relative error of that.
            line_hz: of the supply, whose own lines are not the shaft's.
        """
        best = NO_LINE
        for channel in self.channels:
            half_hz = within * shaft_hz
            line = channel.power.strongest(shaft_hz - half_hz, shaft_hz + half_hz)
            off_hz = abs(line.frequency_hz - shaft_hz)
            beside_supply_hz = abs(line.frequency_hz - line_hz * round(line.frequency_hz / line_hz))
            # The search takes whole bins, which reach beyond its bounds.
            is_shaft = off_hz <= half_hz + 0.25 * channel.power.bin_hz
            is_shaft = is_shaft and beside_supply_hz > _SUPPLY_BINS * channel.power.bin_hz
            if is_shaft and line.over_floor_db > best.over_floor_db:
                best = line
        return best.frequency_hz if best.over_floor_db >= _SHAFT_STANDS_OUT_DB else shaft_hz


def view_vibration(window: Window, dead: Sequence[str]) -> VibrationView:
    """Transform the vibration channels of a window, except those by name that show no machine."""
    return VibrationView(tuple(_channels(window, frozenset(dead))))


def _channels(window: Window, dead: frozenset[str]) -> Iterator[ChannelView]:
    for stream in window.streams:
        rate_hz = stream.stream.rate_hz
        part = longest_whole(stream.valid)
        if part.stop - part.start < _SHORTEST_S * rate_hz:
            continue
        for i, channel in enumerate(stream.stream.channels):
            if channel.kind is ChannelKind.VIBRATION and channel.name not in dead and i not in stream.dead:
                yield _transform(stream, i, part)


def _transform(stream: StreamWindow, index: int, part: slice) -> ChannelView:
    channel, rate_hz = stream.stream.channels[index], stream.stream.rate_hz
    samples = channel.units(stream.counts[index, part]).astype(np.float64)
    spectrum = fft.rfft(samples - samples.mean())
    return ChannelView(channel.name, channel.unit, spectrum, samples.size, rate_hz)


def longest_whole(valid: NDArray[np.bool_]) -> slice:
    """Return the longest stretch of `valid` (n,) without a False; the first one of several."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], valid, [False])).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    if starts.size == 0:
        return slice(0, 0)
    longest = int(np.argmax(stops - starts))
    return slice(int(starts[longest]), int(stops[longest]))


def total_mm_s(lines: Sequence[Line]) -> float:
    """Return the velocity of several lines together, mm/s: the root of the sum of their squares."""
    return math.sqrt(sum(line.rms**2 for line in lines))
