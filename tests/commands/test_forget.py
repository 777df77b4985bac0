"""`edge-agent forget`: nothing of an agent stays on a real broker, and what could not be cleared is said."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from broker import FakeBroker, Mosquitto, Subscriber
from documents import README
from plates import plate_yaml

from edge_agent import cli
from edge_agent.config import Settings, load_settings
from edge_agent.publish.mqtt.discovery import Discovery
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.mqtt.publisher import RETAINED

TOPIC_ROW = re.compile(r"^\| `(?:<motor>/)?([a-z]+)` \| [01] \| yes \|", re.MULTILINE)
"""A row of the README's table of topics whose messages are retained."""


def configure(folder: Path, port: int) -> Path:
    file = folder / "agent.yaml"
    file.write_text(
        f"agent: {{id: pump-7}}\nmotor: {plate_yaml(id='m')}\nacquisition: {{port: none}}\n"
        f"mqtt: {{host: 127.0.0.1, port: {port}}}\nhomeassistant: {{enabled: true}}\n"
        f"state_dir: {folder / 'state'}\n"
    )
    return file


def retain(port: int, topics: list[str]) -> None:
    for topic in topics:
        command = ["mosquitto_pub", "-p", str(port), "-q", "1", "-r", "-t", topic, "-m", "{}"]
        subprocess.run(command, check=True, timeout=60)


def retained_now(subscribe: Callable[..., Subscriber], port: int, name: str) -> set[str]:
    """Topics that a new subscriber gets, up to a message that is published once it listens."""
    listener = subscribe(port, "#", name=name)
    subprocess.run(
        ["mosquitto_pub", "-p", str(port), "-q", "1", "-t", "end", "-m", name], check=True, timeout=60
    )
    listener.wait_for(lambda messages: any(message.topic == "end" for message in messages))
    return {message.topic for message in listener.messages} - {"end"}


def told_home_assistant(settings: Settings) -> list[str]:
    """Have Home Assistant's devices told once, as an agent does; return their topics."""
    mailbox = Mailbox()
    Discovery(settings.sink_settings(), mailbox)
    mailbox.connected()
    return [state[0] for state in iter(mailbox.take_state, None)]


def test_nothing_of_the_agent_stays_on_the_broker_and_nothing_of_others_goes(
    tmp_path: Path,
    mosquitto: Mosquitto,
    subscribe: Callable[..., Subscriber],
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = configure(tmp_path, mosquitto.port)
    table = TOPIC_ROW.findall(README)
    assert set(table) == {*RETAINED, "status", "health"}
    ours = [f"edge-agent/pump-7/{'' if name in ('status', 'health') else 'm/'}{name}" for name in table]
    ours += told_home_assistant(load_settings(file))
    others = ["edge-agent/pump-8/status", "homeassistant/device/pump-8/agent/config"]
    retain(mosquitto.port, ours + others)
    assert retained_now(subscribe, mosquitto.port, "before") == {*ours, *others}
    assert cli.main(["forget", "-c", str(file)]) == 0
    assert capsys.readouterr().out == f"{len(ours)} retained topics cleared at 127.0.0.1:{mosquitto.port}\n"
    assert retained_now(subscribe, mosquitto.port, "after") == set(others)


def test_a_broker_that_refuses_a_topic_is_quoted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broker = FakeBroker(lambda topic, payload: 0x87 if topic.endswith("/alarm") else 0)
    assert cli.main(["forget", "-c", str(configure(tmp_path, broker.port))]) == 1
    broker.close()
    assert "edge-agent/pump-7/m/alarm: the broker refuses it: Not authorized" in capsys.readouterr().err
    assert ("edge-agent/pump-7/status", b"", 1, True) in broker.taken


def test_without_a_broker_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forget", "-c", str(configure(tmp_path, 1))]) == 1
    assert "nothing was cleared" in capsys.readouterr().err


def test_while_the_agent_runs_it_refuses(
    tmp_path: Path, mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    file = configure(tmp_path, mosquitto.port)
    with load_settings(file).only_one():
        assert cli.main(["forget", "-c", str(file)]) == 2
    assert "another agent" in capsys.readouterr().err
