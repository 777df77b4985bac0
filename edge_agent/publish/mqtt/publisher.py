"""The publisher: takes what the agent has to say, and sees to it that the broker gets it."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from edge_agent.publish.mqtt.backoff import Backoff
from edge_agent.publish.mqtt.complaints import Complaints, OutboxReport
from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Ending
from edge_agent.publish.mqtt.delivery import Delivery
from edge_agent.publish.mqtt.limits import Limits
from edge_agent.publish.mqtt.mailbox import Mailbox, Passing
from edge_agent.publish.mqtt.suspects import Key, Suspects
from edge_agent.publish.mqtt.terms import Terms
from edge_agent.publish.payloads import Payload, encode, payload_of, told_in
from edge_agent.publish.settings import MqttSettings, SinkSettings
from edge_agent.publish.sink import Diagnosis, Document, Event, Health, Sink, SinkCounts, State, Told
from edge_agent.publish.store.former import take_over
from edge_agent.publish.store.outbox import Outbox
from edge_agent.supervision import Watched, WatchedThread
from edge_agent.verdict import in_short

_LOG = logging.getLogger(__name__)
_TURN_S = 1.0
"""The publisher looks at its stop and its watchdog this often, s. Judgement."""
_STALL_LIMIT_S = 120.0
"""A publisher that does not turn for this long, s, hangs: connecting may take a minute."""
_SUSPICIOUS_LIVES = 3
"""Short connections in a row that no message explains; one or two may be a network's doing; judgement."""


@dataclass(frozen=True, slots=True)
class PublisherCounts(SinkCounts):
    """How publishing goes."""

    connected: bool = False
    """True if the broker has us now."""
    connections: int = 0
    """Connections that stood since the start."""
    failed_attempts: int = 0
    """Attempts that gave none."""
    events_confirmed: int = 0
    """Events that the broker has confirmed since the start."""
    refusals: int = 0
    """Messages that the broker would not take, e.g. for its access list."""


def open_sink(settings: SinkSettings) -> "Publisher":
    """Return a publisher with its outbox, to which events come that wait in a former one."""
    with contextlib.suppress(OSError):  # the outbox tells what is wrong, and goes on without a disk
        settings.outbox.path.parent.mkdir(parents=True, exist_ok=True)
    outbox = Outbox(settings.outbox)
    take_over(outbox, settings.former_outbox, settings.former_event_topics)
    return Publisher(settings.mqtt, settings.agent, outbox)


class Publisher(Sink):
    """Publishes under `<prefix>/<agent id>` from a thread of its own.

    `take` publishes documents, the `publish_` methods payloads. None of them waits for the network; an event
    is on disk, under its number, when its method returns.
    """

    def __init__(self, settings: MqttSettings, agent_id: str, outbox: Outbox) -> None:
        self._settings = settings
        self._agent_id = agent_id
        self._base = settings.base_topic(agent_id)
        self._outbox = outbox
        self._mailbox = Mailbox()
        self._wake = threading.Event()
        self._stop_by_s = 0.0
        self._backoff = Backoff(settings.retry_min_s, settings.retry_max_s)
        self._thread = WatchedThread("publisher", _STALL_LIMIT_S, self._run)
        self._connected = False
        self._connections = 0
        self._failed_attempts = 0
        self._events_confirmed = 0
        self._refusals = 0
        self._left_out = 0
        self._short_lives = 0
        self._suspects = Suspects()
        self._terms = Terms(f"{self._base}/status")
        self._complaints = Complaints()
        self._outbox_report = OutboxReport(outbox)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended = self.stop()
        if ended or error is None:  # a thread that hangs may hold the outbox: report it, rather than wait
            self._outbox.close()

    def take(self, document: Document) -> None:
        """Publish a document under its topic."""
        match document:
            case State():
                self.publish_state(document.origin.motor, payload_of(document))
            case Event():
                self._take_event(document)
            case Diagnosis():
                self.publish_diagnosis(document.origin.motor, payload_of(document))
            case Health():
                self.publish_health(payload_of(document))

    def _take_event(self, event: Event) -> None:
        number = self.publish_event(event.origin.motor, lambda number: payload_of(event, number))
        _LOG.info("event %d: %s -> %s", number, event.before.state, in_short(event.after))

    @property
    def connected(self) -> bool:
        """True if the broker has us now."""
        return self._connected

    @property
    def counts(self) -> PublisherCounts:
        """How publishing goes."""
        kept = self._outbox.counts
        return PublisherCounts(
            events_waiting=kept.waiting,
            events_dropped=kept.dropped,
            events_unsaved=kept.unsaved,
            files_put_aside=kept.files_put_aside,
            connected=self._connected,
            connections=self._connections,
            failed_attempts=self._failed_attempts,
            events_confirmed=self._events_confirmed,
            refusals=self._refusals,
            diagnoses_dropped=self._mailbox.dropped,
            left_out=self._left_out,
        )

    @property
    def watched(self) -> Watched:
        """The publisher's thread, for the supervisor."""
        return self._thread.watched

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> bool:
        """Publish `offline`, send what waits and disconnect, in `timeout_s`; give whether that was enough.

        Events that were not confirmed in time stay in the outbox.
        """
        self._stop_by_s = time.monotonic() + timeout_s
        self._thread.stopping.set()
        self._wake.set()
        return self._thread.stop(timeout_s + 0.5)

    def publish_state(self, motor: str, payload: Payload) -> None:
        """Make this the retained state of a motor, now or as soon as the broker is there."""
        self._mailbox.put_state(f"{self._base}/{motor}/state", encode(payload))
        self._wake.set()

    def last_told(self, motor: str) -> Told | None:
        """Return what the last event said that this motor's state became, before a restart too.

        None if there was no event yet, or where it is not known any more.
        """
        event = self._outbox.newest
        if event is None or event.topic != self.event_topic(motor):
            return None
        return told_in(event.payload)

    def event_topic(self, motor: str) -> str:
        """Topic of a motor's events."""
        return f"{self._base}/{motor}/event"

    def publish_event(self, motor: str, payload: Callable[[int], Payload]) -> int:
        """Publish an event for certain; give its number, which `payload` is called with."""
        number = self._outbox.put_event(self.event_topic(motor), lambda event: encode(payload(event)))
        self._wake.set()
        return number

    def publish_diagnosis(self, motor: str, payload: Payload) -> None:
        """Publish one window's verdict if the broker is there and diagnoses are wanted."""
        if self._settings.diagnosis:
            self._mailbox.put_passing(Passing(f"{self._base}/{motor}/diagnosis", encode(payload), False))
            self._wake.set()

    def publish_health(self, payload: Payload) -> None:
        """Publish the agent's health, retained, if the broker is there."""
        self._mailbox.put_passing(Passing(f"{self._base}/health", encode(payload), True))
        self._wake.set()

    def _run(self) -> None:
        while not self._thread.stopping.is_set():
            connection = self._connect()
            if connection is not None:
                self._serve(connection)
            self._pause()

    def _connect(self) -> Connection | None:
        self._thread.beat()
        try:
            connection = Connection(
                self._settings,
                self._settings.session_name(self._agent_id),
                self._terms.will,
                self._terms.protocol,
                self._wake.set,
            )
            connection.open()
        except ConnectionFailedError as error:
            if self._terms.refused(error):
                return self._connect()
            self._failed_attempts += 1
            if not error.reason:
                self._suspects.broker_was_away()
            self._complaints.say(f"MQTT: {error}")
            return None
        return connection

    def _serve(self, connection: Connection) -> None:
        """Deliver over a connection until it ends or we stop."""
        self._welcome(connection.limits)
        delivery = Delivery(
            connection,
            self._mailbox,
            self._outbox,
            f"{self._base}/status",
            limits=connection.limits,
            suspects=self._suspects,
        )
        while connection.closed is None and not delivery.overdue and not self._thread.stopping.is_set():
            self._turn(delivery)
            self._wake.wait(_TURN_S)
            if self._backoff.stands:
                self._complaints.forget()
        if self._thread.stopping.is_set():
            self._say_goodbye(connection, delivery)
        else:
            ending = connection.closed  # before it is cut by us
            connection.abandon()
            self._learn_from_end(ending, delivery)
        self._connected = False
        self._mailbox.disconnected()
        self._backoff.lost()

    def _welcome(self, limits: Limits) -> None:
        where = f"{self._settings.host}:{self._settings.port}"
        if not self._complaints.flapping:
            _LOG.info("MQTT: connected to %s after %.0f s", where, self._backoff.away_s)
        for lack in limits.missing(self._settings.heartbeat_s):
            self._complaints.say_once(f"MQTT: {where}: {lack}")
        self._terms.accepted(limits)
        self._connections += 1
        self._backoff.connected()
        self._mailbox.connected()
        self._connected = True

    def _learn_from_end(self, ending: Ending | None, delivery: Delivery) -> None:
        """See whether a message ended the connection, and say why it has ended."""
        unconfirmed = delivery.unconfirmed()
        if ending is None or ending.for_a_message:
            told = ending is not None and ending.told
            found = self._suspects.connection_ended(unconfirmed, told=told)
            if found is not None:
                self._left_out += 1
                what = f"event {found[0]}" if isinstance(found[0], int) else f"messages on {found[0]}"
                self._complaints.say_once(
                    f"MQTT: the broker ends the connection when it is sent {what} "
                    f"({ending.words if ending else 'it confirms nothing'}); set aside for a while, the "
                    "others go on; look at the limits and access list of the broker"
                )
        words = "the broker confirms nothing" if ending is None else ending.words
        self._complaints.lost(words, self._name_doubt(ending, unconfirmed))

    def _name_doubt(self, ending: Ending | None, unconfirmed: list[Key]) -> str:
        """Return a hint that another agent may have our id, if the broker says so or it is likely."""
        name = self._settings.session_name(self._agent_id)
        if ending is not None and ending.taken_over:
            return f": another agent has the client id {name}; give each its own agent.id (or mqtt.client_id)"
        self._short_lives = 0 if self._backoff.stands or unconfirmed else self._short_lives + 1
        if self._short_lives < _SUSPICIOUS_LIVES:
            return ""
        return (
            f", {_SUSPICIOUS_LIVES} times within seconds and for no message: another agent may have the "
            f"client id {name}; give each its own agent.id (or mqtt.client_id)"
        )

    def _turn(self, delivery: Delivery) -> None:
        self._wake.clear()
        self._thread.beat()
        self._outbox_report.say_news()
        confirmed_before = delivery.confirmed_events
        delivery.turn()
        self._events_confirmed += delivery.confirmed_events - confirmed_before
        self._refusals += len(delivery.refusals)
        if delivery.refusals:
            self._complaints.say(
                f"MQTT: the broker refuses messages under {self._base}: {delivery.refusals[-1]}"
            )
            delivery.refusals.clear()
        for topic, packet in delivery.too_large:
            self._left_out += 1
            self._complaints.say_once(
                f"MQTT: the broker takes packets of at most {delivery.limits.max_packet_bytes} bytes; a "
                f"larger message on {topic} ({packet} bytes) is left out; raise the broker's limit "
                "(Mosquitto: max_packet_size)"
            )
        delivery.too_large.clear()

    def _say_goodbye(self, connection: Connection, delivery: Delivery) -> None:
        delivery.say_offline()
        while connection.closed is None and (remaining_s := self._stop_by_s - time.monotonic()) > 0:
            self._turn(delivery)
            if delivery.done:
                break
            self._wake.wait(min(remaining_s, _TURN_S))
        connection.close(max(0.1, self._stop_by_s - time.monotonic()))

    def _pause(self) -> None:
        """Wait before the next attempt, showing signs of life."""
        until_s = time.monotonic() + self._backoff.wait_s()
        while (remaining_s := until_s - time.monotonic()) > 0:
            self._thread.beat()
            self._outbox_report.say_news()
            if self._thread.stopping.wait(min(remaining_s, _TURN_S)):
                return
