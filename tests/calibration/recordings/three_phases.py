"""Three currents as numbers, for the tests that write them in a binary format and read them again."""

from typing import Any

import numpy as np

from edge_agent.acquire.recordings import Recording

RATE_HZ = 2000.0
SCANS = 200
TIME_S = np.arange(SCANS) / RATE_HZ
AMPERES = np.stack([9 * np.cos(2 * np.pi * (50 * TIME_S - k / 3)) for k in range(3)], axis=1)
"""Three phases of 50 Hz, (scans, phases)."""


def amperes_of(recording: Recording, stream: int = 0) -> Any:
    channels = recording.device.streams[stream].channels
    assert {channel.unit for channel in channels} == {"A"}
    scales, offsets = (np.array([getattr(c, key) for c in channels]) for key in ("scale", "offset"))
    return (recording.counts[stream] - offsets) * scales


def names_of(recording: Recording) -> list[list[str]]:
    return [[channel.name for channel in stream.channels] for stream in recording.device.streams]


def rates_of(recording: Recording) -> list[float]:
    return [stream.rate_hz for stream in recording.device.streams]
