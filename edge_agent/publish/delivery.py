"""What goes over one connection, in which order, and what the broker has confirmed of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from edge_agent.publish.connection import MAX_IN_FLIGHT, Receipt
from edge_agent.publish.mailbox import Mailbox
from edge_agent.publish.outbox import Outbox

_RECEIPT_TIMEOUT_S = 30.0
_REFUSAL_PAUSE_S = 60.0


class Line(Protocol):
    """The part of a connection that a delivery needs."""

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int | None:
        """Send; give the id of the receipt, None when it was not taken."""

    def receipts(self) -> list[Receipt]:
        """Give the receipts that have come since the last call."""


@dataclass(frozen=True, slots=True)
class _Sent:
    event_id: int | None
    sent_s: float


class Delivery:
    """Empties mailbox and outbox over one connection, with a bounded number of messages in flight.

    The states go first, so that what is retained is true before we call ourselves `online`; then the
    status, then passing messages and events. An event is in flight once per connection and leaves the
    outbox on its receipt, so a lost connection loses none, and only repeats what was in flight.
    """

    def __init__(
        self,
        line: Line,
        mailbox: Mailbox,
        outbox: Outbox,
        status_topic: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._mailbox = mailbox
        self._outbox = outbox
        self._status_topic = status_topic
        self._status: bytes | None = b"online"
        self._clock = clock
        self._in_flight: dict[int, _Sent] = {}
        self._events_paused_until_s = clock()
        self.confirmed_events = 0
        """Events that the broker has confirmed on this connection."""
        self.refusals: list[str] = []
        """What the broker would not take, and why; the caller empties it."""

    @property
    def overdue(self) -> bool:
        """Whether a receipt has been missing for so long that the connection must be dead."""
        oldest = next(iter(self._in_flight.values()), None)
        return oldest is not None and self._clock() - oldest.sent_s > _RECEIPT_TIMEOUT_S

    @property
    def done(self) -> bool:
        """Whether all has been sent and confirmed, as of the last turn."""
        return self._status is None and not self._in_flight

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
            if receipt.refusal is not None:
                self.refusals.append(receipt.refusal)
                self._events_paused_until_s = self._clock() + _REFUSAL_PAUSE_S
            elif sent is not None and sent.event_id is not None:
                confirmed.append(sent.event_id)
        if confirmed:
            self._outbox.delete(confirmed)
            self.confirmed_events += len(confirmed)

    @property
    def _room(self) -> int:
        return MAX_IN_FLIGHT - len(self._in_flight)

    def _send(self, topic: str, payload: bytes, qos: int, retain: bool, event_id: int | None = None) -> bool:
        message_id = self._line.send(topic, payload, qos=qos, retain=retain)
        if message_id is None:
            return False
        self._in_flight[message_id] = _Sent(event_id, self._clock())
        return True

    def _send_states(self) -> None:
        while self._room and (state := self._mailbox.take_state()) is not None:
            topic, payload = state
            if not self._send(topic, payload, qos=1, retain=True):
                return  # the connection is ending; the next one says all states again

    def _send_status(self) -> None:
        if self._room and self._status is not None and self._send(self._status_topic, self._status, 1, True):
            self._status = None

    def _send_passing(self) -> None:
        while self._room and (message := self._mailbox.take_passing()) is not None:
            self._send(message.topic, message.payload, 0, message.retain)

    def _send_events(self) -> None:
        if self._clock() < self._events_paused_until_s or not self._room:
            return
        in_flight = {sent.event_id for sent in self._in_flight.values() if sent.event_id is not None}
        for event in self._outbox.pending(in_flight, self._room):
            if not self._send(event.topic, event.payload, 1, False, event.id):
                return
