"""A motor's currents and vibration, as lines that people write."""

from collections.abc import Callable

import numpy as np

RATE_HZ = 2000.0


def counts(
    seconds: float = 2.0,
    line_hz: float = 50.0,
    order: str = "abc",
    mid: float = 512.0,
    amplitude: float = 180.0,
) -> np.ndarray:
    """(scans, 4) of a converter with a bias: three phases in this order, and vibration."""
    rng = np.random.default_rng(5)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    lags = {"a": 0.0, "b": 1 / 3, "c": 2 / 3}
    waves = [amplitude * np.sin(2 * np.pi * (line_hz * t - lags[phase]) + 0.4) for phase in order]
    vibration = sum(20 * np.sin(2 * np.pi * f * t + f) for f in (24.6, 49.2, 137.0, 420.0))
    table = np.stack([*waves, vibration], axis=1) + mid + rng.normal(0, 1.0, (len(t), len(order) + 1))
    return np.rint(table)


def lines(table: np.ndarray, write: Callable[[list[float]], str], header: str = "") -> bytes:
    """Lines from the middle of one on."""
    text = "".join(f"{write(row)}\r\n" for row in table.tolist())
    return f"half a line\r\n{header}".encode() + text.encode()


def plain(row: list[float]) -> str:
    return ",".join(f"{value:.0f}" for value in row)
