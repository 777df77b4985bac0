"""Windows that share no sample: what is counted over many windows is counted in these, each sample once."""

import math
from typing import Protocol


class Timed(Protocol):
    """What is asked of a window."""

    @property
    def start_s(self) -> float:
        """When it begins, on the timeline of the windows."""

    @property
    def length_s(self) -> float:
        """How long it is, s."""


class WindowsApart:
    """Tells which windows share no sample with the one that was counted last.

    All windows must be asked about, in their order. One that starts no later than the window before it is of
    samples that are counted anew: the device has started again, or it is another recording.
    """

    def __init__(self) -> None:
        """Begin without any window."""
        self._newest_s = -math.inf
        self._free_from_s = -math.inf

    def is_apart(self, window: Timed) -> bool:
        """True if a window shares no sample with the one that was counted last."""
        if window.start_s <= self._newest_s:
            self._free_from_s = -math.inf
        self._newest_s = window.start_s
        return window.start_s >= self._free_from_s

    def count(self, window: Timed) -> None:
        """Note that a window is counted."""
        self._free_from_s = window.start_s + window.length_s

    def take(self, window: Timed) -> bool:
        """Count a window if it is apart; return whether it is."""
        if not self.is_apart(window):
            return False
        self.count(window)
        return True
