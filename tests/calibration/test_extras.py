"""What each command needs installed: the small commands none of the gigabytes of the big ones."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
BIG = ("torch", "onnx", "dask", "distributed", "sklearn", "tqdm", "h5py", "nptdms", "comtrade", "matplotlib")
RUN_WITHOUT = """\
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from calibration.cli import main
sys.exit(main({arguments!r}))
"""
SCENARIO = "seed: 40\nbroken_bars: 1\nload: 0.6\nduration_s: 0.2\nmotor: 2.2kw-4p-50hz\n"


def without(missing: tuple[str, ...], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `edge-calibrate` in a process where these packages are not installed."""
    code = RUN_WITHOUT.format(missing=set(missing), arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT), "HOME": str(folder)},
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [("run.csv", b"time_s,ia\n0.000,1.5\n0.001,2.5\n"), ("run.txt", b"t\tia\n0,000\t1,5\n0,001\t2,5\n")],
)
def test_import_runs_without_the_big_extra(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    done = without((*BIG, "numba"), tmp_path, "import", name, "--out", "out")
    assert (done.returncode, done.stdout) == (0, "out/run.npz\n")
    assert done.stderr.startswith(f"{name}: taken: 1000 Hz from column ")


def test_simulate_runs_without_the_big_extra(tmp_path: Path) -> None:
    (tmp_path / "pump.yaml").write_text(SCENARIO)
    done = without(BIG, tmp_path, "simulate", "--scenario", "pump.yaml", "--out", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_the_virtual_daq_plays_recordings_without_any_extra(tmp_path: Path) -> None:
    done = without((*BIG, "numba"), tmp_path, "simulate", "--serial", "--help")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["sensors", "commission"])
def test_the_sensors_of_a_site_are_checked_without_any_extra(tmp_path: Path, command: str) -> None:
    done = without((*BIG, "numba", "ruamel"), tmp_path, command, "--help")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("missing", "arguments", "extra"),
    [
        ("numba", ["simulate", "--help"], "simulator"),
        ("matplotlib", ["simulate", "--scenario", "pump.yaml", "--plot"], "plot"),
        ("h5py", ["simulate", "--scenario", "lab_rig", "--lab-layout"], "laboratory"),
        ("h5py", ["import", "rs.mat", "--out", "out"], "laboratory"),
        ("nptdms", ["import", "run.tdms", "--out", "out"], "tdms"),
        ("comtrade", ["import", "run.cfg", "--out", "out"], "comtrade"),
        ("ruamel", ["sensors", "-c", "pump.yaml", "--write"], "sensors"),
        ("torch", ["train", "--help"], "calibration"),
    ],
)
def test_what_is_missing_is_named_with_the_smallest_extra_that_brings_it(
    tmp_path: Path, missing: str, arguments: list[str], extra: str
) -> None:
    (tmp_path / "pump.yaml").write_text(SCENARIO)
    (tmp_path / "rs.mat").write_bytes(b"MATLAB 7.3")
    (tmp_path / "run.tdms").write_bytes(b"TDSm")
    (tmp_path / "run.cfg").write_bytes(b"STATION")
    done = without((missing,), tmp_path, *arguments)
    assert done.returncode == 2
    assert f"needs {missing}, which is not installed; pip install '.[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "recordings").exists()
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert any(requirement.lower().startswith(missing) for requirement in extras[extra])
    assert extra == "calibration" or len(extras[extra]) == 1
