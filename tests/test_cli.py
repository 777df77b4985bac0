"""The frame of both command lines: exit statuses, messages, logs, and nothing imported too early."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plates import plate_yaml

import calibration.cli
from edge_agent import __version__, cli
from edge_agent.acquire.ports import PortInfo
from edge_agent.commands import ports

CONFIG = f"""\
agent: {{id: pump-7}}
motor:
  {plate_yaml()}
acquisition: {{port: /dev/ttyACM0}}
mqtt: {{host: localhost}}
"""


@pytest.fixture
def a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make `edge-agent run` do what the given lines of Python say."""

    def make(*body: str) -> None:
        lines = ["def add_arguments(parser): parser.add_argument('--times', type=int, default=1)", *body]
        name = f"command_{os.urandom(4).hex()}"
        (tmp_path / f"{name}.py").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setitem(cli.COMMANDS, "run", cli.Command(name, "do it"))

    return make


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(CONFIG)
    return file


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"edge-agent {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["walk"], ["check"], ["check", "--colour", "a.yaml"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: edge-agent" in capsys.readouterr().err


def test_the_status_of_a_command_is_that_of_the_process(a_command):
    a_command("def run(args): return args.times")
    assert cli.main(["run", "--times", "0"]) == 0
    assert cli.main(["run", "--times", "1"]) == 1


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        ("OSError('port is gone')", 1, "edge-agent run: port is gone"),
        (
            "BrokenPipeError(32, 'the broker closed the connection')",
            1,
            "edge-agent run: [Errno 32] the broker closed the connection",
        ),
        ("KeyboardInterrupt", 1, "edge-agent run: interrupted"),
    ],
)
def test_a_failure_while_running_is_one_line_and_status_1(a_command, capsys, failure, status, words):
    a_command(f"def run(args): raise {failure}")
    assert cli.main(["run"]) == status
    assert capsys.readouterr().err == f"{words}\n"


def test_an_error_of_the_program_itself_keeps_its_traceback(a_command):
    a_command("def run(args): return 1 // 0")
    with pytest.raises(ZeroDivisionError):
        cli.main(["run"])


def test_what_is_not_installed_is_named_with_the_extra_that_brings_it(a_command, capsys):
    a_command("import torch_that_is_not_there")
    assert cli.main(["run"]) == 2
    assert "pip install '.[calibration]'" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_failure(config: Path):
    script = f"import sys, edge_agent.cli as c; sys.exit(c.main(['check', {str(config)!r}]))"
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_configuration_is_checked_without_loading_the_network():
    script = (
        "import sys, edge_agent.cli as c, calibration.cli\n"
        "assert not {'onnxruntime', 'torch', 'numba', 'serial', 'scipy'} & sys.modules.keys(), 'too early'"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def a_record(level: int, message: str) -> logging.LogRecord:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        return logging.LogRecord("edge_agent.x", level, "", 0, message, (), sys.exc_info())


def test_a_log_message_is_one_line_even_with_its_traceback():
    line = cli.OneLineFormatter(in_journal=False).format(a_record(logging.ERROR, "it\nbroke"))
    assert "\n" not in line
    assert "ERROR edge_agent.x: it | broke | Traceback" in line


@pytest.mark.parametrize(
    ("level", "prefix"),
    [
        (logging.DEBUG, "<7>"),
        (logging.INFO, "<6>"),
        (logging.WARNING, "<4>"),
        (logging.ERROR, "<3>"),
        (logging.CRITICAL, "<2>"),
    ],
)
def test_the_journal_gets_levels_that_it_understands(level: int, prefix: str):
    line = cli.OneLineFormatter(in_journal=True).format(a_record(level, "hello"))
    assert line.startswith(f"{prefix}edge_agent.x: hello")


def test_logs_go_to_stderr(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    cli.log_to_stderr()
    logging.getLogger("edge_agent").info("hello")
    assert sys.stderr.getvalue().endswith("INFO edge_agent: hello\n")


def test_simulate_with_serial_is_the_virtual_daq(monkeypatch: pytest.MonkeyPatch):
    chosen = []
    monkeypatch.setattr(
        calibration.cli, "dispatch", lambda *given: chosen.append(given[2]["simulate"].module)
    )
    calibration.cli.main(["simulate", "--out", "x"])
    calibration.cli.main(["simulate", "--serial"])
    assert chosen == ["calibration.commands.simulate", "calibration.commands.virtual_daq"]


def a_port(**changes: object) -> PortInfo:
    known: dict[str, object] = {
        "path": "/dev/ttyACM0",
        "by_id": "/dev/serial/by-id/usb-Example_DAQ_0001-if00",
        "vendor": "Example",
        "product": "DAQ",
        "serial_number": "0001",
        "accessible": True,
    }
    return PortInfo(**(known | changes))


LINES_WITHOUT_DESCRIPTION = CONFIG.replace(
    "{port: /dev/ttyACM0}", "{port: x, driver: csv_lines, rate_hz: 1000}"
)


@pytest.mark.parametrize("command", [["check"], ["run", "-c"]])
@pytest.mark.parametrize(
    ("channel", "message"),
    [
        ("{name: ia, kind: current, phase: a}", "agent.yaml:7:5: channels[0]: scale is missing, and lines"),
        ("{name: ia, phase: a}", "channels[0]: scale is missing"),
        ("{name: p, scale: 1}", "channels[0]: kind is missing, and lines whose rate_hz is stated here"),
    ],
)
def test_what_neither_the_lines_nor_the_file_say_of_a_channel_is_missing(
    tmp_path: Path, capsys, command: list[str], channel: str, message: str
):
    config = tmp_path / "agent.yaml"
    config.write_text(f"{LINES_WITHOUT_DESCRIPTION}channels:\n  - {channel}\n")
    assert cli.main([*command, str(config)]) == 2
    assert message in capsys.readouterr().err


def test_ports_are_listed_as_they_belong_in_a_configuration(monkeypatch: pytest.MonkeyPatch, capsys):
    bare = a_port(
        path="/dev/ttyS0", by_id=None, vendor=None, product=None, serial_number=None, accessible=False
    )
    monkeypatch.setattr(ports, "list_ports", lambda: [a_port(), bare])
    assert cli.main(["ports"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "/dev/serial/by-id/usb-Example_DAQ_0001-if00 (/dev/ttyACM0): Example, DAQ, serial number 0001",
        "/dev/ttyS0: unknown device",
        f"    {bare.hint}",
    ]


def test_a_machine_without_ports_is_told_what_to_look_at(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(ports, "list_ports", list)
    assert cli.main(["ports"]) == 0
    assert "no serial port found" in capsys.readouterr().out


def test_a_closed_output_is_no_failure(tmp_path):
    script = "import sys; sys.stdout = None; from edge_agent.cli import main; sys.exit(main(['ports']))"
    done = subprocess.run(
        [sys.executable, "-c", script], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
