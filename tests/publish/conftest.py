"""An outbox on disk, brokers of any configuration, and connections that end with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Mosquitto
from paho.mqtt.enums import MQTTProtocolVersion
from publishing import WILL, settings

from edge_agent.publish.mqtt.connection import Connection, Will
from edge_agent.publish.settings import MqttSettings, OutboxSettings
from edge_agent.publish.store.outbox import Outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox that is closed behind the test."""
    box = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    yield box
    box.close()


@pytest.fixture
def connect() -> Iterator[Callable[..., Connection]]:
    """Open connections that are cut behind the test: `connect(port)`."""
    made: list[Connection] = []

    def make(
        to: int | MqttSettings,
        name: str = "us",
        protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
        wake: Callable[[], None] = lambda: None,
        subscriptions: tuple[str, ...] = (),
        will: Will = WILL,
    ) -> Connection:
        where = to if isinstance(to, MqttSettings) else settings(to, connect_timeout_s=60.0)
        made.append(Connection(where, name, will, protocol, wake, subscriptions))
        made[-1].open()
        return made[-1]

    yield make
    for connection in made:
        connection.abandon()


@pytest.fixture
def mosquitto_with(tmp_path: Path) -> Iterator[Callable[[str], Mosquitto]]:
    """Start brokers of this test with more lines in their configuration: `mosquitto_with(lines)`."""
    made: list[Mosquitto] = []

    def make(more: str) -> Mosquitto:
        made.append(Mosquitto(tmp_path, f"listener {{port}} 127.0.0.1\n{more}\n"))
        made[-1].start()
        return made[-1]

    yield make
    for broker in made:
        broker.stop()
