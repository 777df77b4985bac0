"""Windows of vibration alone, made up: shafts, bearings and noise with known rhythms."""

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.windows.sliding import StreamWindow, Window

RATE_HZ = 10_000.0
SHAFT_HZ = 29.3
Floats = NDArray[np.float64]


def seconds(length_s: float = 4.0, rate_hz: float = RATE_HZ) -> Floats:
    return np.arange(round(length_s * rate_hz)) / rate_hz


def noise(level: float, length_s: float = 4.0, seed: int = 1, rate_hz: float = RATE_HZ) -> Floats:
    """Return noise of so much rms, m/s2."""
    return level * np.random.default_rng(seed).standard_normal(round(length_s * rate_hz))


def shaft(orders: dict[float, float], length_s: float = 4.0, rate_hz: float = RATE_HZ) -> Floats:
    """Return lines at orders of the shaft, each of so many mm/s rms, as acceleration in m/s2."""
    times = seconds(length_s, rate_hz)
    lines = np.zeros(times.size)
    for order, velocity_mm_s in orders.items():
        speed = 2 * np.pi * order * SHAFT_HZ
        lines += np.sqrt(2) * velocity_mm_s / 1000 * speed * np.cos(speed * times + order)
    return lines


def blows(
    order: float,
    size: float,
    length_s: float = 4.0,
    once_a_turn: float = 0.0,
    sliding: float = 0.01,
    seed: int = 3,
) -> Floats:
    """Return blows so many times a turn that ring at 3.1 kHz, m/s2.

    Args:
        order: blows per turn.
        size: of each.
        length_s: of the signal.
        once_a_turn: how much they swell and fade with the load zone, 0 to 1.
        sliding: standard deviation of the distance between blows, relative.
        seed: of all that is random.
    """
    random = np.random.default_rng(seed)
    gaps = (1 + sliding * random.standard_normal(int(order * SHAFT_HZ * length_s) + 50)) / (order * SHAFT_HZ)
    at = np.cumsum(gaps)
    at = at[at < length_s]
    swelling = 1 + once_a_turn * np.cos(2 * np.pi * SHAFT_HZ * at)
    return size * _ringing(at, swelling * random.uniform(0.7, 1.3, at.size), length_s)


def scattered_blows(count: int, size: float, length_s: float = 4.0) -> Floats:
    """Return so many blows at random times, which ring as those of `blows`, m/s2."""
    at = np.random.default_rng(4).uniform(0, length_s - 0.02, count)
    return size * _ringing(at, np.ones(count), length_s)


def _ringing(at: Floats, strengths: Floats, length_s: float) -> Floats:
    hits = np.zeros(round(length_s * RATE_HZ))
    hits[(at * RATE_HZ).astype(int)] = strengths
    ringing_s = np.arange(100) / RATE_HZ
    ringing = np.exp(-ringing_s / 0.001) * np.sin(2 * np.pi * 3100.0 * ringing_s)
    return np.convolve(hits, ringing)[: hits.size]


def a_window(
    *channels: Floats, unit: str = "m/s2", rate_hz: float = RATE_HZ, lost: slice | None = None
) -> Window:
    """Return a window of vibration channels vib_1, vib_2 and so on; the scans of `lost` never came."""
    samples = np.stack(channels)
    scale = max(float(np.abs(samples).max()), 1e-9) / 30_000
    known = tuple(
        Channel(f"vib_{i + 1}", ChannelKind.VIBRATION, unit, scale) for i in range(samples.shape[0])
    )
    valid = np.ones(samples.shape[1], bool)
    if lost is not None:
        valid[lost] = False
    counts = np.rint(samples / scale).astype(np.int16)
    stream = StreamWindow(Stream(0, rate_hz, known), 0, counts, valid, 0)
    return Window(0.0, samples.shape[1] / rate_hz, (stream,), 0.0)
