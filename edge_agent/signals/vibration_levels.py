"""How strongly the housing vibrates: velocity and acceleration of the vibration channels."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import ChannelKind
from edge_agent.limits import SAMPLES
from edge_agent.signals.dsp.power import power_spectrum
from edge_agent.windows.sliding import StreamWindow, Window

_LOWEST_HZ, _HIGHEST_HZ = 10.0, 1000.0
"""Band of the velocity, Hz (ISO 20816-1 and ISO 20816-3)."""
_HIGHEST_SHARE = 0.45
"""Share of the rate up to which the band reaches: that to which the filters before converters let pass."""
_PART_S = 2.0
"""Length of a part, s: bins of half a hertz keep what lies below 9 Hz out of the band. Judgement."""
_MM_PER_M = 1000.0
"""Millimetres of a metre."""


@dataclass(frozen=True, slots=True)
class VibrationLevels:
    """Levels of the vibration channels of a window, by name."""

    velocity_mm_s: dict[str, float]
    """Velocity from 10 to 1000 Hz, mm/s rms, of all channels."""
    acceleration_m_s2: dict[str, float]
    """Acceleration without its mean, m/s2 rms, of the channels that measure it."""


def vibration_levels(window: Window) -> VibrationLevels:
    """Return the levels of each vibration channel of a window.

    Acceleration in m/s2 is integrated in the spectrum, where it is divided by 2 pi f; velocity in mm/s is
    only limited to the band. A rate that does not reach 1000 Hz gives what it reaches: the band then ends at
    0.45 times the rate. A channel without values has no entry, and one without a part that
    came whole has no velocity.
    """
    levels = VibrationLevels({}, {})
    for stream in window.streams:
        if np.count_nonzero(stream.valid) < SAMPLES.min_scans:
            continue
        for i, channel in enumerate(stream.stream.channels):
            if channel.kind is not ChannelKind.VIBRATION or i in stream.dead:
                continue
            samples = stream.units(i).astype(np.float64)
            samples -= samples[stream.valid].mean()
            if channel.unit == "m/s2":
                mean_square = np.square(samples[stream.valid]).mean()
                levels.acceleration_m_s2[channel.name] = math.sqrt(mean_square)
            velocity_mm_s = _velocity_mm_s(samples, stream, channel.unit)
            if velocity_mm_s is not None:
                levels.velocity_mm_s[channel.name] = velocity_mm_s
    return levels


def _velocity_mm_s(samples: NDArray[np.float64], stream: StreamWindow, unit: str) -> float | None:
    """Return the velocity in the band; None if it has no bin, or no part came whole."""
    rate_hz = stream.stream.rate_hz
    length = min(samples.size, round(_PART_S * rate_hz))
    power = power_spectrum(samples[np.newaxis], stream.valid, length)
    return None if power is None else velocity_mm_s(power[0], rate_hz / length, rate_hz, unit)


def velocity_mm_s(power: NDArray[np.float64], bin_hz: float, rate_hz: float, unit: str) -> float | None:
    """Return the velocity from 10 to 1000 Hz, or as far as the rate reaches, mm/s rms; None without a bin.

    Args:
        power: (bins,), mean square in each bin of `bin_hz`, of samples in `unit`: m/s2 or mm/s.
        bin_hz: width of a bin.
        rate_hz: of the samples.
        unit: of the samples; acceleration is integrated.
    """
    tones_hz = np.arange(power.size) * bin_hz
    band = (tones_hz >= _LOWEST_HZ) & (tones_hz <= min(_HIGHEST_HZ, _HIGHEST_SHARE * rate_hz))
    if not band.any():
        return None
    if unit == "mm/s":
        return math.sqrt(power[band].sum())
    return _MM_PER_M * math.sqrt(np.sum(power[band] / np.square(2 * np.pi * tones_hz[band])))
