"""One connection to the broker, from CONNECT to its end. It never reconnects: its owner makes a new one."""

import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent.publish.settings import MqttSettings, TlsSettings

MAX_IN_FLIGHT = 20
"""Messages sent and not yet confirmed; more makes Mosquitto slower."""
_MAX_QUEUED = 4 * MAX_IN_FLIGHT


class ConnectionFailedError(Exception):
    """The broker could not be reached, or would not have us."""

    def __init__(self, message: str, *, wrong_protocol: bool = False) -> None:
        super().__init__(message)
        self.wrong_protocol = wrong_protocol
        """The broker may speak another version of MQTT than was tried."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we vanish; retained."""

    topic: str
    """Where."""
    payload: bytes
    """What."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The broker's answer to one message."""

    message_id: int
    """As `send` gave it."""
    refusal: str | None
    """Why the broker did not take it; None when it did."""


class Connection:
    """A paho client that connects once, and hands receipts over instead of acting in callbacks."""

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        will: Will,
        protocol: MQTTProtocolVersion,
        wake: Callable[[], None],
    ) -> None:
        """Prepare; `wake` is called from paho's thread whenever there is something new to look at."""
        self._settings = settings
        self._wake = wake
        self._receipts: deque[Receipt] = deque()
        self._answered = threading.Event()
        self._refusal: str | None = None
        self._closed: str | None = None
        self._wrong_protocol = False
        self._client = _client(settings, client_id, will, protocol)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    @property
    def closed(self) -> str | None:
        """Why the connection has ended; None while it stands."""
        return self._closed

    def open(self) -> None:
        """Connect and wait for the broker's answer. Raises ConnectionFailedError."""
        where = f"{self._settings.host}:{self._settings.port}"
        try:
            self._connect()
        except (OSError, ValueError) as error:
            raise ConnectionFailedError(f"cannot connect to {where}: {error}") from error
        self._client.loop_start()
        answered = self._answered.wait(self._settings.connect_timeout_s)
        if answered and self._refusal is None and self._closed is None:
            return
        self.abandon()
        if not answered:
            raise ConnectionFailedError(
                f"{where} took the connection but did not answer", wrong_protocol=True
            )
        if self._refusal is not None:
            raise ConnectionFailedError(
                f"{where} refuses us: {self._refusal}", wrong_protocol=self._wrong_protocol
            )
        raise ConnectionFailedError(f"{where} did not take us: {self._closed}", wrong_protocol=True)

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> int | None:
        """Send a message; give the id of its receipt, or None when it was not taken."""
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def receipts(self) -> list[Receipt]:
        """Give the receipts that have come since the last call."""
        return [self._receipts.popleft() for _ in range(len(self._receipts))]

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

    def _connect(self) -> None:
        to = (self._settings.host, self._settings.port, self._settings.keepalive_s)
        if self._client.protocol != MQTTProtocolVersion.MQTTv5:
            self._client.connect(*to)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._settings.session_expiry_s
        self._client.connect(*to, clean_start=False, properties=properties)

    def _on_connect(
        self, client: Client, userdata: object, flags: ConnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            self._wrong_protocol = reason.getName() == "Unsupported protocol version"
        self._answered.set()

    def _on_disconnect(
        self, client: Client, userdata: object, flags: DisconnectFlags, reason: ReasonCode, properties: object
    ) -> None:
        self._closed = "the broker hung up" if reason.getName() == "Unspecified error" else str(reason)
        self._answered.set()
        self._wake()

    def _on_publish(
        self, client: Client, userdata: object, message_id: int, reason: ReasonCode, properties: object
    ) -> None:
        self._receipts.append(Receipt(message_id, str(reason) if reason.is_failure else None))
        self._wake()


def _client(settings: MqttSettings, client_id: str, will: Will, protocol: MQTTProtocolVersion) -> Client:
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol, reconnect_on_failure=False
    )
    client.connect_timeout = settings.connect_timeout_s
    client.max_inflight_messages_set(MAX_IN_FLIGHT)
    client.max_queued_messages_set(_MAX_QUEUED)  # raises once connected
    client.will_set(will.topic, will.payload, qos=1, retain=True)
    if settings.username is not None:
        try:
            client.username_pw_set(settings.username, settings.password())
        except (OSError, ValueError) as error:
            raise ConnectionFailedError(f"mqtt.password_file cannot be read: {error}") from error
    if settings.tls is not None:
        client.tls_set_context(_tls_context(settings.tls))
    return client


def _tls_context(settings: TlsSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConnectionFailedError(f"mqtt.tls: the certificates cannot be read: {error}") from error
    return context
