"""Commands and replies through a real broker, sent by clients that share no code with the publisher."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from broker import Mosquitto, Received, Subscriber, wait_until
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge_agent.publish.documents import Reply
from edge_agent.publish.mqtt.connection import _MAX_INCOMING, Connection, Will
from edge_agent.publish.mqtt.inbox import MAX_BYTES, PER_MINUTE
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.settings import MqttSettings, OutboxSettings
from edge_agent.publish.sink import Request
from edge_agent.publish.store.outbox import Outbox

Subscribe = Callable[..., Subscriber]
BASE = "edge-agent/pump-7"
NOBODY = "No matching subscribers"


def settings(port: int, **changes: object) -> MqttSettings:
    quick = MqttSettings("127.0.0.1", port, retry_min_s=0.05, retry_max_s=0.2, connect_timeout_s=2)
    return replace(quick, **({"commands": True} | changes))  # type: ignore[arg-type]


class Operator:
    """A paho client that sends commands, and knows what the broker says to each."""

    def __init__(self, port: int) -> None:
        self.said: dict[int, str] = {}
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_publish = lambda c, u, number, reason, p: self.said.update({number: str(reason)})
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def send(self, name: str, payload: bytes = b"{}", *, retain: bool = False, **properties: object) -> str:
        """Send a command; return what the broker says to it."""
        own = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        for key, value in properties.items():
            setattr(own, key, value)
        number = self._client.publish(f"{BASE}/command/{name}", payload, 1, retain, own).mid
        wait_until(lambda: number in self.said)
        return self.said[number]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@dataclass
class Desk:
    """A broker, somebody who sends commands, and somebody who hears replies."""

    broker: Mosquitto
    operator: Operator
    replies: Subscriber
    outbox: Outbox
    lives: int = 0

    def publisher(self, **changes: object) -> Publisher:
        self.lives += 1
        return Publisher(settings(self.broker.port, **changes), "pump-7", self.outbox)

    def wait_until_online(self) -> None:
        """Wait until the broker has said that the newest publisher is online: it has subscribed by then."""

        def online() -> bool:
            said = [message.payload for message in self.replies.on(f"{BASE}/status")]
            return said.count("online") == self.lives

        self.replies.wait_for(lambda _: online())

    def reply(self, name: str) -> Received:
        """Wait for the newest reply to a command."""
        self.replies.wait_for(lambda _: self.replies.on(f"{BASE}/reply/{name}"))
        return self.replies.on(f"{BASE}/reply/{name}")[-1]


@pytest.fixture
def desk(mosquitto: Mosquitto, subscribe: Subscribe, tmp_path: Path) -> Iterator[Desk]:
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    operator = Operator(mosquitto.port)
    replies = subscribe(mosquitto.port, f"{BASE}/reply/#", more=["-t", f"{BASE}/status"])
    yield Desk(mosquitto, operator, replies, outbox)
    operator.close()
    outbox.close()


def taken(publisher: Publisher, count: int = 1) -> list[Request]:
    """Wait until so many commands have come."""
    found: list[Request] = []

    def enough() -> bool:
        found.extend(publisher.requests())
        return len(found) >= count

    wait_until(enough)
    return found


def test_a_command_comes_in_and_its_reply_goes_out_with_qos_1_and_not_retained(desk: Desk) -> None:
    with desk.publisher() as publisher:
        desk.wait_until_online()
        assert desk.operator.send("capture", b'{"seconds": 60, "transaction": {"a": [1]}}') == "Success"
        (request,) = taken(publisher)
        assert (request.name, request.data, request.transaction) == ("capture", {"seconds": 60}, {"a": [1]})
        publisher.take(Reply("capture", None, {"captured": "x.npz"}, request.transaction))
        reply = desk.reply("capture")
        assert (reply.qos, reply.retain) == (1, False)
        assert reply.json() == {
            "status": "ok",
            "data": {"captured": "x.npz"},
            "error": None,
            "transaction": {"a": [1]},
        }
        assert (publisher.counts.commands_done, publisher.counts.commands_refused) == (1, 0)


def test_the_reply_goes_to_the_response_topic_as_well_with_the_correlation_data(desk: Desk) -> None:
    heard: list[tuple[str, bytes | None]] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = lambda c, u, message: heard.append(
        (message.topic, vars(message.properties).get("CorrelationData"))
    )
    subscribed: list[bool] = []
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.connect("127.0.0.1", desk.broker.port)
    client.subscribe([("desk/answers", 1), (f"{BASE}/reply/#", 1)])
    client.loop_start()
    wait_until(lambda: subscribed)
    with desk.publisher() as publisher:
        desk.wait_until_online()
        desk.operator.send("self_test", ResponseTopic="desk/answers", CorrelationData=b"\x00\xfe")
        (request,) = taken(publisher)
        publisher.take(Reply("self_test", None, {}, None, request.response_topic, request.correlation))
        wait_until(lambda: len(heard) == 2)
        assert sorted(heard) == [("desk/answers", b"\x00\xfe"), (f"{BASE}/reply/self_test", b"\x00\xfe")]
    client.disconnect()
    client.loop_stop()


def test_mosquitto_rr_shows_the_reply_to_its_command(desk: Desk) -> None:
    with desk.publisher() as publisher:
        desk.wait_until_online()
        command = ["mosquitto_rr", "-h", "localhost", "-p", str(desk.broker.port), "-q", "1", "-W", "60"]
        command += ["-t", f"{BASE}/command/self_test", "-e", f"{BASE}/reply/self_test", "-m", "{}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
            (request,) = taken(publisher)
            publisher.take(Reply("self_test", None, {}, None, request.response_topic, request.correlation))
            shown, _ = asking.communicate(timeout=60)
    assert json.loads(shown)["status"] == "ok"


@pytest.mark.parametrize(
    ("name", "payload", "retain", "answered", "words"),
    [
        ("capture", b'{"seconds": 60}', True, "capture", "without the retain flag"),
        ("capture", b"{seconds: 60}", False, "capture", "not JSON"),
        ("capture", b"x" * 2 * MAX_BYTES, False, "capture", f"at most {MAX_BYTES}"),
        ("a/b/c", b"{}", False, "unknown", "names no command"),
    ],
)
def test_what_is_no_command_is_answered_and_does_not_reach_the_agent(
    desk: Desk, name: str, payload: bytes, retain: bool, answered: str, words: str
) -> None:
    with desk.publisher() as publisher:
        desk.wait_until_online()
        desk.operator.send(name, payload, retain=retain)
        wait_until(lambda: publisher.requests() or publisher.counts.commands_refused)
        assert publisher.counts.commands_refused == 1
        reply = desk.reply(answered).json()
        assert reply["status"] == "error"
        assert words in str(reply["error"])


def test_a_retained_command_is_refused_when_it_is_sent_and_at_each_connection(desk: Desk) -> None:
    with desk.publisher() as publisher:
        desk.wait_until_online()
        desk.operator.send("capture", retain=True)
        wait_until(lambda: not publisher.requests() and publisher.counts.commands_refused == 1)
    with desk.publisher() as publisher:
        wait_until(lambda: not publisher.requests() and publisher.counts.commands_refused == 1)
        desk.operator.send("capture", b"", retain=True)
    with desk.publisher() as publisher:
        desk.wait_until_online()
        desk.operator.send("capture")
        assert len(taken(publisher)) == 1
        assert publisher.counts.commands_refused == 0


def test_a_response_topic_below_our_own_base_is_not_written_to(
    desk: Desk, mosquitto: Mosquitto, subscribe: Subscribe
) -> None:
    everything = subscribe(mosquitto.port, name="everything")
    with desk.publisher() as publisher:
        desk.wait_until_online()
        desk.operator.send("nonsense", b"no JSON", ResponseTopic=f"{BASE}/motor-1/state")
        wait_until(lambda: not publisher.requests() and publisher.counts.commands_refused == 1)
        everything.wait_for(lambda _: everything.on(f"{BASE}/reply/nonsense"))
    everything.wait_for(lambda messages: messages[-1].payload == "offline")
    assert not everything.on(f"{BASE}/motor-1/state")


def test_a_flood_is_answered_once_counted_whole_and_holds_nothing_up(desk: Desk) -> None:
    sent = 10 * PER_MINUTE
    with desk.publisher() as publisher:
        desk.wait_until_online()
        for _ in range(sent):
            desk.operator.send("capture")
        found: list[Request] = []

        def all_counted() -> bool:
            found.extend(publisher.requests())
            return len(found) + publisher.counts.commands_refused >= sent

        wait_until(all_counted)
        assert len(found) + publisher.counts.commands_refused == sent
        publisher.publish_event("motor-1", lambda number: {"id": number})
        wait_until(lambda: desk.outbox.counts.waiting == 0)
    assert "commands in a minute" in str(desk.reply("capture").json()["error"])


def test_messages_that_come_faster_than_they_are_taken_in_are_counted(desk: Desk) -> None:
    connection = Connection(
        settings(1), "pump-7", Will("status", b"offline"), MQTTProtocolVersion.MQTTv5, lambda: None
    )
    for number in range(_MAX_INCOMING + 7):
        message = MQTTMessage(topic=b"command")
        message.payload = b"%d" % number
        connection._on_message(connection._client, None, message)
    publisher = desk.publisher()
    publisher._courier._take_in(connection)
    assert publisher.counts.commands_refused == 7


def test_without_the_setting_nothing_is_subscribed_to(desk: Desk) -> None:
    with desk.publisher(commands=False) as publisher:
        desk.wait_until_online()
        wait_until(lambda: desk.operator.send("capture") == NOBODY)
        assert publisher.requests() == []


def test_commands_that_are_switched_off_later_are_neither_obeyed_nor_kept(desk: Desk) -> None:
    with desk.publisher() as publisher:
        desk.wait_until_online()
    assert desk.operator.send("capture") == "Success"  # the broker keeps it in the session
    with desk.publisher(commands=False) as publisher:
        desk.wait_until_online()
        wait_until(lambda: desk.operator.send("capture") == NOBODY)
        assert publisher.requests() == []
        assert (publisher.counts.commands_done, publisher.counts.commands_refused) == (0, 0)
    assert desk.operator.send("capture") == NOBODY
    with desk.publisher() as publisher:
        desk.wait_until_online()
        desk.operator.send("self_test")
        assert [request.name for request in taken(publisher)] == ["self_test"]


def test_a_command_sent_during_an_outage_of_the_agent_reaches_it_afterwards(desk: Desk) -> None:
    with desk.publisher() as publisher:
        desk.wait_until_online()
    desk.operator.send("acknowledge")
    with desk.publisher() as publisher:
        assert [request.name for request in taken(publisher)] == ["acknowledge"]


def test_commands_work_over_mqtt_3_which_has_no_properties(desk: Desk) -> None:
    publisher = desk.publisher()
    publisher._courier._terms.protocol = MQTTProtocolVersion.MQTTv311
    with publisher:
        desk.wait_until_online()
        desk.operator.send("self_test", ResponseTopic="desk/answers", CorrelationData=b"7")
        (request,) = taken(publisher)
        assert (request.response_topic, request.correlation) == (None, None)
        publisher.take(Reply("self_test", None, correlation=b"7"))
        assert desk.reply("self_test").json()["status"] == "ok"


def test_a_reply_for_which_the_broker_is_away_is_dropped(desk: Desk) -> None:
    publisher = desk.publisher()
    publisher.take(Reply("capture", None))
    assert publisher._mailbox.take_passing() is None
    assert publisher.counts.commands_done == 1
