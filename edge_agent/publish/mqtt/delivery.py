"""What goes over one connection, in which order, and what the broker has confirmed of it."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from edge_agent.publish.mqtt.connection import Receipt
from edge_agent.publish.mqtt.limits import Limits, packet_bytes
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.mqtt.suspects import Key, Suspects
from edge_agent.publish.store.rows import Event

_RECEIPT_TIMEOUT_S = 30.0
"""A receipt that takes longer never comes; judgement."""
_PASSED_S = 5.0
"""So long after a message that nobody confirms, it has not ended the connection; judgement."""


class Line(Protocol):
    """The part of a connection that a delivery needs."""

    def send(
        self, topic: str, payload: bytes, *, qos: int, retain: bool, correlation: bytes | None = None
    ) -> int | None:
        """Send; return the id of the receipt, None if it was not taken. Raises ValueError."""

    def receipts(self) -> list[Receipt]:
        """Return the receipts that have come since the last call."""


class Waiting(Protocol):
    """The part of an outbox that a delivery needs."""

    def pending(self, skip: Collection[int], limit: int) -> Sequence[Event]:
        """Return the oldest events but those numbered in `skip`, at most `limit`, in order."""

    def delete(self, ids: Iterable[int]) -> None:
        """Forget events: the broker has them."""


@dataclass(frozen=True, slots=True)
class _Sent:
    key: Key
    qos: int
    sent_s: float


class Delivery:
    """Empties mailbox and outbox over one connection, with a bounded number of messages in flight.

    The states go first, so that what is retained is true before we call ourselves `online`; then the
    status, then passing messages and events. An event is in flight once per connection and leaves the
    outbox on its receipt, so a lost connection loses none, and only repeats what was in flight. What the
    broker refuses or cannot take is set aside, and does not hold up what comes behind it.
    """

    def __init__(
        self,
        line: Line,
        mailbox: Mailbox,
        outbox: Waiting,
        status_topic: str,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        suspects: Suspects | None = None,
    ) -> None:
        self._line = line
        self._mailbox = mailbox
        self._outbox = outbox
        self._status_topic = status_topic
        self._status: bytes | None = b"online"
        self._clock = clock
        self.limits = limits or Limits()
        """What this broker can take."""
        self._suspects = suspects or Suspects(clock)
        self._in_flight: dict[int, _Sent] = {}
        self._alone = False
        self._unsure: Key | None = None
        self._passed: deque[_Sent] = deque()
        self._all_sent = False
        self.confirmed_events = 0
        """Events that the broker has confirmed on this connection."""
        self.refusals: list[str] = []
        """What the broker would not take, and why; the caller empties it."""
        self.too_large: list[tuple[str, int]] = []
        """Topics and packets, in bytes, that this broker is too small for; the caller empties it."""

    @property
    def overdue(self) -> bool:
        """True if a receipt has been missing for so long that the connection must be dead."""
        oldest = next(iter(self._in_flight.values()), None)
        return oldest is not None and self._clock() - oldest.sent_s > _RECEIPT_TIMEOUT_S

    @property
    def done(self) -> bool:
        """True if all that can be sent has been sent and confirmed, as of the last turn."""
        told = self._status is None or self._suspects.is_set_aside(self._status_topic)
        return told and self._all_sent and not self._in_flight

    def unconfirmed(self) -> list[Key]:
        """Return what may have ended the connection: all that was sent and not proven to have been taken."""
        self._take_receipts()
        since_s = self._clock() - _PASSED_S
        sent = [*self._in_flight.values(), *(sent for sent in self._passed if sent.sent_s >= since_s)]
        keys = [one.key for one in sorted(sent, key=lambda one: one.sent_s)]
        return list(dict.fromkeys(keys if self._unsure is None else [*keys, self._unsure]))

    def say_offline(self) -> None:
        """Have `offline` said at the next turn."""
        self._status = b"offline"

    def turn(self) -> None:
        """Note what was confirmed, and send what there is room for."""
        self._take_receipts()
        self._send_states()
        self._send_status()
        self._send_passing()
        self._send_events()

    def _take_receipts(self) -> None:
        confirmed = []
        for receipt in self._line.receipts():
            sent = self._in_flight.pop(receipt.message_id, None)
            if sent is None:
                continue
            if receipt.refusal is not None:
                what = "events" if isinstance(sent.key, int) else f"messages on {sent.key}"
                self.refusals.append(f"{what}: {receipt.refusal}")
                if isinstance(sent.key, int):  # anything else is said anew at the next heartbeat
                    self._suspects.refused(sent.key)
                continue
            if sent.qos == 0:
                self._passed.append(sent)  # written, which does not mean taken
            else:
                self._forget_passed(sent.sent_s)
                self._suspects.confirmed(sent.key)
                if isinstance(sent.key, str):
                    self._mailbox.confirmed(sent.key)
            if isinstance(sent.key, int):
                confirmed.append(sent.key)
        self._alone = self._alone and bool(self._in_flight)
        if confirmed:
            self._outbox.delete(confirmed)
            self.confirmed_events += len(confirmed)

    def _forget_passed(self, before_s: float) -> None:
        """Confirm what was sent before: a broker takes messages in order, so it has taken that, too."""
        while self._passed and self._passed[0].sent_s < before_s:
            self._suspects.confirmed(self._passed.popleft().key)

    @property
    def _room(self) -> int:
        if self._alone or self._unsure is not None:
            return 0
        return self.limits.in_flight - len(self._in_flight)

    def _ready(self, key: Key) -> bool:
        """True if a message may be sent now, as far as earlier attempts show."""
        return not self._suspects.waits(key) and not (self._suspects.goes_alone(key) and self._in_flight)

    def _send(
        self, key: Key, topic: str, payload: bytes, qos: int, retain: bool, correlation: bytes | None = None
    ) -> bool:
        """Send a message or set it aside; False if the connection takes nothing more."""
        if not self.limits.fits(topic, payload, correlation):
            self.too_large.append((topic, packet_bytes(topic, payload, correlation)))
            self._suspects.too_large(key)
            return True
        alone = self._suspects.goes_alone(key)
        qos = 1 if alone else qos  # so that there is a receipt
        try:
            message_id = self._line.send(topic, payload, qos=qos, retain=retain, correlation=correlation)
        except ValueError as error:
            self.refusals.append(f"messages on {topic}: {error}")
            self._suspects.refused(key)
            return True
        if message_id is None:
            self._unsure = key  # it may have been written before the connection ended: nothing goes after it
            return False
        self._alone = alone
        self._in_flight[message_id] = _Sent(key, min(qos, self.limits.max_qos), self._clock())
        return True

    def _send_states(self) -> None:
        while self._room > 0 and (state := self._mailbox.take_state(self._ready)) is not None:
            topic, payload = state
            if not self._send(topic, topic, payload, qos=1, retain=True):
                return  # the connection is ending; the next one says all states again

    def _send_status(self) -> None:
        topic = self._status_topic
        if self._status is None or self._room <= 0 or not self._ready(topic):
            return
        if any(not self._suspects.waits(unsaid) for unsaid in self._mailbox.unsaid):
            return
        if self._send(topic, topic, self._status, 1, True):
            self._status = None

    def _send_passing(self) -> None:
        while self._room > 0 and (message := self._mailbox.take_passing(self._ready)) is not None:
            topic, qos, correlation = message.topic, message.qos, message.correlation
            self._send(topic, topic, message.payload, qos, message.retain, correlation)
        for key in self._suspects.set_aside():
            if isinstance(key, str) and self._suspects.waits(key):
                self._mailbox.drop_passing(key)

    def _send_events(self) -> None:
        """Send those that were never refused, in their order, and then those that were."""
        fresh = self._send_events_but({key for key in self._suspects.set_aside() if isinstance(key, int)})
        waiting = {
            key for key in self._suspects.set_aside() if isinstance(key, int) and self._suspects.waits(key)
        }
        self._all_sent = fresh and self._send_events_but(waiting)

    def _send_events_but(self, skip: set[int]) -> bool:
        """Send events that are not in `skip`; False if there are more than could be sent now."""
        in_flight = {sent.key for sent in self._in_flight.values() if isinstance(sent.key, int)}
        for event in self._outbox.pending(in_flight | skip, self._room + 1):
            if self._room <= 0 or not self._ready(event.id):
                return False  # one that goes alone keeps its place: the others wait for it
            if not self._send(event.id, event.topic, event.payload, 1, False):
                return False
        return True
