"""What a broker keeps for the collector, and what reaches rsyslog: collect.sh with a real broker."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker import START_TIMEOUT_S, Mosquitto, free_port, wait_until
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from deploy.fleet.on_loopback import Collector

SCRIPT = Path(__file__).parents[2] / "deploy" / "fleet" / "rsyslog" / "collect.sh"
TOPIC = "edge-agent/pump-7/m/event"


class Agent:
    """Publishes events, and reads the broker's receipts."""

    def __init__(self, port: int) -> None:
        self._reasons: dict[int, str] = {}
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_publish = lambda client, userdata, number, reason, properties: self._reasons.update(
            {number: reason.getName()}
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def tell(self, text: str) -> str:
        """Publish an event; return the reason in the broker's receipt."""
        number = self._client.publish(TOPIC, text, qos=1).mid
        wait_until(lambda: number in self._reasons)
        return self._reasons[number]

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def agent(mosquitto: Mosquitto) -> Iterator[Agent]:
    made = Agent(mosquitto.port)
    yield made
    made.stop()


def collect(broker_port: int, rsyslog_port: int, *more: str) -> subprocess.Popen[bytes]:
    """Start collect.sh."""
    own = {"PREFIX": "edge-agent", "RSYSLOG_PORT": str(rsyslog_port)}
    command = [str(SCRIPT), "-h", "127.0.0.1", "-p", str(broker_port), *more]
    return subprocess.Popen(command, env=os.environ | own, stderr=subprocess.DEVNULL)


def a_line(broker_port: int, rsyslog_port: int) -> str:
    """Return the first line that collect.sh brings to the port of rsyslog."""
    with socket.create_server(("127.0.0.1", rsyslog_port)) as rsyslog:
        collector = collect(broker_port, rsyslog_port)
        connection, _ = rsyslog.accept()
        with connection, connection.makefile() as lines:
            found = lines.readline()
        collector.terminate()
        collector.wait(START_TIMEOUT_S)
    return found


def test_what_is_confirmed_before_the_collectors_first_session_is_kept_for_nobody(
    mosquitto: Mosquitto, agent: Agent
) -> None:
    assert agent.tell("first") == "No matching subscribers"
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert collect(mosquitto.port, port, "-E").wait(START_TIMEOUT_S) == 0
    assert agent.tell("second") == "Success"
    assert a_line(mosquitto.port, port) == f"{TOPIC} second\n"


def test_without_rsyslog_nothing_is_taken_from_the_broker(mosquitto: Mosquitto, agent: Agent) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert collect(mosquitto.port, port, "-E").wait(START_TIMEOUT_S) == 0
    agent.tell("while it is away")
    assert collect(mosquitto.port, port).wait(START_TIMEOUT_S) != 0
    assert a_line(mosquitto.port, port) == f"{TOPIC} while it is away\n"


_LISTENS = """#!/usr/bin/env python3
import pathlib, re, socket, sys, time
config = pathlib.Path(sys.argv[sys.argv.index("-f") + 1]).read_text()
server = socket.create_server(("127.0.0.1", int(re.search('port="(\\\\d+)"', config)[1])))
time.sleep(600)
"""
"""A program that listens where the configuration of rsyslog says."""


def test_the_centre_on_loopback_keeps_events_as_soon_as_it_has_started(
    mosquitto: Mosquitto, agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rsyslogd = tmp_path / "rsyslogd"
    rsyslogd.write_text(_LISTENS)
    rsyslogd.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    collector = Collector(tmp_path, mosquitto.port, "nowhere", ("edge-agent", "+/edge-agent"))
    try:
        collector.start()
        assert agent.tell("first") == "Success"
    finally:
        collector.stop()
