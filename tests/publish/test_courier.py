"""The courier: events through outages and refusals, messages for us, and what it says of all this."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Mosquitto, free_port, wait_until
from publishing import BASE, EVENTS, STATUS, Subscribe, an_event, ends, has_events, numbers_on, settings

from edge_agent.publish.mqtt.connection import Incoming
from edge_agent.publish.mqtt.courier import Courier
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.settings import MqttSettings
from edge_agent.publish.store.outbox import Outbox


def test_events_of_an_outage_arrive_once_and_in_order(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    with Publisher(settings(mosquitto.port), "pump-7", outbox) as publisher:
        for number in range(50):
            publisher.publish_event("motor-1", an_event(number))
        listener.wait_for(has_events(50))
        wait_until(lambda: outbox.counts.waiting == 0)
        mosquitto.stop()
        for number in range(50, 250):
            publisher.publish_event("motor-1", an_event(number))
        publisher.publish_diagnosis("motor-1", {"n": 1})
        assert outbox.counts.waiting == 200
        mosquitto.start()
        listener.wait_for(lambda messages: 249 in numbers_on(listener))
    by_id = {message.json()["id"]: message.json()["number"] for message in listener.on(EVENTS)}
    assert list(by_id.values()) == list(range(250))
    assert list(by_id) == sorted(by_id)
    assert outbox.counts.waiting == 0
    assert not listener.on(f"{BASE}/motor-1/diagnosis")


@pytest.mark.slow
def test_a_minute_without_broker_delays_events_and_loses_none(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    """With the waits as shipped: a quarter of the outage is the most that may be added to it."""
    listener = subscribe(mosquitto.port)
    with Publisher(MqttSettings("127.0.0.1", mosquitto.port), "pump-7", outbox) as publisher:
        listener.wait_for(lambda messages: messages)
        mosquitto.stop()
        pause = threading.Event()
        for number in range(60):
            publisher.publish_event("motor-1", an_event(number))
            pause.wait(1.0)
        mosquitto.start()
        listener.wait_for(lambda messages: 59 in numbers_on(listener))
    by_id = {message.json()["id"]: message.json()["number"] for message in listener.on(EVENTS)}
    assert list(by_id.values()) == list(range(60))


def test_a_broker_that_comes_and_goes_while_events_are_made_gets_all_of_them(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    with Publisher(settings(mosquitto.port), "pump-7", outbox) as publisher:
        for number in range(600):
            publisher.publish_event("motor-1", an_event(number))
            if number % 200 == 100:
                mosquitto.stop()
            if number % 200 == 150:
                mosquitto.start()
        listener.wait_for(lambda messages: 599 in numbers_on(listener))
    by_id = {message.json()["id"]: message.json()["number"] for message in listener.on(EVENTS)}
    assert list(by_id.values()) == list(range(600))


def test_the_broker_says_offline_for_a_publisher_that_is_cut_off(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port, STATUS)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    with publisher:
        listener.wait_for(lambda messages: messages)
        with socket.create_connection(("127.0.0.1", mosquitto.port)) as impostor:
            impostor.sendall(_connect_packet_311("edge-agent-pump-7"))
            listener.wait_for(lambda messages: len(messages) == 3)
    assert [message.payload for message in listener.messages] == ["online", "offline", "online"]


@pytest.mark.parametrize("manner", ["refuses", "hangs up", "says nothing"])
def test_a_broker_of_the_older_protocol_is_spoken_to_in_it(outbox: Outbox, manner: str) -> None:
    """MQTT 3.1.1 (3.2.2.3) asks for return code 1 to a CONNECT of version 5; some brokers do otherwise."""
    levels: list[int] = []
    accepted = threading.Event()
    held: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        levels.append(connection.recv(4096)[8])
        held.append(connection)
        if levels[-1] == 4:
            connection.sendall(b"\x20\x02\x00\x00")
            accepted.set()
            connection.recv(4096)
        elif manner == "refuses":
            connection.sendall(b"\x20\x02\x00\x01")
        elif manner == "hangs up":
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while not accepted.is_set():
                answer(server.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        quick = settings(server.getsockname()[1], connect_timeout_s=2)
        with Publisher(quick, "pump-7", outbox) as publisher:
            assert accepted.wait(60)
            publisher.stop(timeout_s=0.2)
    assert levels == [5, 4]


def test_a_wrong_password_is_named_once_and_tried_again(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Mosquitto(tmp_path, "listener {port} 127.0.0.1\nallow_anonymous false\n")
    broker.start()
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    with Publisher(
        settings(broker.port, username="pump-7", password_file=password), "pump-7", outbox
    ) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts >= 3)
    broker.stop()
    complaints = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert complaints == [f"MQTT: 127.0.0.1:{broker.port} refuses us: Not authorized"]
    assert "s3cret" not in caplog.text


def test_a_refused_topic_is_counted_and_its_event_kept(tmp_path: Path, outbox: Outbox) -> None:
    acl = tmp_path / "acl"
    acl.write_text(f"topic write {STATUS}\n")
    acl.chmod(0o600)
    broker = Mosquitto(tmp_path, f"listener {{port}} 127.0.0.1\nallow_anonymous true\nacl_file {acl}\n")
    broker.start()
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        publisher.publish_event("motor-1", an_event(1))
        wait_until(lambda: publisher.counts.refusals > 0)
        ends(publisher, 0.5)
    broker.stop()
    assert outbox.counts.waiting == 1


def test_no_broker_is_named_once_and_costs_nothing(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    with Publisher(settings(free_port()), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts >= 3)
        assert not publisher.connected
        assert publisher.watched.failure() is None
    assert caplog.text.count("cannot connect to") == 1
    assert "start the broker, or correct mqtt.host and mqtt.port" in caplog.text


def _connect_packet_311(client_id: str) -> bytes:
    name = client_id.encode()
    variable = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name
    return bytes([0x10, len(variable)]) + variable


@pytest.fixture
def courier_of(outbox: Outbox) -> Iterator[Callable[..., Courier]]:
    """Make couriers that have started and that end with the test: `courier_of(port, receivers)`."""
    made: list[Courier] = []

    def make(port: int, receivers: dict[str, Callable[[Incoming], None]] | None = None) -> Courier:
        made.append(Courier(settings(port), "pump-7", Mailbox(), outbox, receivers))
        made[-1].thread.start()
        return made[-1]

    yield make
    for courier in made:
        courier.stop(1.0)


def publish(port: int, topic: str, text: str) -> None:
    """Publish a message that is retained, so that it comes however early or late we subscribe."""
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-r"]
    subprocess.run([*command, "-t", topic, "-m", text], check=True, timeout=60)


def test_messages_are_handed_to_whoever_has_subscribed_to_them(
    mosquitto: Mosquitto, courier_of: Callable[..., Courier]
) -> None:
    commands: list[str] = []
    starts: list[str] = []
    courier = courier_of(
        mosquitto.port,
        {
            f"{BASE}/command/+": lambda message: commands.append(message.topic),
            "homeassistant/status": lambda message: starts.append(message.payload.decode()),
        },
    )
    wait_until(lambda: courier.counts.connected)
    publish(mosquitto.port, f"{BASE}/command/info", "{}")
    publish(mosquitto.port, f"{BASE}/command/info/deeper", "{}")
    publish(mosquitto.port, "homeassistant/status", "online")
    wait_until(lambda: starts)
    wait_until(lambda: commands)
    assert set(commands) == {f"{BASE}/command/info"}
    assert set(starts) == {"online"}


def test_a_message_that_fits_two_subscriptions_reaches_both_of_their_receivers(
    mosquitto: Mosquitto, courier_of: Callable[..., Courier]
) -> None:
    one: set[bytes] = set()
    all_: set[bytes] = set()
    courier = courier_of(
        mosquitto.port,
        {f"{BASE}/a": lambda message: one.add(message.payload), f"{BASE}/#": lambda m: all_.add(m.payload)},
    )
    wait_until(lambda: courier.counts.connected)
    publish(mosquitto.port, f"{BASE}/a", "x")
    wait_until(lambda: b"x" in one and b"x" in all_)


def test_after_an_outage_messages_are_taken_in_again(
    mosquitto: Mosquitto, courier_of: Callable[..., Courier]
) -> None:
    heard: list[bytes] = []
    courier = courier_of(mosquitto.port, {f"{BASE}/command/#": lambda message: heard.append(message.payload)})
    wait_until(lambda: courier.counts.connected)
    mosquitto.stop()
    wait_until(lambda: not courier.counts.connected)
    mosquitto.start()
    wait_until(lambda: courier.counts.connected)
    publish(mosquitto.port, f"{BASE}/command/info", "again")
    wait_until(lambda: b"again" in heard)


def test_connections_attempts_and_confirmed_events_are_counted(
    mosquitto: Mosquitto, courier_of: Callable[..., Courier], outbox: Outbox
) -> None:
    courier = courier_of(mosquitto.port)
    wait_until(lambda: courier.counts.connected)
    assert (courier.counts.connections, courier.counts.failed_attempts) == (1, 0)
    for number in range(3):
        outbox.put_event(EVENTS, lambda _, number=number: b"%d" % number)  # type: ignore[misc]
    courier.wake()
    wait_until(lambda: courier.counts.events_confirmed == 3)
    mosquitto.stop()
    wait_until(lambda: courier.counts.failed_attempts >= 2)
    assert (courier.counts.connected, courier.counts.connections) == (False, 1)
    mosquitto.start()
    wait_until(lambda: courier.counts.connections == 2)
    assert (courier.counts.refusals, courier.counts.left_out) == (0, 0)


def test_a_courier_that_stops_is_offline_and_no_longer_connected(
    mosquitto: Mosquitto, subscribe: Subscribe, courier_of: Callable[..., Courier]
) -> None:
    listener = subscribe(mosquitto.port, STATUS)
    courier = courier_of(mosquitto.port)
    listener.wait_for(lambda messages: messages)
    assert courier.stop(60.0)
    listener.wait_for(lambda messages: len(messages) == 2)
    assert [message.payload for message in listener.messages] == ["online", "offline"]
    assert not courier.counts.connected


def test_a_courier_without_a_broker_stops_in_the_middle_of_its_wait(outbox: Outbox) -> None:
    patient = MqttSettings("127.0.0.1", free_port(), retry_min_s=600.0, retry_max_s=600.0)
    courier = Courier(patient, "pump-7", Mailbox(), outbox)
    courier.thread.start()
    wait_until(lambda: courier.counts.failed_attempts == 1)
    assert courier.stop(60.0)
    assert courier.thread.watched.failure() is None


def test_a_wait_shows_signs_of_life(outbox: Outbox) -> None:
    patient = MqttSettings("127.0.0.1", free_port(), retry_min_s=600.0, retry_max_s=600.0)
    courier = Courier(patient, "pump-7", Mailbox(), outbox)
    courier.thread.start()
    wait_until(lambda: courier.counts.failed_attempts == 1)
    first = courier.thread.watched.heartbeat()
    wait_until(lambda: courier.thread.watched.heartbeat() > first + 0.5)
    assert courier.stop(60.0)
