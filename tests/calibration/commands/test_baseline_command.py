"""`edge-calibrate baseline`: a baseline from recordings, and recordings held against it."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest
from plates import plate_yaml

from calibration.commands import baseline
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import read_recording, write_recording
from edge_agent.conditions.memory import FILE_VERSION as CONDITIONS_VERSION
from edge_agent.conditions.memory import Memory
from edge_agent.kept import read_memory
from edge_agent.state_file import StateFile

TWENTY_LOOKS = 7
"""How often a recording with three windows is given."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound motor, and the same with a broken bar."""
    folder = tmp_path_factory.mktemp("site")
    for name, bars in (("sound", 0), ("broken", 1)):
        write_recording(
            folder / f"{name}.npz", simulate(Scenario(seed=4, broken_bars=bars, load=0.9, duration_s=12.0))
        )
    (folder / "agent.yaml").write_text(
        f"motor: {plate_yaml()}\nacquisition: {{port: /dev/null}}\n"
        "window: {length_s: 4, step_s: 4}\nmqtt: {host: localhost}\n"
    )
    return folder


def run(site: Path, recording: str, *options: str) -> int:
    parser = argparse.ArgumentParser()
    baseline.add_arguments(parser)
    recordings = [str(site / recording)] * TWENTY_LOOKS
    return baseline.run(parser.parse_args([*recordings, "-c", str(site / "agent.yaml"), *options]))


def test_a_sound_motor_is_learned_and_others_are_held_against_it(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "baseline.json"
    assert run(site, "sound.npz", "--out", str(kept)) == 0
    assert "learned: the motor is as it was learned\n  load 0.85-1.00: 21 looks" in capsys.readouterr().out
    content = kept.read_bytes()
    assert run(site, "sound.npz", "--check", str(kept)) == 0
    capsys.readouterr()
    assert run(site, "broken.npz", "--check", str(kept), "--json") == 1
    assert json.loads(capsys.readouterr().out)["change"] == "growth"
    assert kept.read_bytes() == content


def test_what_is_normal_beside_the_bars_is_kept_in_a_file_of_its_own(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, beside = tmp_path / "baseline.json", tmp_path / "conditions.json"
    assert run(site, "sound.npz", "--conditions", str(beside)) == 2
    assert "is used with -o only" in capsys.readouterr().err
    assert run(site, "sound.npz", "--out", str(kept), "--conditions", str(beside)) == 0
    normal = read_memory(StateFile(beside, CONDITIONS_VERSION), Memory).normal
    assert normal is not None
    assert normal.of("negative_share", None).looks >= TWENTY_LOOKS
    assert normal.hours > 0


def test_recordings_as_short_as_a_window_count_each(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = read_recording(site / "sound.npz")
    counts = tuple(own[: len(own) // 3] for own in sound.counts)
    write_recording(site / "short.npz", replace(sound, counts=counts))
    assert run(site, "short.npz") == 1
    assert f"load 0.85-1.00: {TWENTY_LOOKS} looks" in capsys.readouterr().out


def test_a_recording_shorter_than_a_window_is_named(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = read_recording(site / "sound.npz")
    counts = tuple(own[: len(own) // 4] for own in sound.counts)
    write_recording(site / "stub.npz", replace(sound, counts=counts))
    assert run(site, "stub.npz") == 2
    assert "shorter than one window of 4 s" in capsys.readouterr().err


def test_a_broken_motor_is_refused(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, "broken.npz", "--out", str(tmp_path / "baseline.json")) == 1
    said = capsys.readouterr()
    assert said.out.startswith("refused: ")
    assert "holds no baseline" in said.err


@pytest.mark.parametrize(("option", "content"), [("--check", None), ("--check", "{}"), ("--out", "{}")])
def test_a_file_that_is_missing_or_in_the_way_is_named(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, content: str | None
) -> None:
    file = tmp_path / "baseline.json"
    if content is not None:
        file.write_text(content)
    assert run(site, "sound.npz", option, str(file)) == 2
    assert str(file) in capsys.readouterr().err
    assert content is None or file.read_text() == content
