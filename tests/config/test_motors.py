"""A file with `motors`: each is as a file of its own would be, and errors name their place in the whole."""

from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent.config import AgentSettings, ConfigError, load_agent, load_settings, load_whole


def write(folder: Path, motors: str, more: str = "") -> Path:
    path = folder / "agent.yaml"
    path.write_text(f"motors:\n{motors}mqtt: {{host: localhost}}\nstate_dir: {folder}/state\n{more}")
    return path


def entry(motor: str, port: str | None = None, channels: str = "") -> str:
    text = f"  - motor: {plate_yaml(id=motor)}\n"
    if port is not None:
        text += f"    acquisition: {{port: {port}}}\n"
    return text + (f"    channels: [{channels}]\n" if channels else "")


def agent_of(path: Path) -> AgentSettings:
    return load_agent(path)[0]


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_agent(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_each_motor_has_its_port_and_its_folder_and_all_share_the_outbox(tmp_path: Path) -> None:
    agent = agent_of(write(tmp_path, entry("pump", "/dev/a") + entry("fan", "/dev/b")))
    assert agent.names == ("pump", "fan")
    assert [(serial.port, motors) for serial, motors in agent.daqs()] == [
        ("/dev/a", ("pump",)),
        ("/dev/b", ("fan",)),
    ]
    assert [own.state_folder() for own in agent.motors] == [tmp_path / "state/pump", tmp_path / "state/fan"]
    sinks = agent.sink_settings()
    assert (sinks.outbox.path, sinks.motors) == (tmp_path / "state/outbox.sqlite3", ("pump", "fan"))
    assert len({own.agent.id for own in agent.motors}) == 1


def test_one_motor_is_as_before_and_keeps_its_files_in_the_folder_of_the_agent(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text(
        f"motor: {plate_yaml(id='m')}\nacquisition: {{port: /dev/a}}\nmqtt: {{host: localhost}}\n"
        f"state_dir: {tmp_path}/state\n"
    )
    agent = agent_of(path)
    assert (agent.is_of_several, agent.motors[0].state_folder()) == (False, tmp_path / "state")
    assert agent.sink_settings() == load_settings(path).sink_settings()


def test_a_daq_at_the_top_serves_the_motors_that_have_none(tmp_path: Path) -> None:
    motors = entry("pump", channels="{name: a1}, {name: b1}") + entry("fan", channels="{name: a2}")
    agent = agent_of(write(tmp_path, motors, "acquisition: {port: /dev/a}\n"))
    ((serial, served),) = agent.daqs()
    assert served == ("pump", "fan")
    assert [channel.name for channel in serial.channels] == ["a1", "b1", "a2"]


@pytest.mark.parametrize(
    ("motors", "more", "key", "words"),
    [
        ("  - 3\n", "", "motors[0]", "expected a section"),
        ("  []\n", "", "motors", "a list of 1 to 16 motors"),
        (entry("a"), "", "motors[0].acquisition", "missing"),
        (entry("a", "/dev/a") + entry("A", "/dev/b"), "", "motors[1].motor.id", "motors[0] already"),
        (entry("a", "/dev/a") + entry("b", "/dev/a"), "", "motors[1].acquisition.port", "already"),
        (entry("a", "/dev/a") + "    window: {}\n", "", "motors[0].window", "stands at the top"),
        (entry("a", "/dev/a"), "channels: []\n", "channels", "stands beside motors"),
        (entry("a") + entry("b"), "acquisition: {port: p}\n", "motors[0].channels", "serves several"),
        (
            entry("a", channels="{name: x}") + entry("b", channels="{name: x}"),
            "acquisition: {port: p}\n",
            "motors[1].channels[0].name",
            "belongs to one motor",
        ),
    ],
)
def test_what_is_wrong_with_the_list_is_said_at_its_place(
    tmp_path: Path, motors: str, more: str, key: str, words: str
) -> None:
    found = problems(write(tmp_path, motors, more))
    assert any(f" {key}: " in problem and words in problem for problem in found), found


def test_an_error_within_a_motor_and_one_that_all_share_are_each_said_once(tmp_path: Path) -> None:
    motors = entry("pump", "/dev/a") + entry("fan", "/dev/b").replace("/dev/b", "3")
    found = problems(write(tmp_path, motors, "window: {length_s: 1000}\n"))
    assert [problem.split(": ")[1] for problem in found] == ["motors[1].acquisition.port", "window.length_s"]
    assert found[0].startswith("5:")


def test_a_command_for_one_motor_needs_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, entry("pump", "/dev/a") + entry("fan", "/dev/b"))
    assert load_settings(path, motor="fan").motor.id == "fan"
    with pytest.raises(ConfigError, match="--motor ID"):
        load_settings(path)
    with pytest.raises(ConfigError, match="expected one of pump, fan"):
        load_settings(path, motor="crane")


def test_a_file_is_loaded_whole_with_the_folder_of_each_motor(tmp_path: Path) -> None:
    agent = load_whole(write(tmp_path, entry("pump", "/dev/a") + entry("fan", "/dev/b")))
    folder = agent.shared.state_folder()
    assert agent.folders() == {"": folder, "pump": folder / "pump", "fan": folder / "fan"}


@pytest.mark.parametrize("name", ["command", "reply"])
def test_no_motor_is_named_as_the_topics_of_commands(tmp_path: Path, name: str) -> None:
    (problem,) = problems(write(tmp_path, entry("pump", "/dev/a") + entry(name, "/dev/b")))
    assert f"motors[1].motor.id: {name} is where commands or their replies go" in problem
