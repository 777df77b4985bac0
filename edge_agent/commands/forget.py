"""`edge-agent forget`: clear what the broker retains of an agent that is going away."""

import argparse
import sys
import threading
import time
from pathlib import Path

from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.config import load_agent
from edge_agent.plain import one_line, printable
from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError, Will
from edge_agent.publish.mqtt.discovery import told_topics
from edge_agent.publish.mqtt.ghosts import known_topics
from edge_agent.publish.mqtt.publisher import retained_topics
from edge_agent.publish.mqtt.terms import Terms
from edge_agent.publish.only_one import TakenError
from edge_agent.publish.settings import SinkSettings

_RECEIPT_S = 5.0
"""Longest wait for the broker's receipt of one message, s; judgement, a broker takes milliseconds."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")


def run(args: argparse.Namespace) -> int:
    """Clear the topics; 1 if the broker did not confirm each of them, 2 while the agent runs."""
    settings, _ = load_agent(args.config)
    try:
        with settings.only_one():
            sinks = settings.sink_settings()
            topics = [*told_topics(sinks), *known_topics(sinks), *retained_topics(sinks)]
            cleared, problem = clear(sinks, list(dict.fromkeys(topics)))
    except TakenError as error:
        print(f"edge-agent forget: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    except ConnectionFailedError as error:
        print(f"edge-agent forget: {one_line(str(error))}; nothing was cleared", file=sys.stderr)
        return FAILED
    print(f"{cleared} retained topics cleared at {sinks.mqtt.host}:{sinks.mqtt.port}")
    if problem is not None:
        print(f"edge-agent forget: {printable(problem)}", file=sys.stderr)
        return FAILED
    return DONE


def clear(settings: SinkSettings, topics: list[str]) -> tuple[int, str | None]:
    """Clear retained topics one by one; return how many, and what went wrong with the first that was not.

    Raises ConnectionFailedError if the broker cannot be reached.
    """
    woken = threading.Event()
    connection = _connect(settings, woken)
    problem = None
    cleared = 0
    try:
        for topic in topics:
            refusal = _clear_one(connection, woken, topic)
            cleared += refusal is None
            problem = problem or refusal
    finally:
        connection.close(1.0)
    return cleared, problem


def _clear_one(connection: Connection, woken: threading.Event, topic: str) -> str | None:
    """Clear a topic; return why that failed, None if the broker confirmed it."""
    number = connection.send(topic, b"", qos=1, retain=True)
    until_s = time.monotonic() + _RECEIPT_S
    while number is not None and connection.closed is None and time.monotonic() < until_s:
        for receipt in connection.receipts():
            if receipt.message_id == number:
                return (
                    None if receipt.refusal is None else f"{topic}: the broker refuses it: {receipt.refusal}"
                )
        woken.wait(0.1)
        woken.clear()
    return f"{topic}: the broker did not confirm it"


def _connect(settings: SinkSettings, woken: threading.Event) -> Connection:
    """Return an open connection, in MQTT 3.1.1 for a broker that has no MQTT 5."""
    name = settings.mqtt.session_name(settings.agent)
    terms = Terms(f"{settings.mqtt.base_topic(settings.agent)}/status")
    will = Will(terms.will.topic, b"", retain=False)  # the status has been cleared, or will be
    connection = Connection(settings.mqtt, name, will, terms.protocol, woken.set)
    try:
        connection.open()
    except ConnectionFailedError as error:
        if not error.wrong_protocol:
            raise
        terms.refused(error)
        connection = Connection(settings.mqtt, name, will, terms.protocol, woken.set)
        connection.open()
    return connection
