"""`edge-agent run`: it runs until it is stopped, and its status says why it ended."""

import json
import logging
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
from plates import plate_yaml

from edge_agent import cli
from edge_agent.commands import run as command
from edge_agent.config import load_settings
from edge_agent.failures import WindowsFailError
from edge_agent.supervision import Flag, ThreadLostError


@pytest.fixture(autouse=True)
def _signals_as_before():
    """A command sets handlers for a process of its own; the next test must not see them."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(
        f"agent: {{id: {tmp_path.name}}}\nmotor: {plate_yaml()}\n"
        f"acquisition: {{port: {tmp_path}/port}}\nmqtt: {{host: 127.0.0.1, port: 1}}\nstate_dir: state\n"
    )
    return file


@pytest.fixture
def ended_by(monkeypatch: pytest.MonkeyPatch):
    """Let an agent that has been made end at once: in order, or by an error."""

    def end(error: Exception | None = None) -> list[Any]:
        made: list[Any] = []

        def ends(agent: object, stop: Flag, hung_up: Flag) -> None:
            made.extend((agent, stop, hung_up))
            if error is not None:
                raise error

        monkeypatch.setattr(command.Agent, "run", ends)
        return made

    return end


def test_an_orderly_stop_is_status_0_and_the_model_is_logged(config: Path, ended_by, capsys):
    made = ended_by()
    assert cli.main(["run", "-c", str(config)]) == 0
    assert len(made) == 3
    assert "model " in capsys.readouterr().err


def test_it_would_leave_no_image_of_its_memory(config: Path, ended_by):
    ended_by()
    cli.main(["run", "-c", str(config)])
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def test_a_stop_signal_reaches_the_agent(config: Path, ended_by):
    made = ended_by()
    cli.main(["run", "-c", str(config)])
    _, stop, hung_up = made
    assert (stop.is_set(), hung_up.is_set()) == (False, False)
    signal.raise_signal(signal.SIGTERM)
    assert (stop.is_set(), hung_up.is_set()) == (True, False)
    signal.raise_signal(signal.SIGHUP)
    assert hung_up.is_set()


@pytest.mark.parametrize(
    "error",
    [ThreadLostError("thread reader\ndied"), WindowsFailError("windows fail\nagain")],
    ids=["a thread", "windows"],
)
def test_an_agent_that_gives_up_is_status_1_and_one_line(config: Path, ended_by, capsys, error: Exception):
    ended_by(error)
    assert cli.main(["run", "-c", str(config)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "edge-agent: " + " ".join(str(error).split())


def test_a_model_that_is_none_is_status_1(config: Path, ended_by, capsys):
    (config.parent / "x.onnx").write_text("no model")
    config.write_text(config.read_text() + "model: {file: x.onnx}\n")
    assert ended_by() == []
    assert cli.main(["run", "-c", str(config)]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("edge-agent: ")


def test_an_agent_whose_place_is_taken_is_status_2(config: Path, ended_by, capsys):
    made = ended_by()
    with load_settings(config).only_one():
        assert cli.main(["run", "-c", str(config)]) == 2
    assert made == []
    assert str(config.parent / "state") in capsys.readouterr().err.splitlines()[-1]
    assert cli.main(["run", "-c", str(config)]) == 0


def test_an_error_of_the_program_itself_is_not_hidden(config: Path, ended_by):
    ended_by(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["run", "-c", str(config)])


@pytest.mark.parametrize(("level", "number"), [("debug", logging.DEBUG), ("error", logging.ERROR)])
def test_the_level_of_the_log_is_that_of_the_file(config: Path, ended_by, level: str, number: int):
    ended_by()
    config.write_text(config.read_text() + f"log_level: {level}\n")
    cli.main(["run", "-c", str(config)])
    assert logging.getLogger().level == number


def test_the_log_is_json_where_the_file_asks_for_it(config: Path, ended_by, capsys, monkeypatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    ended_by()
    text = config.read_text().replace("port: 1}", "port: 1883, tls: true}")
    config.write_text(text + "log_format: json\n")
    cli.main(["run", "-c", str(config)])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert any("mqtt.port" in line["message"] and line["level"] == "warning" for line in lines)


def test_what_is_strange_in_the_file_is_logged_as_a_warning(config: Path, ended_by, capsys):
    ended_by()
    config.write_text(config.read_text().replace("port: 1}", "port: 1883, tls: true}"))
    cli.main(["run", "-c", str(config)])
    (warning,) = (line for line in capsys.readouterr().err.splitlines() if "mqtt.port" in line)
    assert "WARNING" in warning


def test_a_file_must_be_named(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["run"])
    assert ended.value.code == 2
    assert "-c" in capsys.readouterr().err
