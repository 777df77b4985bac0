"""What the publisher writes to the log: each problem once, not at every attempt."""

import logging
import time
from collections.abc import Callable

from edge_agent.publish.store.outbox import Outbox

_LOG = logging.getLogger(__name__)
_DROPPED_PAUSE_S = 3600.0
"""Time between two lines that say that events were dropped, s; judgement."""


class Complaints:
    """Says a problem when it is new, and again only after a connection stood in between."""

    def __init__(self) -> None:
        self._lasting: set[str] = set()
        self._said: set[str] = set()
        self.flapping = False
        """True from the end of a connection until one has stood for a while."""

    def say(self, problem: str) -> None:
        """Log a problem that may last, once, even if it comes in turns with others."""
        if problem not in self._lasting:
            self._lasting.add(problem)
            _LOG.warning("%s", problem)

    def say_once(self, problem: str) -> None:
        """Log what needs no repetition as long as the process lives; digits make no difference."""
        kind = "".join(letter for letter in problem if not letter.isdigit())
        if kind not in self._said:
            self._said.add(kind)
            _LOG.warning("%s", problem)

    def lost(self, words: str, doubt: str) -> None:
        """Log that a connection has ended, unless the one before ended as soon and in the same way."""
        self.say(f"MQTT: connection lost: {words}{doubt}")
        self.flapping = True

    def forget(self) -> None:
        """Note that a connection is up: the same problem is a new one from here on."""
        self._lasting.clear()
        self.flapping = False


class OutboxReport:
    """Says what is wrong with the outbox, once, and what it had to drop."""

    def __init__(
        self, outbox: Outbox, clock: Callable[[], float] = time.monotonic, taker: str = "the broker"
    ) -> None:
        """Report on an outbox; `taker` is who takes its events."""
        self._outbox = outbox
        self._taker = taker
        self._clock = clock
        self._complaint: str | None = None
        self._replacement: str | None = None
        self._dropped = outbox.counts.dropped
        self._said_s = -_DROPPED_PAUSE_S

    def say_news(self) -> None:
        """Log what has changed since the last call."""
        counts = self._outbox.counts
        if counts.replacement not in (None, self._replacement):
            self._replacement = counts.replacement
            self._dropped = counts.dropped
            _LOG.warning("%s", counts.replacement)
        if counts.problem != self._complaint:
            self._complaint = counts.problem
            _LOG.warning("%s", counts.problem or "the outbox takes events again")
        new, now_s = counts.dropped - self._dropped, self._clock()
        if new > 0 and now_s - self._said_s >= _DROPPED_PAUSE_S:
            self._said_s = now_s
            self._dropped = counts.dropped
            _LOG.warning(
                "the outbox is full: the %d oldest events were dropped undelivered; %d wait, %d were dropped "
                "ever; see why %s does not take them",
                new,
                counts.waiting,
                counts.dropped,
                self._taker,
            )
