"""One connection to the broker, from CONNECT to its end. It never reconnects: its owner makes a new one."""

import contextlib
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge_agent.publish.mqtt.limits import MAX_IN_FLIGHT, Limits, limits_of
from edge_agent.publish.mqtt.own_client import OwnClient
from edge_agent.publish.mqtt.tls import tls_context
from edge_agent.publish.settings import MqttSettings

_LOG = logging.getLogger(__name__)
_MAX_QUEUED = 4 * MAX_IN_FLIGHT
"""Messages that paho may hold, more than are ever given to it; judgement."""
_MAX_INCOMING = 100
"""Messages for us that wait at most; whoever sends more at once is no person; judgement."""
_MAX_PACKET_BYTES = 65_536
"""Largest packet that the broker may send us, as in deploy/mosquitto/edge-agent.conf; judgement."""
_NOT_FOR_A_MESSAGE = frozenset(
    {
        "Server shutting down",
        "Server busy",
        "Keep alive timeout",
        "Session taken over",
        "Administrative action",
        "Use another server",
        "Server moved",
        "Connection rate exceeded",
        "Maximum connect time",
    }
)
"""Reasons for which a broker ends a connection whatever was sent (MQTT 5.0, section 3.14.2.1)."""
_SILENT = "Unspecified error"
"""What paho calls the end of a connection that the broker did not explain."""


class ConnectionFailedError(Exception):
    """The broker could not be reached, or would not have us."""

    def __init__(self, message: str, *, wrong_protocol: bool = False, reason: str = "") -> None:
        super().__init__(message)
        self.wrong_protocol = wrong_protocol
        """The broker may speak another version of MQTT than was tried."""
        self.reason = reason
        """Name of the reason that the broker gave; empty if it gave none."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we vanish."""

    topic: str
    """Where."""
    payload: bytes
    """What."""
    qos: int = 1
    """0 for a broker that takes no more."""
    retain: bool = True
    """False for a broker that retains nothing."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended."""

    words: str
    """For people."""
    for_a_message: bool
    """True if the broker said, or may have meant, that a message was wrong."""
    told: bool
    """True if the broker gave a reason."""
    taken_over: bool
    """True if another client came with our client id."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The broker's answer to one message."""

    message_id: int
    """As `send` gave it."""
    refusal: str | None
    """Why the broker did not take it; None if it did."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that the broker sends us."""

    topic: str
    """Where it was published."""
    payload: bytes
    """What was published."""
    retain: bool
    """True if it was published to be retained; MQTT 3.1.1 says so only of what lay there before us."""
    response_topic: str | None = None
    """Where the sender wants an answer (MQTT 5); None if it names no topic."""
    correlation: bytes | None = None
    """What the answer must carry so that the sender knows it (MQTT 5)."""


class Connection:
    """A paho client that connects once, and hands receipts over instead of acting in callbacks."""

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        will: Will,
        protocol: MQTTProtocolVersion,
        wake: Callable[[], None],
        subscriptions: Sequence[str] = (),
        unwanted: Sequence[str] = (),
    ) -> None:
        """Prepare; `wake` is called from paho's thread whenever there is something new to look at.

        `unwanted` are subscriptions that the session on the broker may still hold from an earlier run.
        """
        self._settings = settings
        self._wake = wake
        self._subscriptions = subscriptions
        self._unwanted = unwanted
        self._receipts: deque[Receipt] = deque()
        self._asked: dict[int | None, str] = {}
        self._denied: deque[str] = deque()
        self._incoming: deque[Incoming] = deque(maxlen=_MAX_INCOMING)
        self._answered = threading.Event()
        self._refusal: str | None = None
        self._closed: Ending | None = None
        self.limits = Limits()
        """What the broker can do, once the connection is open."""
        self.missed = 0
        """Messages for us that were dropped because too many came at once."""
        self._wrong_protocol = False
        self._client = _client(settings, client_id, will, protocol)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.ended = self._on_end

    @property
    def closed(self) -> Ending | None:
        """How the connection has ended; None while it is up."""
        return self._closed

    def open(self, beat: Callable[[], None] = lambda: None) -> None:
        """Connect and wait for the broker's answer, `beat` in between. Raises ConnectionFailedError."""
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            self._connect()
        except (OSError, ValueError) as error:
            raise ConnectionFailedError(f"cannot connect to {where}: {error}{_advice(error)}") from error
        beat()
        self._client.loop_start()
        answered = self._answered.wait(self._settings.connect_timeout_s)
        if answered and self._refusal is None and self._closed is None:
            return
        self.abandon()
        if not answered:
            raise ConnectionFailedError(
                f"{where} accepted the connection but did not answer", wrong_protocol=True
            )
        if self._refusal is not None:
            raise ConnectionFailedError(
                f"{where} refuses us: {self._refusal}",
                wrong_protocol=self._wrong_protocol,
                reason=self._refusal,
            )
        words = "" if self._closed is None else self._closed.words
        raise ConnectionFailedError(f"{where} did not accept us: {words}", wrong_protocol=True)

    def send(
        self, topic: str, payload: bytes, *, qos: int, retain: bool, correlation: bytes | None = None
    ) -> int | None:
        """Send a message as well as the broker can take it; return the id of its receipt.

        None means that it was not taken. Raises ValueError for a topic to which nothing can be sent.
        `correlation` goes along where the broker speaks MQTT 5.
        """
        qos, retain = min(qos, self.limits.max_qos), retain and self.limits.retain
        properties = None
        if correlation is not None and self._client.protocol == MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.CorrelationData = correlation
        info = self._client.publish(topic, payload, qos=qos, retain=retain, properties=properties)
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def receipts(self) -> list[Receipt]:
        """Return the receipts that have come since the last call."""
        return [self._receipts.popleft() for _ in range(len(self._receipts))]

    def incoming(self) -> list[Incoming]:
        """Return the messages that have come since the last call; of a flood the newest."""
        return [self._incoming.popleft() for _ in range(len(self._incoming))]

    def denied(self) -> list[str]:
        """Return the subscriptions that the broker has denied since the last call, each with its reason."""
        return [self._denied.popleft() for _ in range(len(self._denied))]

    def close(self, timeout_s: float) -> None:
        """Say goodbye, so that the broker keeps the will to itself; at most `timeout_s`."""
        self._answered.clear()
        if self._closed is None:
            self._client.disconnect()
            self._answered.wait(timeout_s)
        self.abandon()

    def abandon(self) -> None:
        """Cut the connection, whatever its state."""
        open_socket = self._client.socket()
        if isinstance(open_socket, socket.socket):
            with contextlib.suppress(OSError):  # it was cut already
                open_socket.shutdown(socket.SHUT_RDWR)
        self._client.loop_stop()
        self._client.free()

    def _on_end(self, error: Exception | None) -> None:
        """Note that the client's thread has ended; without `_on_disconnect`, something went wrong there."""
        if error is not None:
            _LOG.error("MQTT: the client failed", exc_info=error)
        if self._closed is None:
            words = "the client's thread ended" + ("" if error is None else f": {type(error).__name__}")
            self._closed = Ending(words, for_a_message=False, told=False, taken_over=False)
            self._answered.set()
            self._wake()

    def _connect(self) -> None:
        to = (self._settings.host, self._settings.port, self._settings.keepalive_s)
        if self._client.protocol != MQTTProtocolVersion.MQTTv5:
            self._client.connect(*to)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._settings.session_expiry_s
        properties.MaximumPacketSize = _MAX_PACKET_BYTES
        self._client.connect(*to, clean_start=False, properties=properties)

    def _on_connect(
        self, client: Client, userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            self._wrong_protocol = reason.getName() == "Unsupported protocol version"
        else:
            self.limits = limits_of(properties)
            self._subscribe(client, flags.session_present)
        self._answered.set()

    def _subscribe(self, client: Client, session_present: bool) -> None:
        for subscription in self._unwanted if session_present else ():
            client.unsubscribe(subscription)
        for subscription in self._subscriptions:
            if client.protocol == MQTTProtocolVersion.MQTTv5:
                options = SubscribeOptions(qos=1, retainAsPublished=True)
                _, number = client.subscribe(subscription, options=options)
            else:
                _, number = client.subscribe(subscription, qos=1)
            self._asked[number] = subscription

    def _on_subscribe(
        self, client: Client, userdata: object, message_id: int, reasons: list[ReasonCode], properties: object
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                self._denied.append(f"{self._asked.get(message_id)} ({reason})")
                self._wake()

    def _on_disconnect(
        self, client: Client, userdata: object, flags: DisconnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        name = reason.getName()
        told = flags.is_disconnect_packet_from_server
        self._closed = Ending(
            words="the broker closed the connection" if name == _SILENT else name,
            for_a_message=name not in _NOT_FOR_A_MESSAGE,
            told=told and name != _SILENT,
            taken_over=name == "Session taken over",
        )
        self._answered.set()
        self._wake()

    def _on_publish(
        self, client: Client, userdata: object, message_id: int, reason: ReasonCode, properties: object
    ) -> None:
        self._receipts.append(Receipt(message_id, str(reason) if reason.is_failure else None))
        self._wake()

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self.missed += len(self._incoming) == _MAX_INCOMING
        told = vars(message.properties) if message.properties is not None else {}
        self._incoming.append(
            Incoming(
                message.topic,
                bytes(message.payload),
                message.retain,
                told.get("ResponseTopic"),
                told.get("CorrelationData"),
            )
        )
        self._wake()


def _client(settings: MqttSettings, client_id: str, will: Will, protocol: MQTTProtocolVersion) -> OwnClient:
    client = OwnClient(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, reconnect_on_failure=False
    )
    client.connect_timeout = settings.connect_timeout_s
    client.max_inflight_messages_set(MAX_IN_FLIGHT)
    client.max_queued_messages_set(_MAX_QUEUED)  # raises once connected
    client.will_set(will.topic, will.payload, qos=will.qos, retain=will.retain)
    if settings.username is not None:
        try:
            client.username_pw_set(settings.username, settings.password())
        except (OSError, ValueError) as error:
            raise ConnectionFailedError(f"mqtt.password_file cannot be read: {error}") from error
    if settings.tls is not None:
        try:
            client.tls_set_context(tls_context(settings.tls))
        except OSError as error:
            raise ConnectionFailedError(f"mqtt.tls: the certificates cannot be read: {error}") from error
    return client


def _advice(error: Exception) -> str:
    """Return what to do if a broker cannot be reached; empty if the error says it itself."""
    if isinstance(error, ConnectionRefusedError):
        return "; nothing listens there: start the broker, or correct mqtt.host and mqtt.port"
    if isinstance(error, socket.gaierror):
        return "; correct mqtt.host, or see whether this machine can look up names"
    if isinstance(error, TimeoutError):
        return "; see whether mqtt.host is right and no firewall stands between"
    return ""
