"""In which steps the numbers of a stream become counts: whole ones as they are, decimal ones finer."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Channel

MAX_COUNT = 2**31 - 1
"""Largest magnitude of a count of 32 bits."""

_ROOM_UNITS = 10.0
"""A decimal channel has room for so many A, m/s2, mm/s or rpm at least before its step must change;
judgement: the step is then 1e-8 of a unit, finer than any sensor."""
_ROOM = 1000.0
"""And for so many times its first number: judgement, more than a start draws over an idling motor."""
_WEIGHT = 4
"""A number that does not fit weighs as much as so many that do: from a fifth on, they are the rule.
Judgement."""
_ENOUGH = 32
"""Weight from which the step changes, which begins the line anew: judgement, eight odd lines in a row, so
that one or two of them never do."""


class Steps:
    """The step of each channel. It changes only where most lines show that it must, and then for good."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        """Begin with whole numbers."""
        self._scales = np.array([abs(channel.scale) for channel in channels])
        self._steps = np.ones(len(channels))
        self._decimal = np.zeros(len(channels), bool)
        self._weights = np.zeros(len(channels))
        self._last_odd = -1

    def begin_decimal(self, row: Sequence[float]) -> None:
        """Take all channels for decimal ones, as the first line (channels,) shows them."""
        for channel, value in enumerate(row):
            self._refine(channel, value)

    def shown(self, channels: Sequence[Channel]) -> tuple[Channel, ...]:
        """Return the channels with scale and offset for these counts."""
        return tuple(
            channel
            if step == 1.0
            else replace(channel, scale=channel.scale * step, offset=channel.offset / step)
            for channel, step in zip(channels, self._steps.tolist(), strict=True)
        )

    def take(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the counts of the leading rows (scans, channels), and True where a channel has no value.

        Where these are fewer than all, the steps are others from the next row on.
        """
        odd = self._odd(rows)
        for row in np.flatnonzero(odd.any(axis=1)).tolist():
            fitting = row - self._last_odd - 1
            self._weights = np.maximum(0.0, self._weights - fitting) + _WEIGHT * odd[row]
            self._last_odd = row
            if self._weights.max() >= _ENOUGH:
                counted = self._counts(rows[:row])
                for channel in np.flatnonzero(self._weights >= _ENOUGH).tolist():
                    self._refine(channel, rows[row, channel])
                    self._weights[channel] = 0.0
                self._last_odd = -1
                return counted
        self._last_odd -= len(rows)
        return self._counts(rows)

    def _counts(self, rows: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        steps = rows / self._steps
        invalid = ~(np.abs(steps) <= MAX_COUNT)
        return np.rint(np.where(invalid, 0.0, steps)).astype(np.int32), invalid

    def _odd(self, rows: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which numbers another step would suit better; what no step suits is not odd, but invalid."""
        with np.errstate(invalid="ignore"):
            fraction = ~self._decimal & (rows != np.rint(rows))
            too_large = self._decimal & (np.abs(rows) > self._steps * MAX_COUNT) & (self._steps < 1.0)
            return np.asarray((fraction | too_large) & (np.abs(rows) <= MAX_COUNT))

    def _refine(self, channel: int, value: float) -> None:
        """Make a channel decimal, or its step coarser, with room for far more than this number."""
        known = abs(value) if math.isfinite(value) and abs(value) <= MAX_COUNT else 0.0
        room = max(_ROOM_UNITS / self._scales[channel], _ROOM * known)
        self._steps[channel] = min(1.0, 10.0 ** math.ceil(math.log10(room / MAX_COUNT)))
        self._decimal[channel] = True
