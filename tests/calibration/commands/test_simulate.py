"""The command line, its pictures and the laboratory's file layout."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from calibration.cli import main
from calibration.recordings.lab_layout import SIGNALS, rotor_file
from calibration.simulator.conditions import Daq
from calibration.simulator.lab_export import write_lab_files
from calibration.simulator.plot import plot_recording
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import draw_scenario
from edge_agent.acquire.recordings import read_recording

SCENARIO = """\
seed: 40
broken_bars: 1
load: 0.6
duration_s: 1.0
motor: 2.2kw-4p-50hz
"""


def test_recordings_of_a_file_have_consecutive_seeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pump.yaml").write_text(SCENARIO)
    arguments = [
        "simulate",
        "--scenario",
        str(tmp_path / "pump.yaml"),
        "--count",
        "3",
        "--out",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    read = [read_recording(path) for path in paths]
    assert [recording.meta["seed"] for recording in read] == [40, 41, 42]
    assert read[0].meta["nameplate"]["rated_power_kw"] == 2.2
    assert not np.array_equal(read[0].counts[0], read[1].counts[0])


def test_several_processes_make_the_same_recordings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pump.yaml").write_text(SCENARIO)
    for jobs in ("1", "2"):
        main(
            ["simulate", "--scenario", str(tmp_path / "pump.yaml"), "--count", "2", "--jobs", jobs,
             "--out", str(tmp_path / jobs)]
        )  # fmt: skip
    names = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert names[:2] == names[2:]
    for name in names[:2]:
        one, two = (read_recording(tmp_path / jobs / name) for jobs in ("1", "2"))
        assert np.array_equal(one.counts[0], two.counts[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scenario", "nowhere.yaml"], "nowhere.yaml"),
        (["--count", "0"], "--count: 0 is not positive"),
        (["--scenario", "training", "--lab-layout"], "training is not the set lab_rig"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_picture_is_written(tmp_path: Path) -> None:
    plot_recording(Scenario(seed=1, broken_bars=2, duration_s=4.0), tmp_path / "made.png")
    assert (tmp_path / "made.png").read_bytes().startswith(b"\x89PNG")


def test_the_laboratory_layout_leads_to_the_samples(tmp_path: Path) -> None:
    """`f[f['r1b']['torque05']['Ia'][rep, 0]][()].ravel()`, as readers of the original do it."""
    made = []
    for seed in (79, 80):
        drawn = draw_scenario("lab_rig", seed)
        scenario = replace(drawn, duration_s=3.0, daq=Daq(10_000.0, 7_600.0, bits=16))
        made.append((scenario, simulate(scenario)))
    write_lab_files(tmp_path, iter(made))
    assert rotor_file(tmp_path, 0).name == "struct_rs_R1.mat"
    with h5py.File(tmp_path / "struct_r1b_R1.mat") as file:
        load = file["r1b"]["torque05"]
        assert set(load) == set(SIGNALS)
        assert load["Ia"].shape == (10, 1)
        current = file[load["Ia"][0, 0]][()].ravel()
        voltage = file[load["Va"][0, 0]][()].ravel()
        assert file[load["Vib_carc"][0, 0]][()].ravel().size == 22_800
    scenario, recording = made[1]
    scale = recording.device.streams[0].channels[0].scale
    assert current == pytest.approx(recording.counts[0][:, 0] * scale, rel=1e-6)
    off = int(1.9 * 10_000)
    assert not voltage[:off].any()
    assert voltage[-5000:].std() == pytest.approx(127.0, rel=0.05)
    power = np.mean(voltage[-5000:] * current[-5000:])
    assert 20 < power < 200


def test_the_help_tells_of_the_virtual_daq(capsys: pytest.CaptureFixture[str]) -> None:
    for options, told in ((["--help"], "simulate --serial --help"), (["--serial", "--help"], "--control")):
        with pytest.raises(SystemExit):
            main(["simulate", *options])
        assert told in " ".join(capsys.readouterr().out.split())
