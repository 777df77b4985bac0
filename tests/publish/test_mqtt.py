"""The publisher against a real broker, heard by a client that shares no code with it."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from broker import Mosquitto, Subscriber, free_port, wait_until
from paho.mqtt.client import Client

from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.payloads import Payload
from edge_agent.publish.settings import MqttSettings, OutboxSettings
from edge_agent.publish.store.outbox import Outbox

Subscribe = Callable[..., Subscriber]
BASE = "edge-agent/pump-7"
EVENTS = f"{BASE}/motor-1/event"
STATE = f"{BASE}/motor-1/state"
STATUS = f"{BASE}/status"


def settings(port: int, **changes: object) -> MqttSettings:
    quick = MqttSettings("127.0.0.1", port, retry_min_s=0.05, retry_max_s=0.2, connect_timeout_s=2)
    return replace(quick, **changes)  # type: ignore[arg-type]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    yield box
    box.close()


def an_event(number: int) -> Callable[[int], Payload]:
    return lambda event_id: {"id": event_id, "number": number}


def numbers_on(subscriber: Subscriber, topic: str = EVENTS) -> list[object]:
    return [message.json()["number"] for message in subscriber.on(topic)]


def has_events(count: int) -> Callable[[list[object]], bool]:
    return lambda messages: sum(message.topic == EVENTS for message in messages) >= count  # type: ignore[attr-defined]


def ends(publisher: Publisher, within_s: float) -> None:
    """Stop; its thread must end long before a broker that hangs is noticed by the keepalive of 30 s."""
    publisher.stop(timeout_s=within_s)
    wait_until(lambda: publisher._courier.thread.stop(0.0), 20.0)


def test_states_are_retained_and_said_before_we_call_ourselves_online(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    publisher.publish_state("motor-1", {"state": "old"})
    publisher.publish_state("motor-1", {"state": "indeterminate"})
    with publisher:
        listener.wait_for(lambda messages: len(messages) == 2)
    assert [message.topic for message in listener.messages] == [STATE, STATUS]
    assert listener.messages[0].json() == {"state": "indeterminate"}
    assert listener.messages[1].payload == "online"
    late = subscribe(mosquitto.port, name="late")
    late.wait_for(lambda messages: len(messages) == 2)
    assert {message.topic: message.payload for message in late.messages}[STATUS] == "offline"
    assert all(message.retain for message in late.messages)


def test_all_four_kinds_arrive_with_their_quality_and_retention(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    with Publisher(settings(mosquitto.port), "pump-7", outbox) as publisher:
        listener.wait_for(lambda messages: any(message.topic == STATUS for message in messages))
        publisher.publish_state("motor-1", {"n": 1})
        number = publisher.publish_event("motor-1", lambda event_id: {"id": event_id})
        publisher.publish_diagnosis("motor-1", {"n": 3})
        publisher.publish_health({"n": 4})
        listener.wait_for(lambda messages: len(messages) == 5)
        late = subscribe(mosquitto.port, name="late")
        late.wait_for(lambda messages: len(messages) == 3)
    qualities = {message.topic: message.qos for message in listener.messages}
    assert qualities == {STATUS: 1, STATE: 1, EVENTS: 1, f"{BASE}/motor-1/diagnosis": 0, f"{BASE}/health": 0}
    assert listener.on(EVENTS)[0].json() == {"id": number}
    assert {message.topic for message in late.messages} == {STATUS, STATE, f"{BASE}/health"}
    assert outbox.counts.waiting == 0


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


def test_a_state_is_said_again_to_a_broker_that_forgot_it(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox, tmp_path: Path
) -> None:
    with Publisher(settings(mosquitto.port), "pump-7", outbox) as publisher:
        publisher.publish_state("motor-1", {"state": "healthy"})
        first = subscribe(mosquitto.port, STATE)
        first.wait_for(lambda messages: messages)
        mosquitto.stop()
        first.close()
        (tmp_path / "mosquitto.db").unlink()
        mosquitto.start()
        second = subscribe(mosquitto.port, STATE, name="second")
        second.wait_for(lambda messages: messages)


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


def test_stopping_sends_what_still_waits(mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox) -> None:
    listener = subscribe(mosquitto.port)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    with publisher:
        listener.wait_for(lambda messages: messages)
        for number in range(300):
            publisher.publish_event("motor-1", an_event(number))
        assert publisher.stop(timeout_s=60)
    listener.wait_for(has_events(300))
    listener.wait_for(lambda messages: len(listener.on(STATUS)) == 2)
    assert [message.payload for message in listener.on(STATUS)] == ["online", "offline"]
    assert numbers_on(listener) == list(range(300))
    assert outbox.counts.waiting == 0


def test_stopping_without_a_broker_keeps_the_events_for_the_next_start(
    mosquitto: Mosquitto, subscribe: Subscribe, tmp_path: Path
) -> None:
    path = tmp_path / "kept.sqlite3"
    mosquitto.stop()
    first = Outbox(OutboxSettings(path))
    with Publisher(settings(mosquitto.port), "pump-7", first) as publisher:
        publisher.publish_event("motor-1", an_event(1))
        ends(publisher, 1)
    first.close()
    mosquitto.start()
    listener = subscribe(mosquitto.port, EVENTS)
    second = Outbox(OutboxSettings(path))
    with Publisher(settings(mosquitto.port), "pump-7", second):
        listener.wait_for(has_events(1))
    second.close()
    assert numbers_on(listener) == [1]


def test_a_broker_that_hangs_holds_up_neither_the_agent_nor_its_stop(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    with publisher:
        listener.wait_for(lambda messages: messages)
        mosquitto.hang()
        for number in range(100):
            publisher.publish_event("motor-1", an_event(number))
        ends(publisher, 0.5)
    assert outbox.counts.waiting == 100


def test_a_broker_that_never_answers_is_named(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Publisher(settings(silent.getsockname()[1], connect_timeout_s=0.2), "pump-7", outbox) as publisher,
    ):
        wait_until(lambda: publisher.counts.failed_attempts)
    assert "accepted the connection but did not answer" in caplog.text


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


def test_an_unreadable_password_file_is_named(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    missing = settings(free_port(), username="a", password_file=tmp_path / "missing")
    with Publisher(missing, "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts)
    assert "mqtt.password_file cannot be read" in caplog.text


def test_a_password_file_that_is_no_text_is_named_and_its_bytes_are_not(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    password = tmp_path / "password"
    password.write_bytes("s\xe4cret\n".encode("latin-1"))
    wrong = settings(free_port(), username="a", password_file=password)
    with Publisher(wrong, "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts or publisher.watched.failure())
        assert publisher.watched.failure() is None
    assert f"mqtt.password_file cannot be read: {password} is not UTF-8 text" in caplog.text
    assert "0xe4" not in caplog.text


def test_no_broker_is_named_once_and_costs_nothing(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    with Publisher(settings(free_port()), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts >= 3)
        assert not publisher.connected
        assert publisher.watched.failure() is None
    assert caplog.text.count("cannot connect to") == 1
    assert "start the broker, or correct mqtt.host and mqtt.port" in caplog.text


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (socket.gaierror(-2, "Name or service not known"), "; correct mqtt.host"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "can look up names"),
        (TimeoutError("timed out"), "firewall"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
    ],
)
def test_a_broker_that_cannot_be_reached_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    outbox: Outbox,
    caplog: pytest.LogCaptureFixture,
    error: OSError,
    advice: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Client, "connect", fail)
    with Publisher(settings(free_port()), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts)
    assert str(error) in caplog.text
    assert advice in caplog.text


def _connect_packet_311(client_id: str) -> bytes:
    name = client_id.encode()
    variable = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name
    return bytes([0x10, len(variable)]) + variable
