"""Starts of a motor and how long they last, from its rms current in short parts."""

import math
from collections.abc import Iterable

import numpy as np

_MIN_REST_S = 1.0
"""A shorter pause of the current is none: a star-delta starter pauses for 0.1 s. Judgement."""
_MIN_RUN_S = 0.5
"""A shorter current is no start, but a spark or a touch of the button. Judgement."""
_STEADY_S = 3.0
"""The start is over once the current has been steady for this time, s. Judgement: ten times the dip in which
a starter switches over."""
_STEADY_FACTOR = 1.3
"""Factor by which a steady current may differ from its median. Judgement: compressors stay within."""
_STILL_STARTS = 2.0
"""Current over the rated one that is no running value, be it as steady as that of a slow run-up: locked
rotors draw 5 to 8 times it, overloads less than 1.5 times."""
_MAX_START_S = 120.0
"""A start that has not ended by then is not measured, s: the heaviest fans take a minute. Judgement."""


class Starts:
    """Counts the starts of a motor from rest, and measures each that is seen whole.

    A start lasts from the part in which the current appears until it stays near its running value. The motor
    must have been seen at rest before: what it did while the agent was stopped is not known.
    """

    def __init__(self, rated_a: float, off_below_a: float, starts: int, last_start_s: float | None) -> None:
        """Go on after so many starts; below `off_below_a` the motor rests."""
        self.starts = starts
        """Starts so far."""
        self.last_start_s = last_start_s
        """Duration of the last one, s; None if it lasts, or was not seen whole."""
        self._still_starts_a = _STILL_STARTS * rated_a
        self._off_below_a = off_below_a
        self._rest_s = 0.0
        self._drawn: list[float] | None = None
        self._is_counted = False
        self._is_whole = True

    def take(self, parts_a: Iterable[float], part_s: float) -> None:
        """Take the rms current of consecutive parts, A; NaN where it is not known."""
        for part_a in parts_a:
            if math.isnan(part_a):
                self.miss()
            elif part_a < self._off_below_a:
                self._rest(part_a, part_s)
            else:
                self._draw(part_a, part_s)
        self._settle(part_s)

    def miss(self) -> None:
        """Note that the current is not known for a while: a start that this falls into has no duration."""
        self._is_whole = False

    def _rest(self, part_a: float, part_s: float) -> None:
        self._rest_s += part_s
        if self._rest_s < _MIN_REST_S:
            if self._drawn is not None:
                self._drawn.append(part_a)
            return
        self._drawn = None
        self._is_whole = True

    def _draw(self, part_a: float, part_s: float) -> None:
        if self._rest_s >= _MIN_REST_S:
            self._drawn, self._is_counted = [], False
        self._rest_s = 0.0
        if self._drawn is None:
            return
        self._drawn.append(part_a)
        if not self._is_counted and len(self._drawn) * part_s >= _MIN_RUN_S:
            self._is_counted = True
            self.starts += 1
            self.last_start_s = None

    def _settle(self, part_s: float) -> None:
        """End the start that lasts, if its current is steady by now, or it lasts for too long."""
        if self._drawn is None:
            return
        drawn_a, steady = np.array(self._drawn), round(_STEADY_S / part_s)
        if drawn_a.size < steady:
            return
        running_a = float(np.median(drawn_a[-steady:]))
        is_away = (drawn_a < running_a / _STEADY_FACTOR) | (drawn_a > running_a * _STEADY_FACTOR)
        is_over = running_a < self._still_starts_a and not is_away[-steady:].any()
        if is_over and self._is_whole:
            # On average the current appears in the middle of the first part, and settles in that of the last.
            last_away = int(np.flatnonzero(is_away).max(initial=0))
            self.last_start_s = last_away * part_s
        if is_over or drawn_a.size * part_s > _MAX_START_S:
            self._drawn = None
