"""Messages that a broker does not take, so that they hold up no others."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Key = int | str
"""A message: the number of an event, or the topic of anything else."""

_FIRST_WAIT_S = 60.0
"""Wait before a message that was refused is tried again; judgement."""
_LONGEST_WAIT_S = 3600.0
"""Longest such wait, after which an access list that was put right is noticed; judgement."""
_HOLD_S = 2.0
"""Wait before a message that may have ended a connection is sent again; judgement."""
_ENDINGS = 3
"""Connections in a row that end with a message in silence, before it is set aside. Judgement: a line that
comes and goes ends two with one message now and then, and what is set aside loses its place in the order."""
_MAX_SUSPECTS = 50_000
"""Most messages remembered, more than an outbox holds; judgement."""


@dataclass(slots=True)
class _Suspect:
    until_s: float
    refusals: int = 0
    may_end_connection: bool = False
    endings: int = 0


class Suspects:
    """Remembers over connections which messages were refused, or unconfirmed when one was ended.

    A refused message waits a minute, then two, up to an hour; others go meanwhile. Any of the messages that
    were unconfirmed when a connection ended may have ended it: each is sent again alone, with
    nothing else under way, and one with which connections end again and again waits as a refused one does. An
    outage makes none suspect: if the broker cannot be reached afterwards, it was not for a message.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._suspects: dict[Key, _Suspect] = {}

    def set_aside(self) -> list[Key]:
        """Return the messages that are known to be refused, whether or not they wait now."""
        return [key for key, suspect in self._suspects.items() if suspect.refusals]

    def is_set_aside(self, key: Key) -> bool:
        """True if a message is known to be refused, so that others go before it."""
        return key in self._suspects and self._suspects[key].refusals > 0

    def waits(self, key: Key) -> bool:
        """True if a message must not be sent yet."""
        return key in self._suspects and self._clock() < self._suspects[key].until_s

    def goes_alone(self, key: Key) -> bool:
        """True if a message must be sent with nothing else under way."""
        return key in self._suspects and self._suspects[key].may_end_connection

    def confirmed(self, key: Key) -> None:
        """Note that the broker took a message; if it had refused it, the others may be tried again, too."""
        known = self._suspects.pop(key, None)
        if known is not None and known.refusals and not known.may_end_connection:
            for suspect in self._suspects.values():
                if not suspect.may_end_connection:
                    suspect.until_s = self._clock()

    def refused(self, key: Key) -> float:
        """Note that the broker did not take a message; return how long it waits, s."""
        suspect = self._suspects.setdefault(key, _Suspect(0.0))
        wait_s = min(_FIRST_WAIT_S * 2.0**suspect.refusals, _LONGEST_WAIT_S)
        suspect.refusals = min(suspect.refusals + 1, 10)
        suspect.until_s = self._clock() + wait_s
        if len(self._suspects) > _MAX_SUSPECTS:
            self._suspects.pop(next(iter(self._suspects)))
        return wait_s

    def too_large(self, key: Key) -> None:
        """Note that a message is too large for this broker: it is looked at again in an hour."""
        suspect = self._suspects.setdefault(key, _Suspect(0.0))
        suspect.refusals = max(1, suspect.refusals)
        suspect.until_s = self._clock() + _LONGEST_WAIT_S

    def connection_ended(self, unconfirmed: Iterable[Key], *, told: bool) -> tuple[Key, float] | None:
        """Note what was under way when the broker ended a connection.

        `told` is true if the broker said that a message was wrong. Return the message that it was, where
        that is known, and how long it waits, s.
        """
        keys = list(unconfirmed)
        for key in keys:
            self._suspects.setdefault(key, _Suspect(0.0)).endings += 1
        if len(keys) == 1 and (told or self._suspects[keys[0]].endings >= _ENDINGS):
            wait_s = self.refused(keys[0])
            self._suspects[keys[0]].may_end_connection = True
            return keys[0], wait_s
        for key in keys:
            suspect = self._suspects[key]
            suspect.may_end_connection = True
            if isinstance(key, int):  # states must be true before we call ourselves online
                suspect.until_s = max(suspect.until_s, self._clock() + _HOLD_S)
        return None

    def broker_was_away(self) -> None:
        """Note that the broker cannot be reached: what was under way did not end the connection."""
        for key, suspect in list(self._suspects.items()):
            if not suspect.refusals:
                del self._suspects[key]
