"""`edge-agent check`: what the agent understood, and what the file allows."""

import argparse
import re
from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent import cli
from edge_agent.commands.check import limit_table, run, summary, verdict
from edge_agent.config import Problem, load_settings
from edge_agent.limits import described

CONFIG = f"""\
agent: {{id: pump-7}}
motor:
  {plate_yaml()}
acquisition: {{port: /dev/ttyACM0}}
mqtt: {{host: localhost}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(CONFIG)
    return file


def test_a_right_configuration_is_summarised(config: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["check", str(config)]) == 0
    out = capsys.readouterr().out
    assert "synchronous speed 1800 rpm, rated slip 4.72 %" in out
    assert "pole-pass frequency at rated load 5.67 Hz" in out
    assert "topics below edge-agent/pump-7" in out


def test_the_channels_of_a_configuration_say_what_they_allow(config: Path, capsys):
    config.write_text(CONFIG + "channels: [{name: ia, kind: current, phase: a, scale: 0.01}]\n")
    assert cli.main(["check", str(config)]) == 0
    out = capsys.readouterr().out
    assert "only one phase is measured (ia)" in out
    assert "no vibration, no speed and no rotor_bars" in out


def test_a_wrong_configuration_ends_with_2_and_every_problem_on_stderr(config: Path, capsys):
    config.write_text(CONFIG.replace("1715", "1815").replace("host", "hots"))
    assert cli.main(["check", str(config)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 3
    assert f"{config}:3:88: motor.rated_speed_rpm: 1815 is above the synchronous speed" in said.err
    assert "did you mean host?" in said.err


def test_check_leaves_to_the_daq_what_the_file_does_not_say_of_a_channel(tmp_path: Path, capsys):
    config = tmp_path / "agent.yaml"
    config.write_text(f"{CONFIG}channels:\n  - {{name: ia, phase: b}}\n")
    assert cli.main(["check", str(config)]) == 0
    assert "channels: ia, completed by the DAQ" in capsys.readouterr().out


CURRENT = "{name: ia, kind: current, phase: a, unit: A, scale: 1}"
SPEED = "{name: n, kind: speed, unit: rpm, scale: 1}"
VIBRATION = "{name: v, kind: vibration, unit: m/s2, scale: 1}"


def what_check_says(tmp_path, channels=(), length_s=12, **plate):
    """Give the lines about the load in `edge-agent check`."""
    file = tmp_path / "agent.yaml"
    file.write_text(
        f"motor: {plate_yaml(**plate)}\n"
        "acquisition: {port: x, driver: csv_lines, rate_hz: 2000}\nmqtt: {host: h}\n"
        f"window: {{length_s: {length_s}}}\n" + (f"channels: [{', '.join(channels)}]\n" if channels else "")
    )
    return [line for line in summary(load_settings(file)) if "%" in line and "torque" in line]


@pytest.mark.parametrize(
    ("channels", "plate"),
    [
        ((CURRENT, VIBRATION), {}),
        ((CURRENT, SPEED), {}),
        ((CURRENT,), {"rotor_bars": 34}),
        ((CURRENT,), {"speed_rpm": 1720}),
        ((), {"rotor_bars": 34}),
    ],
)
def test_check_says_one_load_where_something_tells_the_slip(tmp_path, channels, plate):
    (line,) = what_check_says(tmp_path, channels, **plate)
    assert line == (
        "window 12 s: a rotor can be judged from about 5 % of the rated torque on; below that the answer is "
        "load_too_low"
    )


@pytest.mark.parametrize("length_s", [1, 4, 12, 60])
@pytest.mark.parametrize("plate", [{}, {"rated_speed_rpm": 1770}, {"power_factor": 0.7}])
def test_where_only_the_current_tells_it_check_says_the_same_of_a_sound_rotor_twice(
    tmp_path, plate, length_s
):
    window, missing = what_check_says(tmp_path, (CURRENT,), length_s, **plate)
    assert "since only sidebands show the slip" in window
    broken, healthy = (int(share) for share in re.findall(r"(\d+) %", window))
    (by_current,) = (int(share) for share in re.findall(r"Below (\d+)%", missing))
    assert broken <= healthy
    assert healthy == max(broken, by_current)


def test_check_leaves_open_what_a_device_that_describes_itself_will_have(tmp_path):
    (line,) = what_check_says(tmp_path)
    assert "if the DAQ has vibration or speed; below that" in line
    assert "Without vibration and speed, a rotor can be called healthy from" in line


def test_check_says_when_the_slip_is_what_is_missing(tmp_path):
    window, missing = what_check_says(tmp_path, (CURRENT,))
    assert window.endswith("below that the answer is speed_unknown or load_too_low")
    assert missing.endswith("the answer is speed_unknown")
    (undescribed,) = what_check_says(tmp_path)
    assert "below that the answer is load_too_low" in undescribed
    assert undescribed.endswith("below that the answer is speed_unknown unless broken bars show")


def test_check_prints_the_table(capsys):
    assert cli.main(["check", "--limits"]) == 0
    printed = capsys.readouterr().out
    for limit in described():
        assert limit.name in printed
        assert limit.origin in printed


def test_the_table_of_limits_has_a_line_each_in_their_order() -> None:
    lines = list(limit_table())
    assert [line.split()[0] for line in lines] == [limit.name for limit in described()]
    assert all(f"Origin: {limit.origin}." in line for limit, line in zip(described(), lines, strict=True))


def test_without_a_file_check_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["check"])
    assert ended.value.code == 2
    assert "expected the configuration file of an agent, or --limits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "a.yaml: correct"),
        (1, "a.yaml: can be used, with one warning (below)"),
        (2, "a.yaml: can be used, with 2 warnings (below)"),
    ],
)
def test_the_first_line_counts_the_warnings(count: int, words: str) -> None:
    doubt = Problem(None, None, (), "strange")
    assert verdict(Path("a.yaml"), count * (doubt,)) == words


def test_a_warning_stands_behind_the_summary_and_the_status_stays_0(config: Path, capsys):
    config.write_text(CONFIG.replace("/dev/ttyACM0", "daq"))
    assert run(argparse.Namespace(limits=False, config=config)) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.endswith("with one warning (below)")
    assert last.startswith("warning: ")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("", "", "agent pump-7"),
        ("pump-7", "pump-7, site: cellar", "agent pump-7, cellar"),
        ("", "", "samples: block_frames from /dev/ttyACM0"),
        ("", "", "broker: localhost:1883 (not encrypted), topics below edge-agent/pump-7"),
        ("localhost", "h, tls: true, prefix: a/b", "broker: h:8883 (TLS), topics below a/b/pump-7"),
        ("", "", "events are kept in {folder}/state/outbox.sqlite3 until the broker has them"),
    ],
)
def test_each_thing_that_was_understood_is_a_line(config: Path, old: str, new: str, line: str):
    config.write_text(CONFIG.replace(old, new, 1) + "state_dir: state\n")
    assert line.format(folder=config.parent) in list(summary(load_settings(config)))


def test_check_names_the_http_server_only_if_there_is_one(config: Path, capsys):
    assert cli.main(["check", str(config)]) == 0
    without = capsys.readouterr().out
    assert "page: none; http: {listen: 127.0.0.1:8642} in the file shows one" in without
    assert "metrics and health" not in without
    config.write_text(f"{CONFIG}http: {{}}\n")
    assert cli.main(["check", str(config)]) == 0
    out = capsys.readouterr().out
    assert "page: http://127.0.0.1:8642/, without a token; metrics and health: /metrics, /healthz" in out
