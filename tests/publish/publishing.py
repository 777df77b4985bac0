"""A publisher that tries again soon, and what it says to whom, for tests with a real broker."""

from collections.abc import Callable
from dataclasses import replace

from broker import Received, Subscriber, wait_until

from edge_agent.publish.mqtt.connection import Will
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.payloads import Payload
from edge_agent.publish.settings import MqttSettings

Subscribe = Callable[..., Subscriber]
BASE = "edge-agent/pump-7"
EVENTS = f"{BASE}/motor-1/event"
STATE = f"{BASE}/motor-1/state"
STATUS = f"{BASE}/status"
WILL = Will("a/will", b"gone")


def settings(port: int, **changes: object) -> MqttSettings:
    quick = MqttSettings("127.0.0.1", port, retry_min_s=0.05, retry_max_s=0.2, connect_timeout_s=2)
    return replace(quick, **changes)  # type: ignore[arg-type]


def an_event(number: int) -> Callable[[int], Payload]:
    return lambda event_id: {"id": event_id, "number": number}


def numbers_on(subscriber: Subscriber, topic: str = EVENTS) -> list[object]:
    return [message.json()["number"] for message in subscriber.on(topic)]


def has_events(count: int) -> Callable[[list[Received]], bool]:
    return lambda messages: sum(message.topic == EVENTS for message in messages) >= count


def ends(publisher: Publisher, within_s: float) -> None:
    """Stop; its thread must end long before a broker that hangs is noticed by the keepalive of 30 s."""
    publisher.stop(timeout_s=within_s)
    wait_until(lambda: publisher._courier.thread.stop(0.0), 20.0)
