"""Whole recordings: reproducible, true to what they say of themselves."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from recorded import carrier_levels

from calibration.simulator.conditions import CageCondition, LoadCondition, Oscillation, SupplyCondition
from calibration.simulator.recording import confounders, simulate
from calibration.simulator.scenario import Scenario, scenario_of_dict
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import read_recording, write_recording
from edge_agent.motor import Nameplate

SHORT = Scenario(seed=7, broken_bars=2, duration_s=2.0)


def test_the_same_scenario_gives_the_same_counts_in_another_process() -> None:
    script = (
        "import zlib; from calibration.simulator.recording import simulate; "
        "from calibration.simulator.scenario import Scenario; "
        "r = simulate(Scenario(seed=7, broken_bars=2, duration_s=2.0)); "
        "print([zlib.crc32(c.tobytes()) for c in r.counts])"
    )
    root = Path(__file__).parents[3]
    runs = [
        subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout


def test_another_seed_gives_other_counts() -> None:
    assert not np.array_equal(simulate(SHORT).counts[0], simulate(SHORT.with_seed(8)).counts[0])


@pytest.mark.parametrize("kind", ["training", "validation", "confounders", "sensor_faults"])
def test_a_drawn_scenario_can_be_made_again_from_its_truth(kind: str) -> None:
    scenario = replace(draw_scenario(kind, 12), duration_s=0.5)
    recording = simulate(scenario)
    again = scenario_of_dict(json.loads(json.dumps(recording.meta))["scenario"])
    assert again == scenario
    assert all(np.array_equal(a, b) for a, b in zip(simulate(again).counts, recording.counts, strict=True))


def test_truth_of_a_recording() -> None:
    meta = simulate(SHORT).meta
    assert meta["broken_bars"] == 2
    assert meta["equivalent_bars"] == pytest.approx(2.0, abs=0.15)
    assert meta["slip"] == pytest.approx(0.037, abs=0.001)
    assert meta["load"] == pytest.approx(0.76, abs=0.01)
    assert meta["line_frequency_hz"] == pytest.approx(60.0, abs=0.03)
    assert meta["motor_id"] == "lab-0.75kw"
    assert Nameplate.model_validate(meta["nameplate"]).rated_slip == pytest.approx(0.0472, abs=0.0001)


def test_a_recording_goes_to_disk_and_back(tmp_path: Path) -> None:
    recording = simulate(SHORT)
    write_recording(tmp_path / "made.npz", recording)
    read = read_recording(tmp_path / "made.npz")
    assert read.device.streams == recording.device.streams
    assert np.array_equal(read.counts[1], recording.counts[1])
    assert read.meta["scenario"] == recording.meta["scenario"]


def test_sidebands_stand_where_the_truth_says() -> None:
    """Two bars at full load, ideal table: -28.9 and -36.9 dBc, within a casting of 1 %."""
    recording = simulate(Scenario(seed=3, broken_bars=2, load=1.0))
    lower, upper = carrier_levels(recording)
    assert lower == pytest.approx(-28.9, abs=1.0)
    assert upper == pytest.approx(-36.9, abs=1.5)


def test_a_healthy_recording_shows_its_casting_and_no_more() -> None:
    clean = SupplyCondition(wander_hz=0.0, flicker=0.0)
    quiet = LoadCondition(noise=0.0)
    sums = []
    for sd in (0.005, 0.04):
        cage = CageCondition(casting_sd=sd)
        lower, upper = carrier_levels(
            simulate(Scenario(seed=4, load=1.0, cage=cage, supply=clean, driven=quiet))
        )
        sums.append(20 * np.log10(10 ** (lower / 20) + 10 ** (upper / 20)))
    assert sums[1] - sums[0] == pytest.approx(18.0, abs=3.0)
    assert sums[0] > -75


def test_an_oscillation_meets_the_pole_pass_frequency_of_the_running_motor() -> None:
    """Pitfall: an oscillation at twice the nominal slip would miss it and be told apart too easily."""
    swing = LoadCondition(oscillation=Oscillation(0.05, ratio=1.0))
    recording = simulate(Scenario(seed=5, temperature_factor=1.3, driven=swing))
    lower, upper = carrier_levels(recording)
    assert -48 < lower < -30
    assert upper == pytest.approx(lower, abs=6.0)
    assert recording.meta["confounders"] == ["load_oscillation"]


def test_an_ordinary_scenario_has_no_confounders() -> None:
    assert confounders(Scenario()) == []
