"""How long to wait before a broker that is away is asked again."""

import random
import time
from collections.abc import Callable

_SHARE_OF_OUTAGE = 0.25
"""The next wait as a share of the outage so far: the broker is found again within a quarter of the time it
was away."""
_STABLE_S = 10.0
"""A connection that holds this long, s, is no flapping one. Judgement."""


class Backoff:
    """Waits that grow with the outage: a quarter of the time that the broker has been away.

    That is exponential (each wait is at most 1.25 times the time before it), yet a broker that returns
    is found before the outage has become a quarter longer, however long it took. Each wait is shortened
    by up to half at random, so that many agents do not return at the same instant.
    """

    def __init__(
        self,
        shortest_s: float,
        longest_s: float,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._clock = clock
        self._chance = chance
        self._away_since_s = clock()
        self._connected_since_s: float | None = None

    @property
    def away_s(self) -> float:
        """Time since the broker was last there for long, s."""
        return self._clock() - self._away_since_s

    @property
    def stands(self) -> bool:
        """True while a connection has been up for ten seconds."""
        return self._connected_since_s is not None and self._clock() - self._connected_since_s >= _STABLE_S

    def connected(self) -> None:
        """Note that a connection is up."""
        self._connected_since_s = self._clock()

    def lost(self) -> None:
        """Note that it ended; only one that stood for ten seconds counts as an end of the outage.

        Otherwise two agents with one id, which throw each other out, would do so every second for ever.
        """
        if self.stands:
            self._away_since_s = self._clock()
        self._connected_since_s = None

    def wait_s(self) -> float:
        """Return the time to wait before the next attempt, s."""
        wait_s = min(max(self.away_s * _SHARE_OF_OUTAGE, self._shortest_s), self._longest_s)
        return wait_s * (0.5 + 0.5 * self._chance())
