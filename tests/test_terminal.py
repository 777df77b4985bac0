"""Wherever it runs and whatever a text holds: one line for each thing, and never a traceback."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent import cli
from edge_agent.acquire.ports import PortInfo
from edge_agent.commands.ports import describe
from edge_agent.plain import one_line, printable, quoted

ROOT = Path(__file__).parents[1]
CONFIG = f"""\
agent: {{id: pump-7, site: "Gebäude 3 → Ω"}}
motor:
  {plate_yaml()}
acquisition: {{port: /dev/ttyACM0}}
mqtt: {{host: localhost}}
"""
STATE = "state_dir: state\n"
NOBODY = """
import os, pwd, sys
def unknown(uid): raise KeyError(f"getpwuid(): uid not found: {uid}")
pwd.getpwuid = unknown
os.environ.pop("HOME", None)
from edge_agent import cli
sys.exit(cli.main(sys.argv[1:]))
"""
"""A user of whom the system knows nothing, as `docker run --user 4242` makes one, and no HOME."""


def run(*arguments: str, program: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run `edge-agent` in an environment that holds only what is given."""
    start = ["-c", program] if program else ["-m", "edge_agent.cli"]
    return subprocess.run(
        [sys.executable, *start, *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nowhere", **environment},
        capture_output=True,
        check=False,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(CONFIG + STATE, encoding="utf-8")
    return file


ASCII_TERMINALS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "cp437"},
]


@pytest.mark.parametrize("terminal", ASCII_TERMINALS)
def test_a_site_that_the_terminal_cannot_show_is_shown_as_escapes(config: Path, terminal: dict[str, str]):
    ended = run("check", str(config), **terminal)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"agent pump-7, Geb" in ended.stdout
    assert b"\\u2192" in ended.stdout


@pytest.mark.parametrize("terminal", ASCII_TERMINALS)
def test_a_problem_that_the_terminal_cannot_show_is_told_as_escapes(config: Path, terminal: dict[str, str]):
    config.write_text(CONFIG.replace("poles: 4", "poles: 4, größe→: 3"), encoding="utf-8")
    ended = run("check", str(config), **terminal)
    assert ended.returncode == 2
    assert ended.stderr.count(b"\n") == 1
    assert b"unknown key" in ended.stderr


@pytest.mark.parametrize("command", [["check"], ["run", "-c"]])
def test_a_user_without_a_home_folder_is_told_to_set_the_state_folder(tmp_path: Path, command: list[str]):
    file = tmp_path / "agent.yaml"
    file.write_text(CONFIG, encoding="utf-8")
    ended = run(*command, str(file), program=NOBODY)
    assert ended.returncode == 2
    (line,) = (line for line in ended.stderr.decode().splitlines() if "INFO" not in line)
    assert line.startswith("state_dir: is not set, and the user ")
    assert "has no home folder; set state_dir" in line


def test_with_a_state_folder_nobody_needs_a_home(config: Path):
    ended = run("check", str(config), program=NOBODY)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize(
    "value", ["state_dir: ~/state", "model: {file: ~/m.onnx}", "state_dir: ~nobody-here/state"]
)
def test_a_path_below_a_home_that_nobody_knows_is_refused_at_its_place(tmp_path: Path, value: str):
    file = tmp_path / "agent.yaml"
    file.write_text(CONFIG + value + "\n", encoding="utf-8")
    ended = run("check", str(file), program=NOBODY)
    assert ended.returncode == 2
    assert f"{file}:6:".encode() in ended.stderr
    assert b"there is no such home folder; write the whole path" in ended.stderr


@pytest.mark.parametrize("value", ['state_dir: "a\\0b"', 'model: {file: "a\\0b"}', 'state_dir: "\\uD800"'])
def test_a_path_that_cannot_be_one_is_refused(tmp_path: Path, value: str):
    file = tmp_path / "agent.yaml"
    file.write_text(CONFIG + value + "\n", encoding="utf-8")
    ended = run("check", str(file))
    assert ended.returncode == 2
    assert ended.stderr.count(b"\n") == 1


ESCAPE = "\x1b[2J\x1b[31m"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("poles: 4", 'poles: 4, "\\e[2J\\e[31mx": 1'),
        ("pump-7", '"\\e[2J"'),
        ("localhost", '"\\e]0;title\\a"'),
        ("/dev/ttyACM0", '"/dev/\\e[2J"'),
        ("0.75", '"\\e[2J"'),
        ("pump-7", '"\\x9b31m"'),
        ("pump-7", '"\\u202e\\u2066"'),
        ("pump-7", '"\\N\\L\\P"'),
        ("localhost", '"$\\e[2J"'),
        ("{host", "&\\e[2J {host"),
    ],
)
def test_an_escape_sequence_of_a_file_never_reaches_the_terminal(config: Path, capsys, old: str, new: str):
    config.write_text(CONFIG.replace(old, new, 1), encoding="utf-8")
    assert cli.main(["check", str(config)]) == 2
    said = capsys.readouterr().err
    assert all(line.isprintable() for line in said.split("\n"))


@pytest.mark.parametrize("site", ['"\\e[2J"', '"a\\nb"', '"\\x7f"'])
def test_a_site_is_text_that_can_be_shown(config: Path, capsys, site: str):
    config.write_text(CONFIG.replace('"Gebäude 3 → Ω"', site), encoding="utf-8")
    assert cli.main(["check", str(config)]) == 2
    assert "agent.site: " in capsys.readouterr().err


def test_a_file_of_a_strange_name_is_told_on_one_line(tmp_path: Path, capsys):
    strange = tmp_path / f"{ESCAPE}\n.yaml"
    assert cli.main(["check", str(strange)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    strange.write_text(CONFIG + STATE, encoding="utf-8")
    assert cli.main(["check", str(strange)]) == 0
    assert all(line.isprintable() for line in capsys.readouterr().out.split("\n"))


def test_a_file_name_that_is_not_utf_8_is_told(tmp_path: Path):
    missing = os.fsdecode(bytes(tmp_path) + b"/\xff\xfe.yaml")
    ended = run("check", missing)
    assert ended.returncode == 2
    assert b"cannot be read: No such file" in ended.stderr


def test_an_argument_of_strange_characters_is_told_on_lines_that_can_be_shown(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", "a.yaml", f"--x{ESCAPE}\n"])
    assert ended.value.code == 2
    assert all(line.isprintable() for line in capsys.readouterr().err.split("\n"))


def test_what_a_device_calls_itself_never_reaches_the_terminal():
    port = PortInfo("/dev/ttyACM0", None, f"Maker{ESCAPE}", "DAQ\n\n", "1\x07", True)
    assert describe(port).isprintable()


def test_what_a_log_message_holds_never_reaches_the_terminal():
    record = logging.LogRecord("edge_agent", logging.INFO, "", 0, "the device %s", (f"x{ESCAPE}\ny",), None)
    line = cli.OneLineFormatter(in_journal=True).format(record)
    assert line == "<6>edge_agent: the device x\\x1b[2J\\x1b[31m | y"


def test_texts_within_messages_are_shortened_and_shown():
    assert printable("grün") == "grün"
    assert printable("a\x00\x9b\u2028\ud800") == r"a\x00\x9b\u2028\ud800"
    assert one_line(" a\n  b\t") == "a b"
    assert quoted("a" * 50) == repr("a" * 40 + "...")
