"""Brokers that can do less, refuse messages or hang up because of one: everything else arrives."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from broker import Answer, Disconnect, FakeBroker, Mosquitto, Subscriber, wait_until
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge_agent.publish.mqtt.limits import packet_bytes
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.payloads import Payload
from edge_agent.publish.settings import MqttSettings, OutboxSettings
from edge_agent.publish.store.outbox import Outbox

BASE = "edge-agent/pump-7"
EVENTS = f"{BASE}/motor-1/event"
STATE = f"{BASE}/motor-1/state"
Subscribe = Callable[..., Subscriber]


def settings(port: int, **changes: object) -> MqttSettings:
    quick = MqttSettings("127.0.0.1", port, retry_min_s=0.05, retry_max_s=0.2, connect_timeout_s=2)
    return replace(quick, **changes)  # type: ignore[arg-type]


def an_event(size: int = 0) -> Callable[[int], Payload]:
    return lambda number: {"id": number, "fill": size * "x"}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    yield box
    box.close()


@pytest.fixture
def fake_broker() -> Iterator[Callable[..., FakeBroker]]:
    made: list[FakeBroker] = []

    def make(answer: Callable[[str, bytes], Answer], connack: bytes = b"", **more: int) -> FakeBroker:
        made.append(FakeBroker(answer, connack, **more))
        return made[-1]

    yield make
    for broker in made:
        broker.close()


def taken_on(broker: FakeBroker, topic: str = EVENTS) -> list[bytes]:
    return [payload for to, payload, *_ in broker.taken if to == topic]


@pytest.mark.parametrize("limit", [300, 1000, 2500])
@pytest.mark.parametrize("kind", ["event", "state", "diagnosis", "health"])
def test_what_is_too_large_for_a_broker_is_left_out_once_and_the_rest_arrives(
    mosquitto_with: Callable[[str], Mosquitto],
    subscribe: Subscribe,
    outbox: Outbox,
    caplog: pytest.LogCaptureFixture,
    limit: int,
    kind: str,
) -> None:
    broker = mosquitto_with(f"allow_anonymous true\nmax_packet_size {limit}")
    listener = subscribe(broker.port)
    large = {"fill": 3000 * "x"}
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.connected)
        if kind == "event":
            publisher.publish_event("motor-1", an_event(3000))
        elif kind == "state":
            publisher.publish_state("motor-1", large)
        elif kind == "diagnosis":
            publisher.publish_diagnosis("motor-1", large)
        else:
            publisher.publish_health(large)
        numbers = [publisher.publish_event("motor-1", an_event()) for _ in range(3)]
        listener.wait_for(lambda messages: len(listener.on(EVENTS)) == 3)
        wait_until(lambda: publisher.counts.left_out == 1)
        assert publisher.counts.connections == 1
    assert [message.json()["id"] for message in listener.on(EVENTS)] == numbers
    assert outbox.counts.waiting == (1 if kind == "event" else 0)
    assert len(warnings(caplog)) == 1
    assert f"at most {limit} bytes" in warnings(caplog)[0]


@pytest.mark.parametrize(
    ("topic", "payload"), [("t", b""), (EVENTS, b"x" * 115), (EVENTS, b"x" * 16_500), ("ä", b"x" * 2_100_000)]
)
def test_the_length_of_a_packet_is_that_of_its_bytes(
    fake_broker: Callable[..., FakeBroker], topic: str, payload: bytes
) -> None:
    rest = 2 + len(topic.encode()) + 2 + 1 + len(payload)
    length_bytes = 1 if rest < 128 else 2 if rest < 16_384 else 3 if rest < 2_097_152 else 4
    assert packet_bytes(topic, payload) == 1 + length_bytes + rest


@pytest.mark.parametrize("size", [0, 124, 125, 4096])
def test_correlation_data_counts_for_the_length_of_a_packet(size: int) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.CorrelationData = bytes(size)
    packed = len(properties.pack())  # type: ignore[no-untyped-call]
    assert packet_bytes("t", b"", bytes(size)) == packet_bytes("t", bytes(packed - 1))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("retain_available false", ["retains nothing"]),
        ("max_qos 0", ["QoS 0 only"]),
        ("max_qos 0\nretain_available false", ["QoS 0 only", "retains nothing"]),
        ("max_inflight_messages 3", []),
        ("max_qos 1", []),
    ],
)
def test_a_broker_that_can_do_less_gets_everything_and_what_it_lacks_is_said_once(
    mosquitto_with: Callable[[str], Mosquitto],
    subscribe: Subscribe,
    outbox: Outbox,
    caplog: pytest.LogCaptureFixture,
    config: str,
    words: list[str],
) -> None:
    broker = mosquitto_with(f"allow_anonymous true\n{config}")
    listener = subscribe(broker.port)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        publisher.publish_state("motor-1", {"state": "healthy"})
        wait_until(lambda: publisher.connected)
        numbers = [publisher.publish_event("motor-1", an_event()) for _ in range(40)]
        publisher.publish_health({"n": 1})
        listener.wait_for(lambda messages: len(listener.on(EVENTS)) == 40 and listener.on(f"{BASE}/health"))
        assert publisher.counts.connections == 1
    listener.wait_for(lambda messages: listener.on(f"{BASE}/status")[-1].payload == "offline")
    assert [message.json()["id"] for message in listener.on(EVENTS)] == numbers
    assert listener.on(STATE)
    assert outbox.counts.waiting == 0
    assert len(warnings(caplog)) == len(words)
    for word, warning in zip(words, warnings(caplog), strict=True):
        assert word in warning


def test_no_more_is_under_way_than_the_broker_takes_at_once(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox
) -> None:
    enough = threading.Event()
    waiting: list[bytes] = []

    def answer(topic: str, payload: bytes) -> Answer:
        if topic != EVENTS or enough.is_set():
            return 0
        waiting.append(payload)
        return "silence"

    broker = fake_broker(answer, connack=b"\x21\x00\x03")  # receive maximum 3
    for _ in range(10):
        outbox.put_event(EVENTS, lambda number: b"%d" % number)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        wait_until(lambda: len(waiting) == 3)
        publisher.publish_state("motor-1", {})
        assert not publisher.stop(0.3) or len(waiting) == 3
    assert len(waiting) == 3


@pytest.mark.parametrize("reason", [0x80, 0x83, 0x87, 0x90, 0x97, 0x99])
def test_refused_events_hold_up_none_behind_them(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox, caplog: pytest.LogCaptureFixture, reason: int
) -> None:
    """Unspecified, implementation specific, not authorized, topic name invalid, quota, payload format."""
    broker = fake_broker(lambda topic, payload: reason if "/pump-6/" in topic else 0)
    for _ in range(45):
        outbox.put_event("edge-agent/pump-6/motor-1/event", lambda number: b"old")
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        for _ in range(5):
            publisher.publish_event("motor-1", an_event())
        wait_until(lambda: len(taken_on(broker)) == 5)
        wait_until(lambda: publisher.counts.refusals == 45)
        wait_until(lambda: publisher.counts.events_confirmed == 5)
        publisher.publish_event("motor-1", an_event())
        wait_until(lambda: len(taken_on(broker)) == 6)
        assert publisher.counts.refusals == 45  # not tried again with each new event
        assert publisher.stop()
    assert outbox.counts.waiting == 45
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize("reason", [0x82, 0x90, 0x95, 0x97, 0x99, 0x80, None])
@pytest.mark.parametrize("before", [0, 3])
def test_an_event_that_ends_the_connection_holds_up_none_behind_it(
    fake_broker: Callable[..., FakeBroker],
    outbox: Outbox,
    caplog: pytest.LogCaptureFixture,
    reason: int | None,
    before: int,
) -> None:
    end: Answer = "close" if reason is None else Disconnect(reason)
    broker = fake_broker(lambda topic, payload: end if payload == b"deadly" else 0)
    for index in range(before + 4):
        outbox.put_event(EVENTS, lambda number, index=index: b"deadly" if index == before else b"%d" % index)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        wait_until(lambda: len(set(taken_on(broker))) == before + 3, 20)
        publisher.publish_event("motor-1", an_event())
        wait_until(lambda: len(set(taken_on(broker))) == before + 4)
        wait_until(lambda: outbox.counts.waiting == 1)
        assert publisher.counts.left_out == 1
        connections = broker.connections
        assert connections <= 4
    tries = [payload for _, payload, _ in broker.seen].count(b"deadly")
    silent = reason in (None, 0x80)  # "unspecified error" says no more
    assert tries == 3 if silent else tries in (1, 2)  # one if it was the only one under way
    in_order = list(dict.fromkeys(payload for payload in taken_on(broker) if payload.isdigit()))
    assert in_order == sorted(in_order)
    assert len(warnings(caplog)) <= 3  # that the connection ended, and for which event


@pytest.mark.parametrize("kind", ["state", "status", "diagnosis", "health"])
def test_a_topic_for_which_the_broker_hangs_up_is_left_out_and_events_go_on(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox, kind: str
) -> None:
    """Some brokers end the connection at a topic that their access list does not allow."""
    broker = fake_broker(lambda topic, payload: "close" if topic.endswith(f"/{kind}") else 0)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        publisher.publish_state("motor-1", {})
        numbers = []

        def all_arrived() -> bool:
            if not numbers or (len(numbers) < 5 and publisher.counts.connections > len(numbers)):
                numbers.append(publisher.publish_event("motor-1", an_event()))
            publisher.publish_diagnosis("motor-1", {})
            publisher.publish_health({})
            return publisher.counts.left_out == 1 and outbox.counts.waiting == 0

        wait_until(all_arrived, 30)
        connections = []
        for _ in range(3):
            publisher.publish_diagnosis("motor-1", {})
            publisher.publish_health({})
            last = publisher.publish_event("motor-1", an_event())
            wait_until(lambda last=last: any(b"%d" % last in payload for payload in taken_on(broker)))  # type: ignore[misc]
            connections.append(broker.connections)
        assert len(set(connections)) == 1


@pytest.mark.parametrize("reason", [0x8B, 0x98, 0x9C, 0x8D])
def test_a_broker_that_ends_the_connection_for_its_own_reasons_makes_no_event_suspect(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox, reason: int
) -> None:
    """Shutting down, administrative action, use another server, keep alive timeout."""
    ends = iter([Disconnect(reason)] * 3)
    broker = fake_broker(lambda topic, payload: next(ends, 0) if topic == EVENTS else 0)
    for _ in range(4):
        outbox.put_event(EVENTS, lambda number: b"%d" % number)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        wait_until(lambda: outbox.counts.waiting == 0)
        assert publisher.counts.left_out == 0
    arrived = taken_on(broker)
    assert arrived == sorted(arrived)


@pytest.mark.parametrize("limit", [1000, 2000, 65_536])
def test_a_broker_with_a_limit_that_it_does_not_tell_gets_all_that_is_below_it(
    mosquitto_with: Callable[[str], Mosquitto], subscribe: Subscribe, outbox: Outbox, limit: int
) -> None:
    """Mosquitto 2.0 answers its `message_size_limit` with a reason that no PUBACK may have."""
    broker = mosquitto_with(f"allow_anonymous true\nmessage_size_limit {limit}")
    listener = subscribe(broker.port)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        publisher.publish_event("motor-1", an_event(limit))
        numbers = [publisher.publish_event("motor-1", an_event()) for _ in range(3)]
        listener.wait_for(lambda messages: len({m.payload for m in listener.on(EVENTS)}) == 3)
        wait_until(lambda: publisher.counts.left_out == 1 and outbox.counts.waiting == 1)
    assert list(dict.fromkeys(message.json()["id"] for message in listener.on(EVENTS))) == numbers


def test_a_broker_that_never_confirms_one_event_gets_the_others(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox
) -> None:
    broker = fake_broker(lambda topic, payload: "silence" if payload == b"lost" else 0)
    outbox.put_event(EVENTS, lambda number: b"lost")
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        publisher.publish_event("motor-1", an_event())
        wait_until(lambda: outbox.counts.waiting == 1)
        publisher.stop(0.3)


def test_a_denied_subscription_is_told_once_and_events_go_on(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    broker = fake_broker(lambda topic, payload: 0, suback=0x87)
    with Publisher(settings(broker.port, commands=True), "pump-7", outbox) as publisher:
        publisher.publish_event("motor-1", an_event())
        wait_until(lambda: outbox.counts.waiting == 0 and "denies the subscription" in caplog.text)
    (said,) = [line for line in warnings(caplog) if "denies" in line]
    assert "edge-agent/pump-7/command/# (Not authorized), so nothing that is sent there arrives" in said


def test_another_client_with_our_id_is_named(
    fake_broker: Callable[..., FakeBroker], outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    broker = fake_broker(lambda topic, payload: Disconnect(0x8E) if topic.endswith("/status") else 0)
    with Publisher(settings(broker.port), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.connections >= 4)
    assert len(warnings(caplog)) == 1
    assert "another agent has the client id edge-agent-pump-7" in caplog.text


def test_two_agents_with_one_id_are_told_so_by_a_broker_that_says_nothing(
    mosquitto: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = (Outbox(OutboxSettings(tmp_path / name)) for name in ("a.sqlite3", "b.sqlite3"))
    with (
        Publisher(settings(mosquitto.port), "pump-7", first) as one,
        Publisher(settings(mosquitto.port), "pump-7", second) as other,
    ):
        wait_until(lambda: one.counts.connections + other.counts.connections >= 10, 30)
        wait_until(lambda: "another agent may have the client id edge-agent-pump-7" in caplog.text)
    # Each agent says at most that it was not accepted, that a connection ended, and why they all end.
    assert all(count <= 2 for count in Counter(warnings(caplog)).values())
    assert len(warnings(caplog)) <= 6
