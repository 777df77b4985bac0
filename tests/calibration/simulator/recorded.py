"""Reading simulated recordings in tests."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.recordings import Recording


def units(recording: Recording, stream: int, name: str) -> NDArray[np.float64]:
    """Samples of a channel by its name, in its unit."""
    channels = recording.device.streams[stream].channels
    column = [channel.name for channel in channels].index(name)
    return np.asarray(recording.counts[stream][:, column] * channels[column].scale, np.float64)


def space_vector(recording: Recording) -> NDArray[np.complex128]:
    """Amplitude-invariant vector of the three currents."""
    turns = np.exp(2j * np.pi / 3 * np.arange(3))
    phases = [units(recording, 0, f"i{phase}") for phase in "abc"]
    return np.asarray(2 / 3 * sum(turn * phase for turn, phase in zip(turns, phases, strict=True)))


def carrier_levels(recording: Recording) -> tuple[float, float]:
    """Levels of the lower and the upper sideband, dBc, at the true frequencies."""
    vector = space_vector(recording)
    line_hz, slip = recording.meta["line_frequency_hz"], recording.meta["slip"]
    rate_hz = recording.device.streams[0].rate_hz
    lower, line, upper = (level_at(vector, rate_hz, line_hz * (1 + k * 2 * slip)) for k in (-1, 0, 1))
    return 20 * np.log10(lower / line), 20 * np.log10(upper / line)


def level_at(samples: NDArray[np.number], rate_hz: float, frequency_hz: float) -> float:
    """Amplitude of one complex line, Blackman window."""
    window = np.blackman(samples.size)
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(samples.size) / rate_hz)
    return float(abs((samples * window * turns).sum()) / window.sum())
