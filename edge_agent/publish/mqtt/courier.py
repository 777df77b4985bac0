"""The courier: brings mailbox and outbox to the broker, over one connection after another."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paho.mqtt.client import topic_matches_sub

from edge_agent.publish.mqtt.backoff import Backoff
from edge_agent.publish.mqtt.complaints import Complaints, OutboxReport
from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Ending, Incoming
from edge_agent.publish.mqtt.delivery import Delivery
from edge_agent.publish.mqtt.limits import Limits
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.mqtt.suspects import Key, Suspects
from edge_agent.publish.mqtt.terms import Terms
from edge_agent.publish.settings import MqttSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.supervision import WatchedThread

_LOG = logging.getLogger(__name__)
_TURN_S = 1.0
"""The courier looks at its stop and its watchdog this often, s. Judgement."""
_STALL_LIMIT_S = 45.0
"""A courier that does not turn for this long, s, hangs: less than systemd's watchdog allows, and as long as
it takes to look up a name (resolv.conf(5): 30 s with three servers) and to try three addresses, 5 s each."""
_SUSPICIOUS_LIVES = 3
"""Short connections in a row that no message explains; one or two may be a network's doing; judgement."""


@dataclass(slots=True)
class CourierCounts:
    """How it goes, since the start."""

    connected: bool = False
    """True if the broker has us now."""
    connections: int = 0
    """Connections that stood."""
    failed_attempts: int = 0
    """Attempts that gave none."""
    events_confirmed: int = 0
    """Events that the broker has confirmed."""
    refusals: int = 0
    """Messages that the broker would not take, e.g. for its access list."""
    left_out: int = 0
    """Messages that the broker is too small for, or for which it ended the connection."""
    missed: int = 0
    """Messages for us that came faster than they could be taken in."""


class Courier:
    """Connects, delivers and takes in, in a thread of its own."""

    def __init__(
        self,
        settings: MqttSettings,
        agent_id: str,
        mailbox: Mailbox,
        outbox: Outbox,
        receivers: dict[str, Callable[[Incoming], None]] | None = None,
        unwanted: Sequence[str] = (),
    ) -> None:
        """Prepare; messages on a subscription of `receivers` are handed to it, in the courier's thread.

        `unwanted` are subscriptions of earlier runs that are given up.
        """
        self.counts = CourierCounts()
        """How it goes."""
        self._settings = settings
        self._session_name = settings.session_name(agent_id)
        self._base = settings.base_topic(agent_id)
        self._mailbox = mailbox
        self._outbox = outbox
        self._receivers = receivers or {}
        self._unwanted = unwanted
        self._missed_before = 0
        self._wake = threading.Event()
        self._stop_by_s = 0.0
        self._backoff = Backoff(settings.retry_min_s, settings.retry_max_s)
        self.thread = WatchedThread("publisher", _STALL_LIMIT_S, self._run)
        """Its thread."""
        self._short_lives = 0
        self._suspects = Suspects()
        self._terms = Terms(f"{self._base}/status")
        self._complaints = Complaints()
        self._outbox_report = OutboxReport(outbox)

    def wake(self) -> None:
        """Have it look at mailbox and outbox now."""
        self._wake.set()

    def stop(self, timeout_s: float) -> bool:
        """Publish `offline`, send what waits and disconnect; return whether `timeout_s` was enough."""
        self._stop_by_s = time.monotonic() + timeout_s
        self.thread.stopping.set()
        self._wake.set()
        return self.thread.stop(timeout_s + 0.5)

    def _run(self) -> None:
        while not self.thread.stopping.is_set():
            connection = self._connect()
            if connection is not None:
                self._serve(connection)
            self._pause()

    def _connect(self) -> Connection | None:
        self.thread.beat()
        try:
            connection = Connection(
                self._settings,
                self._session_name,
                self._terms.will,
                self._terms.protocol,
                self._wake.set,
                tuple(self._receivers),
                self._unwanted,
            )
            connection.open(self.thread.beat)
        except ConnectionFailedError as error:
            if self._terms.refused(error):
                return self._connect()
            self.counts.failed_attempts += 1
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
        while connection.closed is None and not delivery.overdue and not self.thread.stopping.is_set():
            self._turn(delivery)
            self._take_in(connection)
            self._wake.wait(_TURN_S)
            if self._backoff.stands:
                self._complaints.forget()
        if self.thread.stopping.is_set():
            self._say_goodbye(connection, delivery)
        else:
            ending = connection.closed  # before it is cut by us
            connection.abandon()
            self._learn_from_end(ending, delivery)
        self.counts.connected = False
        self._missed_before = self.counts.missed
        self._mailbox.disconnected()
        self._backoff.lost()

    def _welcome(self, limits: Limits) -> None:
        where = f"{self._settings.host}:{self._settings.port}"
        if not self._complaints.flapping:
            _LOG.info("MQTT: connected to %s after %.0f s", where, self._backoff.away_s)
        for lack in limits.missing(self._settings.heartbeat_s):
            self._complaints.say_once(f"MQTT: {where}: {lack}")
        self._terms.accepted(limits)
        self.counts.connections += 1
        self._backoff.connected()
        self._mailbox.connected()
        self.counts.connected = True

    def _learn_from_end(self, ending: Ending | None, delivery: Delivery) -> None:
        """See whether a message ended the connection, and say why it has ended."""
        unconfirmed = delivery.unconfirmed()
        if ending is None or ending.for_a_message:
            told = ending is not None and ending.told
            found = self._suspects.connection_ended(unconfirmed, told=told)
            if found is not None:
                self.counts.left_out += 1
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
        name = self._session_name
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
        self.thread.beat()
        self._outbox_report.say_news()
        confirmed_before = delivery.confirmed_events
        delivery.turn()
        self.counts.events_confirmed += delivery.confirmed_events - confirmed_before
        self.counts.refusals += len(delivery.refusals)
        if delivery.refusals:
            self._complaints.say(f"MQTT: the broker refuses {delivery.refusals[-1]}; look at its access list")
            delivery.refusals.clear()
        for topic, packet in delivery.too_large:
            self.counts.left_out += 1
            self._complaints.say_once(
                f"MQTT: the broker takes packets of at most {delivery.limits.max_packet_bytes} bytes; a "
                f"larger message on {topic} ({packet} bytes) is left out; raise the broker's limit "
                "(Mosquitto: max_packet_size)"
            )
        delivery.too_large.clear()

    def _take_in(self, connection: Connection) -> None:
        """Hand what has come to whoever wants it."""
        self.counts.missed = self._missed_before + connection.missed
        for denied in connection.denied():
            self._complaints.say(
                f"MQTT: the broker denies the subscription to {denied}, so nothing that is sent there "
                "arrives; look at its access list"
            )
        for message in connection.incoming():
            for subscription, receive in self._receivers.items():
                if topic_matches_sub(subscription, message.topic):
                    receive(message)

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
            self.thread.beat()
            self._outbox_report.say_news()
            if self.thread.stopping.wait(min(remaining_s, _TURN_S)):
                return
