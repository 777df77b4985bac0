"""`edge-agent listen` shows the figures that the agent publishes, and says what is wrong."""

import fcntl
import json
from pathlib import Path

import pytest
from doctored import playing, recording, with_still_channel, write_site
from pty_line import PtyLine

from edge_agent import cli
from edge_agent.commands import listen
from edge_agent.commands.listen import Screen
from edge_agent.doctor.listener import Look
from edge_agent.publish.only_one import LOCK_FILE
from edge_agent.supervision import Flag

QUICK = 4.0
"""Times faster than real time."""


@pytest.fixture(autouse=True)
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop, as Ctrl-C does, after two lines of figures or one of trouble."""
    stop, show, say = Flag(), Screen.show, Screen.say

    def show_and_stop(screen: Screen, look: Look, problem: str | None) -> None:
        show(screen, look, problem)
        if screen.lines >= 2:
            stop.set()

    def say_and_stop(screen: Screen, trouble: str | None) -> None:
        said = screen._said
        say(screen, trouble)
        if trouble is not None and trouble == said:  # the second time, which must print nothing
            stop.set()

    monkeypatch.setattr(Screen, "show", show_and_stop)
    monkeypatch.setattr(Screen, "say", say_and_stop)
    monkeypatch.setattr(listen, "stop_on_signals", lambda: stop)


def listened(config: Path, *options: str) -> int:
    return cli.main(["listen", "-c", str(config), *options])


def test_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with playing(tmp_path / "port", recording(), speed=QUICK):
        assert listened(write_site(tmp_path), "--seconds", "60") == 0
    header, first, *_ = capsys.readouterr().out.splitlines()
    for column in ("a A", "unbalance", "Hz", "rpm", "load", "vib_radial mm/s", "scale", "problems"):
        assert column in header
    time, a, b, c, unbalance, line_hz, *_ = first.split()
    assert len(time) == len("12:34:56")
    assert [float(value) for value in (a, b, c)] == pytest.approx([2.5, 2.5, 2.5], abs=0.1)
    assert unbalance.endswith("%")
    assert float(line_hz) == pytest.approx(60, abs=0.2)


def test_json_has_the_keys_of_the_measurements_and_the_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with playing(tmp_path / "port", with_still_channel("ib"), speed=QUICK):
        assert listened(write_site(tmp_path), "--seconds", "60", "--json") == 0
    said = json.loads(capsys.readouterr().out.splitlines()[0])
    assert said["agent"] == "pump-7"
    assert said["current_a"]["b"] < 0.1 < said["current_a"]["a"]
    assert 0 < said["full_scale"]["ia"] < 0.5
    assert "ib always gives the same value" in said["problems"]
    assert "running_hours" not in said


def test_a_port_that_is_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert listened(write_site(tmp_path), "--seconds", "60") == 1
    assert "there is no such port" in capsys.readouterr().err


def test_a_silent_device_is_said_once(
    tmp_path: Path, line: PtyLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listened(write_site(tmp_path), "--seconds", "60") == 1
    assert capsys.readouterr().err.splitlines() == ["edge-agent listen: no samples come"]


def test_it_ends_by_itself_after_its_time(tmp_path: Path, line: PtyLine) -> None:
    assert listened(write_site(tmp_path), "--seconds", "0.1") == 1


def test_where_the_agent_has_the_port_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert listened(write_site(tmp_path)) == 2
    said = capsys.readouterr().err
    assert "in use by the agent of" in said
    assert "edge-agent/pump-7/m/measurements" in said
    assert "systemctl stop edge-agent" in said


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "nan"])
def test_a_time_that_is_none(tmp_path: Path, seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        listened(write_site(tmp_path), "--seconds", seconds)
    assert ended.value.code == 2
    assert "is not a time above 0" in capsys.readouterr().err
