"""One simulated agent: the agent's own payloads, mailbox, delivery and waits, without samples."""

from collections.abc import Collection, Iterable

from paho.mqtt.enums import MQTTProtocolVersion

from calibration.fleet.link import Link
from calibration.fleet.motor import SimulatedMotor
from edge_agent.publish.documents import Document, Event
from edge_agent.publish.mqtt.backoff import Backoff
from edge_agent.publish.mqtt.connection import ConnectionFailedError, Will
from edge_agent.publish.mqtt.delivery import Delivery
from edge_agent.publish.mqtt.mailbox import Mailbox, Passing
from edge_agent.publish.payloads import encode, payload_of
from edge_agent.publish.settings import MqttSettings
from edge_agent.publish.store.rows import Event as Row


class _Outbox:
    """Events until the broker has confirmed them, in memory: the crowd has no disk of its own."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}

    def put(self, row: Row) -> None:
        """Keep an event."""
        self._rows[row.id] = row

    def pending(self, skip: Collection[int], limit: int) -> list[Row]:
        """Return the oldest events but those numbered in `skip`, at most `limit`."""
        return [row for number, row in sorted(self._rows.items()) if number not in skip][:limit]

    def delete(self, ids: Iterable[int]) -> None:
        """Forget events."""
        for number in ids:
            self._rows.pop(number, None)

    def __len__(self) -> int:
        return len(self._rows)


class SimulatedAgent:
    """Says what an agent says: at each heartbeat, at a change, and after each new connection."""

    def __init__(self, name: str, motor: str, settings: MqttSettings, seed: int) -> None:
        """Prepare; `settings` say how it reaches its broker, and how often its heart beats."""
        self.name = name
        """Its id."""
        self.motor = SimulatedMotor(name, motor, seed)
        """What it watches."""
        self.settings = settings
        """How it reaches its broker."""
        self.events: list[int] = []
        """Numbers of all events that it has told."""
        self.sent = 0
        """Messages that were put to be sent at heartbeats and changes."""
        self.attempts = 0
        """Attempts to connect."""
        self.link: Link | None = None
        """Its connection; None while it has none."""
        self._base = settings.base_topic(name)
        self._mailbox = Mailbox()
        self._outbox = _Outbox()
        self._backoff = Backoff(settings.retry_min_s, settings.retry_max_s)
        self._delivery: Delivery | None = None

    @property
    def is_connected(self) -> bool:
        """True if the broker has let it in."""
        return self._delivery is not None

    @property
    def events_waiting(self) -> int:
        """Events that the broker has not confirmed."""
        return len(self._outbox)

    @property
    def wait_s(self) -> float:
        """How long to wait before the next attempt, s: as the agent waits."""
        return self._backoff.wait_s()

    def connect(self, unix_s: float) -> bool:
        """Begin to connect; False if nobody listens."""
        self.attempts += 1
        will = Will(f"{self._base}/status", b"offline")
        session = self.settings.session_name(self.name)
        link = Link(self.settings, session, will, MQTTProtocolVersion.MQTTv5, lambda: None)
        try:
            link.begin()
        except ConnectionFailedError:
            link.abandon()
            return False
        self.link = link
        for document in (self.motor.info(unix_s), self.motor.trend(unix_s)):
            self._retain(document)
        return True

    def work(self) -> bool:
        """Deliver what can be delivered; False if the connection has ended."""
        link = self.link
        if link is None:
            return False
        if link.has_ended():
            self.cut()
            return False
        if self._delivery is None and link.accepted:
            self._backoff.connected()
            self._mailbox.connected()
            status = f"{self._base}/status"
            self._delivery = Delivery(link, self._mailbox, self._outbox, status, limits=link.limits)
        if self._delivery is not None and self._delivery.overdue:
            self.cut()
            return False
        if self._delivery is not None:
            self._delivery.turn()
            link.write()
        if link.has_ended():  # a socket may end while it is written to
            self.cut()
            return False
        return True

    def cut(self) -> None:
        """End the connection without a goodbye."""
        if self.link is not None:
            self.link.abandon()
        if self._delivery is not None:
            self._backoff.lost()
            self._mailbox.disconnected()
        self.link = self._delivery = None

    def beat(self, unix_s: float) -> None:
        """Say what each heartbeat says."""
        motor = self.motor
        for document in (motor.state(unix_s), motor.alarm(unix_s), motor.baseline(unix_s)):
            self._retain(document)
        self._pass(f"{motor.motor}/measurements", motor.measurements(unix_s))
        self._pass("health", motor.health(unix_s))

    def break_bar(self, unix_s: float) -> None:
        """Tell that bars are broken."""
        self._change(self.motor.break_bar(unix_s), unix_s)

    def repair(self, unix_s: float) -> None:
        """Tell that they are sound again."""
        self._change(self.motor.repair(unix_s), unix_s)

    def _change(self, event: Event, unix_s: float) -> None:
        topic = f"{self._base}/{self.motor.motor}/event"
        self._outbox.put(Row(event.number, topic, encode(payload_of(event)), unix_s))
        self.events.append(event.number)
        self.sent += 1
        for document in (self.motor.state(unix_s), self.motor.alarm(unix_s)):
            self._retain(document)

    def _retain(self, document: Document) -> None:
        kind = type(document).__name__.lower()
        self._mailbox.put_state(f"{self._base}/{self.motor.motor}/{kind}", encode(payload_of(document)))
        self.sent += 1

    def _pass(self, below: str, document: Document) -> None:
        self._mailbox.put_passing(Passing(f"{self._base}/{below}", encode(payload_of(document)), True))
        self.sent += 1
