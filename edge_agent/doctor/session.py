"""A short session with the broker, beside that of the running agent and never in its place."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from paho.mqtt.enums import MQTTProtocolVersion

from edge_agent.config import Settings
from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Incoming, Will

_POLL_S = 0.05
"""How often something new is looked for, s. Judgement."""
_GOODBYE_S = 2.0
"""Longest time for the goodbye, s. Judgement."""


def doctor_topic(settings: Settings) -> str:
    """Return the topic of the message that is written and read back."""
    return f"{settings.mqtt_settings().base_topic(settings.agent.id)}/doctor"


@contextlib.contextmanager
def open_session(settings: Settings, subscriptions: Sequence[str]) -> Iterator[Connection]:
    """Yield a connection with an id of its own, over MQTT 5 or else 3.1.1; raises ConnectionFailedError.

    Its will goes to the test topic: the status of the running agent stays as it is, whatever happens here.
    """
    mqtt = replace(settings.mqtt_settings(), session_expiry_s=0)
    will = Will(doctor_topic(settings), b"", qos=0, retain=False)
    client_id = f"{mqtt.session_name(settings.agent.id)}-doctor"
    connection = None
    for protocol in (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311):
        connection = Connection(mqtt, client_id, will, protocol, lambda: None, subscriptions)
        try:
            connection.open()
            break
        except ConnectionFailedError as error:
            if not error.wrong_protocol or protocol is MQTTProtocolVersion.MQTTv311:
                raise
    assert connection is not None
    try:
        yield connection
    finally:
        connection.close(_GOODBYE_S)


def wait_for(holds: Callable[[], bool], timeout_s: float) -> bool:
    """Wait for something that nobody announces; True if it came."""
    end_s = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > end_s:
            return False
        time.sleep(_POLL_S)
    return True


def read_retained(settings: Settings, topics: Sequence[str], timeout_s: float) -> dict[str, Incoming]:
    """Return what the broker keeps under topics and lets this user read; raises ConnectionFailedError.

    It waits the whole time only where something is missing: an access list drops it without a word.
    """
    found: dict[str, Incoming] = {}
    with open_session(settings, topics) as connection:

        def complete() -> bool:
            found.update((message.topic, message) for message in connection.incoming())
            return len(found) == len(topics)

        wait_for(complete, timeout_s)
    return found
