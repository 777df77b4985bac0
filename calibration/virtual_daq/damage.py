"""Damage on the way from the DAQ to its listener, on request."""

from collections import deque
from enum import StrEnum

import numpy as np


class Harm(StrEnum):
    """Damage to the next batch of scans."""

    NOISE = "noise"
    """Random bytes come before it."""
    FLIP = "flip"
    """One of its bits is flipped."""
    DROP = "drop"
    """It is lost."""
    REPEAT = "repeat"
    """It comes twice."""
    REORDER = "reorder"
    """It comes after the one that follows it."""


class Damage:
    """Passes batches on, each with the harm that was requested first."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._asked: deque[tuple[Harm, int]] = deque()
        self._held: bytes | None = None

    def ask(self, harm: Harm, size: int = 0) -> None:
        """Request `harm` for the next batch without one; `size` is the number of bytes of noise."""
        self._asked.append((harm, size))

    def pass_on(self, batch: bytes) -> list[bytes]:
        """Return what the listener gets in place of `batch`."""
        if self._held is not None:
            return [batch, *self.rest()]
        harm, size = self._asked.popleft() if self._asked else (None, 0)
        match harm:
            case Harm.NOISE:
                return [self._rng.bytes(size), batch]
            case Harm.FLIP:
                return [self._flipped(batch)]
            case Harm.DROP:
                return []
            case Harm.REPEAT:
                return [batch, batch]
            case Harm.REORDER:
                self._held = batch
                return []
            case None:
                return [batch]

    def rest(self) -> list[bytes]:
        """Return the batch that is held back, when nothing follows."""
        held = [] if self._held is None else [self._held]
        self._held = None
        return held

    def _flipped(self, batch: bytes) -> bytes:
        """Flip one bit, but not of the delimiter at the end: that would harm two batches."""
        flipped = bytearray(batch)
        flipped[self._rng.integers(len(batch) - 1)] ^= 1 << int(self._rng.integers(8))
        return bytes(flipped)
