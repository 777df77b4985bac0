"""One connection to a real broker: what it carries, how it ends, and why it could not be made."""

import gc
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Disconnect, FakeBroker, Mosquitto, free_port, wait_until
from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTProtocolVersion
from publishing import Subscribe, settings

from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Ending, Incoming, Will
from edge_agent.publish.settings import MqttSettings, TlsSettings

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
WILL = Will("a/will", b"gone")
Connect = Callable[..., Connection]


class Wakes:
    """Counts how often a connection has something new."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Open connections that are cut behind the test: `connect(port)`."""
    made: list[Connection] = []

    def make(
        to: int | MqttSettings,
        name: str = "us",
        protocol: MQTTProtocolVersion = V5,
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
    made: list[Mosquitto] = []

    def make(more: str) -> Mosquitto:
        made.append(Mosquitto(tmp_path, f"listener {{port}} 127.0.0.1\n{more}\n"))
        made[-1].start()
        return made[-1]

    yield make
    for broker in made:
        broker.stop()


def publish(port: int, topic: str, text: str, *options: str) -> None:
    command = ["mosquitto_pub", "-V", "mqttv5", "-h", "127.0.0.1", "-p", str(port), "-q", "1", *options]
    subprocess.run([*command, "-t", topic, "-m", text], check=True, timeout=60)


@pytest.mark.parametrize("protocol", [V5, V311])
@pytest.mark.parametrize("retain", [True, False])
def test_a_message_arrives_and_its_receipt_comes_back(
    mosquitto: Mosquitto, subscribe: Subscribe, connect: Connect, protocol: MQTTProtocolVersion, retain: bool
) -> None:
    listener = subscribe(mosquitto.port, "a/#")
    wake = Wakes()
    connection = connect(mosquitto.port, protocol=protocol, wake=wake)
    first = connection.send("a/b", b"x", qos=1, retain=retain)
    second = connection.send("a/c", b"y", qos=1, retain=False)
    receipts = []
    wait_until(lambda: receipts.extend(connection.receipts()) or len(receipts) == 2)  # type: ignore[func-returns-value]
    assert [(receipt.message_id, receipt.refusal) for receipt in receipts] == [(first, None), (second, None)]
    assert wake.count >= 2
    assert connection.receipts() == []
    listener.wait_for(lambda messages: len(messages) == 2)
    assert [(message.topic, message.payload, message.qos) for message in listener.messages] == [
        ("a/b", "x", 1),
        ("a/c", "y", 1),
    ]
    late = subscribe(mosquitto.port, "a/#", name="late")
    publish(mosquitto.port, "a/last", "")
    late.wait_for(lambda messages: messages[-1:] and messages[-1].topic == "a/last")
    assert [message.topic for message in late.messages] == (["a/b"] if retain else []) + ["a/last"]


def test_a_message_that_the_broker_does_not_take_has_a_receipt_that_says_why(
    mosquitto_with: Callable[[str], Mosquitto], tmp_path: Path, connect: Connect
) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic write a/allowed\n")
    acl.chmod(0o600)
    connection = connect(mosquitto_with(f"allow_anonymous true\nacl_file {acl}").port)
    connection.send("a/forbidden", b"x", qos=1, retain=False)
    receipts = []
    wait_until(lambda: receipts.extend(connection.receipts()) or receipts)  # type: ignore[func-returns-value]
    assert receipts[0].refusal == "Not authorized"


def test_a_broker_that_can_do_less_is_sent_less(
    mosquitto_with: Callable[[str], Mosquitto], subscribe: Subscribe, connect: Connect
) -> None:
    broker = mosquitto_with("allow_anonymous true\nmax_qos 0\nretain_available false")
    listener = subscribe(broker.port, "a/#")
    connection = connect(broker.port, will=Will("a/will", b"gone", qos=0, retain=False))
    assert (connection.limits.max_qos, connection.limits.retain) == (0, False)
    connection.send("a/b", b"x", qos=1, retain=True)
    listener.wait_for(lambda messages: messages)
    assert listener.messages[0].qos == 0
    assert connection.closed is None


@pytest.mark.parametrize("topic", ["a/+", "#"])
def test_a_topic_to_which_nothing_can_be_sent_is_an_error(
    mosquitto: Mosquitto, connect: Connect, topic: str
) -> None:
    connection = connect(mosquitto.port)
    with pytest.raises(ValueError, match="topic"):
        connection.send(topic, b"x", qos=1, retain=False)


@pytest.mark.parametrize("goodbye", [True, False])
def test_the_will_is_said_for_a_connection_that_is_cut_and_not_for_one_that_says_goodbye(
    mosquitto: Mosquitto, subscribe: Subscribe, connect: Connect, goodbye: bool
) -> None:
    listener = subscribe(mosquitto.port, "a/#")
    connection = connect(mosquitto.port)
    if goodbye:
        connection.close(60.0)
    else:
        connection.abandon()
        listener.wait_for(lambda messages: messages)
    publish(mosquitto.port, "a/last", "")
    listener.wait_for(lambda messages: messages[-1:] and messages[-1].topic == "a/last")
    said = [(message.topic, message.payload) for message in listener.messages[:-1]]
    assert said == ([] if goodbye else [("a/will", "gone")])


def test_what_has_ended_takes_nothing_more(mosquitto: Mosquitto, connect: Connect) -> None:
    connection = connect(mosquitto.port)
    assert connection.closed is None
    connection.close(60.0)
    assert connection.closed is not None
    assert connection.send("a/b", b"x", qos=1, retain=False) is None
    connection.close(60.0)
    connection.abandon()


def test_another_client_with_our_name_takes_our_place(mosquitto: Mosquitto, connect: Connect) -> None:
    first, second = (connect(mosquitto.port, name="twin") for _ in range(2))
    wait_until(lambda: first.closed)
    assert second.closed is None


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        ("close", Ending("the broker closed the connection", True, told=False, taken_over=False)),
        (Disconnect(0x95), Ending("Packet too large", True, told=True, taken_over=False)),
        (Disconnect(0x80), Ending("the broker closed the connection", True, told=False, taken_over=False)),
        (Disconnect(0x8B), Ending("Server shutting down", False, told=True, taken_over=False)),
        (Disconnect(0x8E), Ending("Session taken over", False, told=True, taken_over=True)),
        (Disconnect(0x98), Ending("Administrative action", False, told=True, taken_over=False)),
    ],
)
def test_how_a_connection_ended_is_told_by_what_the_broker_said(
    connect: Connect, answer: str | Disconnect, ending: Ending
) -> None:
    broker = FakeBroker(lambda topic, payload: answer)
    wake = Wakes()
    connection = connect(broker.port, wake=wake)
    connection.send("a/b", b"x", qos=1, retain=False)
    wait_until(lambda: connection.closed)
    assert connection.closed == ending
    wait_until(lambda: wake.count)
    broker.close()


def incoming(connection: Connection, count: int) -> list[Incoming]:
    """Wait for so many messages; give them."""
    found: list[Incoming] = []
    wait_until(lambda: found.extend(connection.incoming()) or len(found) >= count)  # type: ignore[func-returns-value]
    return found


def test_messages_for_us_come_with_all_that_an_answer_needs(mosquitto: Mosquitto, connect: Connect) -> None:
    publish(mosquitto.port, "cmd/old", "lay there", "-r")
    wake = Wakes()
    connection = connect(mosquitto.port, subscriptions=("status", "cmd/#"), wake=wake)
    (old,) = incoming(connection, 1)
    wanted = ("-D", "publish", "response-topic", "answers/7", "-D", "publish", "correlation-data", "q1")
    publish(mosquitto.port, "cmd/info", "now", *wanted)
    (asked,) = incoming(connection, 1)
    publish(mosquitto.port, "status", "online")
    (plain,) = incoming(connection, 1)
    assert old == Incoming("cmd/old", b"lay there", retain=True)
    assert asked == Incoming("cmd/info", b"now", False, response_topic="answers/7", correlation=b"q1")
    assert plain == Incoming("status", b"online", retain=False)
    assert wake.count >= 3


def test_the_older_protocol_takes_messages_in_as_well(mosquitto: Mosquitto, connect: Connect) -> None:
    publish(mosquitto.port, "cmd/info", "x", "-r")
    connection = connect(mosquitto.port, protocol=V311, subscriptions=("cmd/#",))
    assert incoming(connection, 1) == [Incoming("cmd/info", b"x", retain=True)]


def test_messages_that_came_while_we_were_away_wait_in_our_session(
    mosquitto: Mosquitto, connect: Connect
) -> None:
    publish(mosquitto.port, "cmd/old", "lay there", "-r")
    first = connect(mosquitto.port, subscriptions=("cmd/#",))
    assert incoming(first, 1)  # so it has subscribed
    first.abandon()
    publish(mosquitto.port, "cmd/info", "meanwhile")
    again = connect(mosquitto.port, subscriptions=("cmd/#",))
    found: list[Incoming] = []
    wait_until(lambda: found.extend(again.incoming()) or b"meanwhile" in [m.payload for m in found])  # type: ignore[func-returns-value]


def test_of_a_flood_the_newest_hundred_are_kept(mosquitto: Mosquitto, connect: Connect) -> None:
    publish(mosquitto.port, "cmd", "-1", "-r")
    wake = Wakes()
    connection = connect(mosquitto.port, subscriptions=("cmd",), wake=wake)
    assert incoming(connection, 1)  # so it has subscribed
    lines = "".join(f"{number}\n" for number in range(150))
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(mosquitto.port), "-q", "1", "-t", "cmd", "-l"]
    subprocess.run(command, input=lines, text=True, check=True, timeout=60)
    wait_until(lambda: wake.count >= 151)
    assert [int(message.payload) for message in connection.incoming()] == list(range(50, 150))
    assert connection.incoming() == []


def refusal(connect: Connect, to: int | MqttSettings) -> ConnectionFailedError:
    with pytest.raises(ConnectionFailedError) as failed:
        connect(to)
    return failed.value


def test_a_wrong_password_is_a_refusal_with_its_reason_and_without_the_password(
    mosquitto_with: Callable[[str], Mosquitto], tmp_path: Path, connect: Connect
) -> None:
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    broker = mosquitto_with("allow_anonymous false")
    error = refusal(connect, settings(broker.port, username="pump-7", password_file=password))
    assert str(error) == f"127.0.0.1:{broker.port} refuses us: Not authorized"
    assert (error.reason, error.wrong_protocol) == ("Not authorized", False)


@pytest.mark.parametrize(
    ("answer", "said", "reason"),
    [
        (b"\x20\x03\x00\x84\x00", "refuses us: Unsupported protocol version", "Unsupported protocol version"),
        (b"\x20\x02\x00\x01", "refuses us: Unsupported protocol version", "Unsupported protocol version"),
        (b"", "did not accept us: the broker closed the connection", ""),
    ],
)
def test_a_broker_that_does_not_know_our_protocol_may_speak_another(
    connect: Connect, answer: bytes, said: str, reason: str
) -> None:
    def serve() -> None:
        with server.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        error = refusal(connect, server.getsockname()[1])
    assert said in str(error)
    assert (error.reason, error.wrong_protocol) == (reason, True)


def test_a_broker_that_never_answers_is_named_and_may_speak_another_protocol(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = refusal(connect, settings(port, connect_timeout_s=0.2))
    assert str(error) == f"127.0.0.1:{port} accepted the connection but did not answer"
    assert error.wrong_protocol


def test_where_nothing_listens_we_say_what_to_do(connect: Connect) -> None:
    port = free_port()
    error = refusal(connect, port)
    assert str(error).startswith(f"cannot connect to 127.0.0.1:{port}: ")
    assert str(error).endswith("start the broker, or correct mqtt.host and mqtt.port")
    assert not error.wrong_protocol


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        (socket.gaierror(-2, "Name or service not known"), "; correct mqtt.host"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "can look up names"),
        (TimeoutError("timed out"), "firewall"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
    ],
)
def test_a_broker_that_cannot_be_reached_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, cause: OSError, advice: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise cause

    monkeypatch.setattr(Client, "connect", fail)
    error = refusal(connect, free_port())
    assert str(cause) in str(error)
    assert advice in str(error)


@pytest.mark.parametrize("content", [None, b"", "s\xe4cret\n".encode("latin-1")])
def test_a_password_file_that_cannot_be_used_is_named_and_its_bytes_are_not(
    tmp_path: Path, connect: Connect, content: bytes | None
) -> None:
    password = tmp_path / "password"
    if content is not None:
        password.write_bytes(content)
    error = refusal(connect, settings(free_port(), username="a", password_file=password))
    assert str(error).startswith("mqtt.password_file cannot be read: ")
    assert str(password) in str(error)
    assert "0xe4" not in str(error)


@pytest.mark.parametrize("files", [{"ca_file"}, {"cert_file", "key_file"}])
def test_certificates_that_are_none_are_told_before_anything_is_sent(
    tmp_path: Path, connect: Connect, files: set[str]
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate\n")
    tls = TlsSettings(**dict.fromkeys(files, wrong))
    error = refusal(connect, settings(free_port(), tls=tls))
    assert str(error).startswith("mqtt.tls: the certificates cannot be read: ")


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_connection_that_ends_frees_its_descriptors_at_once(mosquitto: Mosquitto) -> None:
    gc.disable()
    try:
        before = descriptors()
        for number in range(30):
            connection = Connection(settings(mosquitto.port), "us", WILL, V5, lambda: None)
            connection.open()
            if number % 2:
                connection.close(10.0)
            else:
                connection.abandon()
        nobody = free_port()
        for _ in range(10):
            with pytest.raises(ConnectionFailedError):
                Connection(settings(nobody), "us", WILL, V5, lambda: None).open()
        assert descriptors() <= before + 1
    finally:
        gc.enable()


def test_a_client_whose_thread_dies_is_noticed_at_once(
    mosquitto: Mosquitto, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    wake = Wakes()
    connection = connect(mosquitto.port, wake=wake)

    def fail(*given: object) -> None:
        raise MemoryError

    connection._client.on_publish = fail  # type: ignore[assignment]
    connection.send("a/b", b"x", qos=1, retain=False)
    wait_until(lambda: connection.closed is not None)
    assert connection.closed == Ending(
        "the client's thread ended: MemoryError", for_a_message=False, told=False, taken_over=False
    )
    assert wake.count >= 1
    assert "the client failed" in caplog.text
