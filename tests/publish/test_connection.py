"""One connection to a real broker: what it carries, how it ends, and why it could not be made."""

import gc
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from broker import Disconnect, FakeBroker, Mosquitto, free_port, wait_until
from paho.mqtt.enums import MQTTProtocolVersion
from publishing import WILL, Subscribe, settings

from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Ending, Incoming, Will

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
Connect = Callable[..., Connection]


class Wakes:
    """Counts how often a connection has something new."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


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
