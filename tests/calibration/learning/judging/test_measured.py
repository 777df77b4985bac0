from dataclasses import replace

import pytest

from calibration.learning.judging.measured import judge_recordings
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate


@pytest.fixture(scope="module")
def recording():
    return simulate(Scenario(seed=4, duration_s=2.0))


@pytest.mark.parametrize(
    ("meta", "condition"),
    [
        ({"broken_bars": 0}, "0 broken bars"),
        ({"broken_bars": 1}, "1 broken bar"),
        ({"broken_bars": 2}, "2 broken bars"),
        ({"broken_bars": 2, "condition": "two bars, drilled"}, "two bars, drilled"),
        ({}, "rs-torque"),
    ],
)
def test_recordings_are_counted_by_what_is_known_of_the_rotor(recording, tmp_path, meta, condition):
    nameplate = Nameplate.model_validate(recording.meta["nameplate"])
    write_recording(tmp_path / "rs-torque05.npz", replace(recording, meta=meta))
    (verdict,) = judge_recordings(Model.load("builtin"), tmp_path, nameplate, length_s=2.0)
    assert verdict.condition == condition
