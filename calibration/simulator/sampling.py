"""The converter's clock: values at the instants of the scans, between the simulation's steps."""

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.kernel import kernel

Floats = NDArray[np.float64]

_JITTER_LIMIT = 4.0
"""Jitter is cut off beyond this many standard deviations. Judgement: one scan in 16,000, so that the history
stays short."""


class Sampler:
    """Reads a continuing signal at the instants of a clock that may be off, skewed and jittery.

    Values between steps come from the cubic through the four steps around them.
    """

    def __init__(
        self,
        step_rate_hz: float,
        rate_hz: float,
        offsets_s: Floats,
        *,
        first_step: int,
        clock_error_ppm: float,
        jitter_s: float,
        lost: tuple[tuple[float, float], ...],
        rng: np.random.Generator,
    ) -> None:
        """Start with scan 0 at step 0; the first steps to be pushed begin at `first_step` <= 0.

        `offsets_s` (channels,) is how much later each channel is read; `lost` holds (start s, length s)
        of stretches of time that pass without scans being counted.
        """
        self._steps_per_scan = step_rate_hz / (rate_hz * (1.0 + 1e-6 * clock_error_ppm))
        self._offsets = offsets_s * step_rate_hz
        self._jitter = jitter_s * step_rate_hz
        self._lost = [(round(start * rate_hz), length * step_rate_hz) for start, length in lost]
        self._rng = rng
        self._scan = 0
        self._first_step = first_step
        self._history = np.zeros((offsets_s.size, 0))

    def read(self, steps: Floats) -> Floats:
        """Take the next steps, (channels, n); return the scans that lie within, (scans, channels)."""
        self._history = np.concatenate([self._history, steps], axis=1)
        last_step = self._first_step + self._history.shape[1] - 1
        reach = float(self._offsets.max()) + _JITTER_LIMIT * self._jitter + 2.0
        most = max(0, int((last_step - self._at(np.array([self._scan]))[0]) / self._steps_per_scan) + 1)
        at = self._at(self._scan + np.arange(most))
        at = at[at + reach <= last_step]
        self._scan += at.size
        limit = _JITTER_LIMIT
        jitter = np.clip(self._rng.standard_normal(at.size), -limit, limit) if self._jitter > 0 else 0.0
        positions = (at + jitter * self._jitter - self._first_step)[:, np.newaxis] + self._offsets
        scans = np.empty(positions.shape)
        _interpolate(self._history, positions, scans)
        self._forget()
        return scans

    def _at(self, scans: NDArray[np.int64]) -> Floats:
        """Return the positions of scans, in steps."""
        at = scans * self._steps_per_scan
        for start, length in self._lost:
            at = at + np.where(scans >= start, length, 0.0)
        return np.asarray(at, float)

    def _forget(self) -> None:
        """Drop the steps that no later scan needs."""
        following = self._at(np.array([self._scan]))[0]
        oldest = following + float(self._offsets.min()) - _JITTER_LIMIT * self._jitter - 3.0
        drop = min(max(0, int(oldest) - self._first_step), self._history.shape[1])
        self._history = self._history[:, drop:]
        self._first_step += drop


@kernel
def _interpolate(history: Floats, positions: Floats, scans: Floats) -> None:
    """Fill `scans`: Lagrange cubic through steps k - 1 to k + 2; the first step extends to those before."""
    last = history.shape[1] - 1
    for c in range(history.shape[0]):
        for n in range(positions.shape[0]):
            k = int(np.floor(positions[n, c]))
            x = positions[n, c] - k
            y0 = history[c, max(k - 1, 0)]
            y1 = history[c, max(k, 0)]
            y2 = history[c, min(max(k + 1, 0), last)]
            y3 = history[c, min(max(k + 2, 0), last)]
            scans[n, c] = (
                -y0 * x * (x - 1.0) * (x - 2.0) / 6.0
                + y1 * (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
                - y2 * (x + 1.0) * x * (x - 2.0) / 2.0
                + y3 * (x + 1.0) * x * (x - 1.0) / 6.0
            )
