"""Settings of the publisher: the broker, our identity there, and how much is kept for it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_MAX_PASSWORD_FILE_BYTES = 65_536
"""Maximum bytes that are read of a password file: MQTT allows passwords of 65,535 bytes (5.0, 3.1.3.6)."""
_TOPIC_LEVELS = re.compile(r"[^+#/\s\x00]+(/[^+#/\s\x00]+)*")


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """An encrypted connection: TLS 1.2 or later, the host name always checked."""

    ca_file: Path | None = None
    """Certificates of the authorities to trust, PEM; None trusts those of the operating system."""
    cert_file: Path | None = None
    """Our own certificate, PEM, for brokers that ask for one."""
    key_file: Path | None = None
    """Private key of `cert_file`, PEM, unencrypted."""

    def __post_init__(self) -> None:
        if (self.cert_file is None) != (self.key_file is None):
            given, missing = ("cert_file", "key_file") if self.cert_file else ("key_file", "cert_file")
            raise ValueError(f"{given} is given without {missing}; a client certificate needs both")


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """How much is kept on disk for a broker that is away."""

    path: Path = Path("outbox.sqlite3")
    """File of the outbox; under systemd in the state directory."""
    max_rows: int = 20_000
    """Maximum number of events kept."""
    max_bytes: int = 64 * 1024 * 1024
    """Maximum number of bytes of payloads kept."""

    def __post_init__(self) -> None:
        if self.max_rows < 1 or self.max_bytes < 1:
            raise ValueError(
                f"max_rows {self.max_rows} and max_bytes {self.max_bytes} must be above zero; an outbox "
                "without room loses every event"
            )


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """The broker, and how to connect to it."""

    host: str
    """Name or address of the broker."""
    port: int = 1883
    """TCP port; 8883 is usual with TLS."""
    username: str | None = None
    """Name to log in with; None logs in without."""
    password_file: Path | None = None
    """File that holds the password on its first line; read at every connection, never logged."""
    tls: TlsSettings | None = None
    """Encryption; None does not encrypt."""
    prefix: str = "edge-agent"
    """First level or levels of every topic, before the id of the agent."""
    client_id: str | None = None
    """Name of the session on the broker, unique there; None takes `edge-agent-<agent id>`."""
    heartbeat_s: float = 60.0
    """The state and the health are published at least this often, s."""
    diagnosis: bool = True
    """True to publish each window's own diagnosis, too (QoS 0)."""
    commands: bool = False
    """True to obey commands under `<base>/command`."""
    keepalive_s: int = 30
    """A silent connection is probed this often, s; a dead one is noticed after 1.5 times this."""
    session_expiry_s: int = 3600
    """How long the broker keeps our session when we are away, s."""
    connect_timeout_s: float = 5.0
    """How long a broker may take to answer a connection attempt, s."""
    retry_min_s: float = 1.0
    """Shortest wait between two connection attempts, s."""
    retry_max_s: float = 120.0
    """Longest wait between two connection attempts, s."""

    def __post_init__(self) -> None:
        _check(bool(self.host), "host is empty; give the broker's name or address, e.g. localhost")
        _check(1 <= self.port <= 65535, f"port {self.port} is not a TCP port (1 to 65535); usual: 1883, 8883")
        _check(
            _TOPIC_LEVELS.fullmatch(self.prefix) is not None,
            f"prefix {self.prefix!r} must be topic levels without +, # or spaces, e.g. edge-agent",
        )
        _check(
            self.password_file is None or self.username is not None,
            "password_file is given without username; MQTT 3.1.1 brokers refuse that",
        )
        _check(self.heartbeat_s >= 1, f"heartbeat_s {self.heartbeat_s:g} is below 1 s")
        _check(5 <= self.keepalive_s <= 65535, f"keepalive_s {self.keepalive_s} is not in 5 to 65535 s")
        _check(self.session_expiry_s >= 0, f"session_expiry_s {self.session_expiry_s} is negative")
        _check(self.connect_timeout_s > 0, f"connect_timeout_s {self.connect_timeout_s:g} must be above zero")
        _check(
            0 < self.retry_min_s <= self.retry_max_s,
            f"retry_min_s {self.retry_min_s:g} must be above 0, at most retry_max_s {self.retry_max_s:g}",
        )

    def base_topic(self, agent_id: str) -> str:
        """Return the topic under which an agent publishes everything."""
        return f"{self.prefix}/{agent_id}"

    def session_name(self, agent_id: str) -> str:
        """Return the client id on the broker."""
        return self.client_id or f"edge-agent-{agent_id}"

    def password(self) -> str | None:
        """Return the password from its file, None if there is none; raises as `read_password` does."""
        return None if self.password_file is None else read_password(self.password_file)


AGENT_DEVICE = "agent"
"""Name of the agent's own device in Home Assistant, beside its motor's, which must have another one."""


@dataclass(frozen=True, slots=True)
class HomeAssistantSettings:
    """Entities of Home Assistant, by its MQTT discovery."""

    enabled: bool = True
    """False removes the entities that were there."""
    prefix: str = "homeassistant"
    """First level of the topics of discovery."""
    status_topic: str = "homeassistant/status"
    """Where Home Assistant says that it has started."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The HTTP server: the page, and metrics and health for Prometheus and others."""

    host: str = "127.0.0.1"
    """Address to listen on; loopback unless there is a token."""
    port: int = 8642
    """TCP port."""
    token_file: Path | None = None
    """File with the token that requests must carry; None asks for none, and lets nobody write."""


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """A server that gets events by HTTP POST."""

    url: str = field(repr=False)
    """Where; http or https. It may hold a secret, so it is never logged beyond its host."""
    on: tuple[str, ...] = ("alarm", "danger", "clear", "blind")
    """Occasions on which it gets one."""
    cooldown_s: float = 900.0
    """The same occasion is not told again within this time, s."""
    token_file: Path | None = None
    """File with a token that is sent as `Authorization: Bearer <token>`; None sends none."""


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """What a sink may be made from."""

    agent: str
    """Id of the agent."""
    motors: tuple[str, ...]
    """Ids of its motors."""
    state_folder: Path
    """Folder for what must outlive a restart; whoever writes there first makes it."""
    mqtt: MqttSettings
    """The broker."""
    outbox: OutboxSettings
    """Where events wait for it."""
    former_outbox: Path | None = None
    """Where an earlier version kept them; None if it was the same place."""
    former_event_topics: tuple[str, ...] = ()
    """Topics of the events there that are this agent's."""
    home_assistant: HomeAssistantSettings = HomeAssistantSettings(enabled=False)
    """Entities of Home Assistant."""
    http: HttpSettings | None = None
    """The HTTP server; None if nothing is to listen."""
    webhooks: tuple[WebhookSettings, ...] = ()
    """Servers that get events by HTTP POST."""


def read_password(file: Path) -> str:
    """Return the first line of a file, without blanks around it and without a mark of the byte order.

    Raises OSError if the file cannot be read, ValueError if that line cannot be a password. No message
    holds any part of it.
    """
    if not file.is_file() and file.exists():  # a pipe without a writer would never end
        raise ValueError(f"{file} is no file; write the password into one")
    with file.open("rb") as stream:
        content = stream.read(_MAX_PASSWORD_FILE_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # whose own words hold bytes of the password
        raise ValueError(
            f"{file} is not UTF-8 text; write the password there in UTF-8, on one line"
        ) from None
    password = text.split("\n", 1)[0].strip()
    if not password:
        raise ValueError(f"the first line of {file} is empty; write the password there")
    if not password.isprintable():
        raise ValueError(
            f"the first line of {file} holds a character that cannot be typed; write the password there as "
            "plain text"
        )
    return password


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise ValueError(problem)
