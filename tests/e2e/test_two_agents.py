"""Several agents on one host: with their own ids they simply work, with one id the second says so."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Mosquitto, Subscriber, wait_until
from plates import plate_yaml

from edge_agent.config import load_settings

TOLD_S = 60.0


def a_config(folder: Path, port: int, *, agent: str = "", motor: str = "", more: str = "") -> Path:
    path = folder / f"{agent or 'no-agent'}-{motor or 'no-motor'}.yaml"
    path.write_text(
        (f"agent: {{id: {agent}}}\n" if agent else "")
        + f"motor: {plate_yaml(id=motor or None)}\nacquisition: {{port: /dev/none}}\n"
        + f"mqtt: {{host: 127.0.0.1, port: {port}, heartbeat_s: 1}}\n{more}"
    )
    return path


def places(path: Path) -> tuple[str, str, str]:
    """Return base topic, client id and outbox of a configuration."""
    settings = load_settings(path)
    mqtt = settings.mqtt_settings()
    return (
        mqtt.base_topic(settings.agent.id),
        mqtt.session_name(settings.agent.id),
        str(settings.outbox_settings().path),
    )


Start = Callable[[Path], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    made: list[subprocess.Popen[str]] = []

    def run(config: Path) -> subprocess.Popen[str]:
        environment = {name: text for name, text in os.environ.items() if name != "STATE_DIRECTORY"}
        command = [sys.executable, "-m", "edge_agent.cli", "run", "-c", str(config)]
        log = tmp_path / f"{config.stem}-{len(made)}.log"
        with log.open("w") as output:
            made.append(
                subprocess.Popen(command, env=environment | {"HOME": str(tmp_path)}, stderr=output, text=True)
            )
        return made[-1]

    yield run
    for process in made:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"motor": "pump"}, {"motor": "fan"}),
        ({"motor": "pump"}, {}),
        ({"agent": "pump"}, {"agent": "fan"}),
        ({"agent": "pump", "motor": "m"}, {"motor": "m"}),
        ({"agent": "pump"}, {}),
    ],
)
@pytest.mark.parametrize("by_systemd", [True, False])
def test_two_motors_with_their_own_ids_share_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    one: dict[str, str],
    other: dict[str, str],
    by_systemd: bool,
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path) if by_systemd else "")
    pairs = zip(
        places(a_config(tmp_path, 1883, **one)), places(a_config(tmp_path, 1883, **other)), strict=True
    )
    assert all(mine != theirs for mine, theirs in pairs)


def test_a_given_agent_id_and_a_given_folder_are_taken_as_they_are(tmp_path: Path) -> None:
    config = a_config(tmp_path, 1883, agent="hall", motor="pump", more="state_dir: here\n")
    assert places(config) == ("edge-agent/hall", "edge-agent-hall", str(tmp_path / "here/outbox.sqlite3"))


@pytest.mark.parametrize("motor", ["x" * 64, "x" * 50, "-x", "a-b_c"])
def test_the_id_that_is_made_of_host_and_motor_is_a_valid_one(tmp_path: Path, motor: str) -> None:
    made = load_settings(a_config(tmp_path, 1883, motor=motor)).agent.id
    assert load_settings(a_config(tmp_path, 1883, agent=made)).agent.id == made


def test_two_motors_with_default_settings_run_side_by_side(
    tmp_path: Path, mosquitto: Mosquitto, subscribe: Callable[..., Subscriber], start: Start
) -> None:
    listener = subscribe(mosquitto.port)
    configs = [a_config(tmp_path, mosquitto.port, motor=motor) for motor in ("pump", "fan")]
    processes = [start(config) for config in configs]
    status = [f"{places(config)[0]}/status" for config in configs]
    health = [f"{places(config)[0]}/health" for config in configs]
    listener.wait_for(lambda _: all(len(listener.on(topic)) >= 4 for topic in health), TOLD_S)
    assert all([m.payload for m in listener.on(topic)] == ["online"] for topic in status)
    assert all(process.poll() is None for process in processes)
    assert len(list((tmp_path / ".local/state/edge-agent").glob("*/outbox.sqlite3"))) == 2


@pytest.mark.parametrize("shared", ["folder", "client id", "both"])
def test_a_second_agent_in_the_place_of_the_first_ends_with_status_2_and_says_why(
    tmp_path: Path, mosquitto: Mosquitto, subscribe: Callable[..., Subscriber], start: Start, shared: str
) -> None:
    listener = subscribe(mosquitto.port, "+/+/status")
    agents = ("a", "b") if shared == "folder" else ("a", "a")
    folders = ("x", "y") if shared == "client id" else ("x", "x")
    configs = [
        a_config(tmp_path, mosquitto.port, agent=agent, motor=motor, more=f"state_dir: {folder}\n")
        for agent, motor, folder in zip(agents, ("m", "n"), folders, strict=True)
    ]
    first = start(configs[0])
    listener.wait_for(lambda messages: messages, TOLD_S)
    second = start(configs[1])
    assert second.wait(TOLD_S) == 2
    said = (tmp_path / f"{configs[1].stem}-1.log").read_text()
    assert ("client id edge-agent-a" if shared == "client id" else f"process {first.pid}") in said
    assert "agent.id" in said
    assert first.poll() is None
    first.kill()
    first.wait()
    third = start(configs[1])
    wait_until(lambda: "connected to" in (tmp_path / f"{configs[1].stem}-2.log").read_text(), TOLD_S)
    assert third.poll() is None
