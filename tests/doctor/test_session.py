"""A short session beside that of the agent."""

import subprocess
from pathlib import Path

import pytest
from broker import Mosquitto, free_port
from doctored import a_site

from edge_agent.doctor.session import doctor_topic, open_session, read_retained
from edge_agent.publish.mqtt.connection import ConnectionFailedError


def test_it_has_a_client_id_of_its_own_and_does_not_throw_the_agent_out(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = a_site(tmp_path, mosquitto.port)
    with open_session(settings, (doctor_topic(settings),)) as connection:
        assert connection._client._client_id == b"edge-agent-pump-7-doctor"
        assert connection.closed is None


def test_what_the_broker_keeps_is_read_and_what_it_does_not_keep_is_left_out(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    command = ["mosquitto_pub", "-h", "localhost", "-p", str(mosquitto.port), "-r", "-t", "a/b", "-m", "x"]
    subprocess.run(command, check=True, timeout=60)
    found = read_retained(a_site(tmp_path, mosquitto.port), ["a/b", "a/c"], 1.0)
    assert {topic: message.payload for topic, message in found.items()} == {"a/b": b"x"}


def test_a_broker_that_is_away_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailedError, match="refused"):
        read_retained(a_site(tmp_path, free_port()), ["a"], 1.0)
