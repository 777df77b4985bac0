"""The state of the agent's baseline, and what it needs."""

from pathlib import Path

import pytest
from plates import plate_yaml

from calibration.commissioning.baseline import baseline_told
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.config import Settings, load_settings
from edge_agent.state_file import StateFile


def settings(folder: Path, baseline: str = "{}") -> Settings:
    file = folder / "agent.yaml"
    file.write_text(
        f"motor: {plate_yaml()}\nacquisition: {{port: /dev/null}}\nmqtt: {{host: localhost}}\n"
        f"state_dir: {folder / 'state'}\nbaseline: {baseline}\n"
    )
    return load_settings(file)


def test_a_new_motor_needs_its_hours_and_looks(tmp_path: Path) -> None:
    state, needs = baseline_told(settings(tmp_path, "{hours: 12}"))
    assert state == "State: learning (learning: 0.0 running hours and 0 looks so far)."
    assert needs.startswith("It needs 12.0 more running hours, and 20 more looks at one load.")
    assert not (tmp_path / "state").exists()


def test_one_that_is_switched_off_says_so(tmp_path: Path) -> None:
    *_, needs = baseline_told(settings(tmp_path, "{enabled: false}"))
    assert needs.startswith("baseline.enabled is false")


def test_the_file_of_the_agent_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    file = tmp_path / "state/baseline.json"
    Baseline(settings(tmp_path).baseline_settings(), StateFile(file, FILE_VERSION)).save()
    before = file.read_bytes()
    assert next(iter(baseline_told(settings(tmp_path)))).startswith("State: learning")
    assert file.read_bytes() == before
    assert list((tmp_path / "state").iterdir()) == [file]


@pytest.mark.parametrize("name", ["baseline.json"])
def test_one_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "state" / name).mkdir(parents=True)
    (told,) = baseline_told(settings(tmp_path))
    assert told.startswith("The baseline of the agent cannot be read")
