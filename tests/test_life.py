"""The life of a motor from recordings: what changes, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from answers import a_window, replay
from drawn_looks import DrawnAnswers, DrawnMotor
from plates import a_nameplate

from edge_agent.baseline.settings import BaselineSettings
from edge_agent.config import load_settings
from edge_agent.life import Life

SETTINGS = BaselineSettings(hours=0.5)
LOOKS = 150
"""Looks in so many hours, and one more."""


class Replayed:
    """A motor whose looks are drawn, and what its life says."""

    def __init__(self, folder: Path, **given: float) -> None:
        self.life = Life(folder, a_nameplate(), SETTINGS)
        self.life.begin()
        self.answers = DrawnAnswers()
        self.motor = DrawnMotor(np.random.default_rng(3), load_spread=0.05, **given)

    def run(self, looks: int) -> list[str]:
        """Let the motor run; return what is said."""
        return [
            said for look in self.motor.looks(looks) for said in self.life.take(self.answers.showing(look))
        ]


def test_learning_growth_alarm_and_repair_are_told_once_each_with_their_time(tmp_path: Path) -> None:
    motor = Replayed(tmp_path)
    assert motor.run(1) == [
        "0:00:12.0 state: healthy: ok",
        "0:00:12.0 baseline: learning: 0.0 running hours and 1 looks so far",
    ]
    (learned,) = motor.run(LOOKS)
    assert learned == "0:30:00.0 baseline: learned: the motor is as it was learned"
    motor.motor.growth_bars = 0.1
    watch, grows = motor.run(30)
    assert watch.endswith(" state: healthy: watch")
    assert "baseline: learned: the bars grow against the motor's own baseline" in grows
    motor.motor.growth_bars = 1.0
    said = [line.split(" ", 1)[1] for line in motor.run(20)]
    assert said[0] == "state: broken_bars: alarm"
    assert said[1].startswith("alarm: raised, alarm: ")
    assert motor.life.end().split(" ", 1)[1].startswith("end: alarm is active; baseline: learned: ")
    motor.motor.growth_bars = 0.0
    said = [line.split(" ", 1)[1] for line in motor.run(60)]
    assert "alarm: cleared" in said
    assert motor.life.end().split(" ", 1)[1].startswith("end: no alarm; baseline: learned: ")


def test_what_was_learned_goes_on_in_the_next_recordings_and_in_the_same_folder(tmp_path: Path) -> None:
    motor = Replayed(tmp_path)
    motor.run(LOOKS // 2)
    motor.life.begin()
    motor.answers = DrawnAnswers()
    said = motor.run(LOOKS // 2 + 2)
    assert said[-1].startswith("0:30:00.0 baseline: learned")
    motor.life.end()
    again = Life(tmp_path, a_nameplate(), SETTINGS)
    assert "baseline: learned" in again.end()


def test_replay_prints_the_life_of_its_recordings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    windows = {"off.npz": a_window(amplitude_a=0.0), "broken.npz": a_window(length_s=24.0)}
    assert replay(monkeypatch, tmp_path, "--life", windows=windows) == 0
    off, *broken, end = capsys.readouterr().out.splitlines()
    assert off.startswith(f"{tmp_path / 'off.npz'}: 0:00:06.0 state: indeterminate: motor_off")
    assert [line.removeprefix(f"{tmp_path / 'broken.npz'}: ").split(": ")[0] for line in broken[-3:]] == [
        "0:00:24.0 state",
        "0:00:24.0 alarm",
        "0:00:24.0 baseline",
    ]
    assert end.startswith("0:00:30.0 end: alarm is active; baseline: refused: a broken bar was found")
    assert not list(tmp_path.glob("*.json"))


def test_replay_keeps_what_it_learned_in_the_folder_that_it_was_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    assert replay(monkeypatch, tmp_path, "--life", "--state-dir", str(folder)) == 0
    assert (folder / "baseline.json").exists()
    capsys.readouterr()
    assert replay(monkeypatch, tmp_path, "--state-dir", str(folder)) == 2
    assert "--state-dir is used with --life only" in capsys.readouterr().err


def test_replay_never_writes_into_the_folder_of_the_agent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "agent"))
    replay(monkeypatch, tmp_path)
    own = load_settings(tmp_path / "agent.yaml").state_folder()
    assert replay(monkeypatch, tmp_path, "--life", "--state-dir", str(own)) == 2
    assert "is the agent's own state_dir" in capsys.readouterr().err
