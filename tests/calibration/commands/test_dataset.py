import argparse
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_recordings import a_folder_of_recordings, a_short_recording

from calibration.commands import dataset
from calibration.learning.data import shards
from calibration.learning.data.examples import (
    DatasetManifest,
    load_all,
)
from calibration.learning.data.paper_images import PaperSpec
from calibration.learning.data.shards import Cutting
from calibration.learning.data.sources import plan
from calibration.processes import workers
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording
from edge_agent.signals.images import ImageSpec


def run(*options: object) -> int:
    parser = argparse.ArgumentParser()
    dataset.add_arguments(parser)
    return dataset.run(parser.parse_args([str(option) for option in options]))


def test_a_folder_without_recordings_or_truth_is_refused(tmp_path, capsys):
    assert run("--out", tmp_path, "--source", tmp_path) == 2
    recording = a_short_recording(0, motor="m")
    write_recording(tmp_path / "r.npz", replace(recording, meta={"load": 1.0}))
    assert run("--out", tmp_path, "--source", tmp_path) == 2
    said = capsys.readouterr().err
    assert "holds recordings (.npz)" in said
    assert "r.npz: its meta lacks broken_bars, motor_id, nameplate" in said


def test_a_recording_that_was_changed_is_looked_at_again(tmp_path):
    folder, out = tmp_path / "recordings", tmp_path / "out"
    a_folder_of_recordings(folder, count=1)
    options = ("--source", folder, "--windows", 1, "--length-s", 3, "--jobs", 1)
    assert run("--out", out, *options) == 0
    changed = a_short_recording(0, motor="m0")
    write_recording(folder / "r00.npz", replace(changed, meta=changed.meta | {"broken_bars": 3}))
    assert run("--out", out, *options) == 0
    assert [entry.label for entry in DatasetManifest.load(out).recordings] == [3]


def test_what_makes_no_data_set_is_told_and_leaves_none(tmp_path, capsys):
    folder, out = tmp_path / "recordings", tmp_path / "out"
    folder.mkdir()
    made = simulate(Scenario(seed=1, broken_bars=1, load=0.02, duration_s=5.0))
    write_recording(folder / "idle.npz", replace(made, meta=made.meta | {"motor_id": "m"}))
    options = ("--source", folder, "--windows", 2, "--jobs", 1)
    assert run("--out", out, "--length-s", 4, *options) == 1
    assert "all 2 windows were refused" in capsys.readouterr().err
    assert run("--out", out, "--length-s", 9, *options) == 1
    assert "idle.npz: a window of 9 s does not fit" in capsys.readouterr().err
    assert not (out / "dataset.json").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"load": None}, "meta.load: Input should be a valid number, found None"),
        ({"load": -1}, "meta.load: "),
        ({"load": "1"}, "meta.load: "),
        ({"load": np.inf}, "meta.load: "),
        ({"broken_bars": 1.5}, "meta.broken_bars: "),
        ({"broken_bars": True}, "meta.broken_bars: "),
        ({"motor_id": 7}, "meta.motor_id: "),
        ({"nameplate": {"poles": 3}}, "meta.nameplate.rated_power_kw: "),
    ],
)
def test_a_recording_whose_truth_is_wrong_is_named(tmp_path, capsys, changes, message):
    folder = tmp_path / "recordings"
    a_folder_of_recordings(folder, count=1)
    made = a_short_recording(0, motor="m")
    write_recording(folder / "r00.npz", replace(made, meta=made.meta | changes))
    assert run("--out", tmp_path / "out", "--source", folder) == 2
    told = capsys.readouterr().err
    assert "r00.npz: " in told
    assert message in told


@pytest.mark.parametrize("content", [b"", b"PK no archive"])
def test_a_file_that_is_no_recording_is_named(tmp_path, capsys, content):
    (tmp_path / "r00.npz").write_bytes(content)
    assert run("--out", tmp_path / "out", "--source", tmp_path) == 2
    assert "r00.npz: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [("--windows", "0"), ("--recordings", "-3"), ("--jobs", "0"), ("--length-s", "nan")],
    ids=" ".join,
)
def test_numbers_that_name_nothing_are_wrong_usage(tmp_path, capsys, option):
    with pytest.raises(SystemExit):
        run("--out", tmp_path / "out", *option)
    assert f"{option[1]!r} is not a " in capsys.readouterr().err


def test_a_cluster_makes_the_same_data_set_as_this_process(tmp_path, capsys):
    from dask.distributed import LocalCluster

    folder, there, here = (tmp_path / name for name in ("recordings", "there", "here"))
    here.mkdir()
    a_folder_of_recordings(folder, count=12)
    options = ("--source", folder, "--windows", 1, "--length-s", 3, "--seed", 5)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        assert run("--out", there, "--scheduler", cluster.scheduler_address, *options) == 0
    manifest = DatasetManifest.load(there)
    plans = plan(str(folder), recordings=0, seed=5)
    made = [shards.make_shard(task) for task in shards.tasks(here, plans, Cutting("sidebands", 1, 3.0))]
    assert manifest.shards == tuple(shard.file for shard in made)
    assert manifest.recordings == tuple(entry for shard in made for entry in shard.entries)
    assert ImageSpec(**manifest.front_end) == ImageSpec()
    assert "train: " in capsys.readouterr().out


def kill_one_worker_once_there_is(note: Path, pids: list[int]) -> None:
    """Kill a worker in the middle of the work; give up after two minutes."""
    until_s = time.monotonic() + 120.0
    while not note.exists() and time.monotonic() < until_s:
        time.sleep(0.01)
    os.kill(pids[0], signal.SIGKILL)


def test_a_worker_that_is_killed_costs_only_its_work(tmp_path):
    from dask.distributed import Client, LocalCluster

    folder, there, here = (tmp_path / name for name in ("recordings", "there", "here"))
    here.mkdir()
    a_folder_of_recordings(folder, count=40)
    options = ("--source", folder, "--windows", 1, "--length-s", 3, "--seed", 5)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        with Client(cluster) as client:
            pids = list(client.run(os.getpid).values())
        first = there / "shard-0000.json"
        killer = threading.Thread(target=kill_one_worker_once_there_is, args=(first, pids))
        killer.start()
        assert run("--out", there, "--scheduler", cluster.scheduler_address, *options) == 0
        killer.join()
    plans = plan(str(folder), recordings=0, seed=5)
    made = [shards.make_shard(task) for task in shards.tasks(here, plans, Cutting("sidebands", 1, 3.0))]
    assert DatasetManifest.load(there).shards == tuple(shard.file for shard in made)


def test_the_command_makes_the_papers_images_in_a_process_of_its_own(tmp_path):
    folder, out = tmp_path / "recordings", tmp_path / "out"
    a_folder_of_recordings(folder, count=2)
    assert run("--out", out, "--source", folder, "--images", "paper", "--windows", 5, "--jobs", 1) == 0
    manifest = DatasetManifest.load(out)
    examples = load_all(out, manifest)
    assert [entry.label for entry in manifest.recordings] == [0, 1]
    assert examples.images["current"].shape == examples.images["vibration"].shape == (10, 64, 64, 1)
    assert examples.side.shape == (10, len(manifest.side_inputs)) == (10, 0)
    assert PaperSpec(**manifest.front_end) == PaperSpec()


def test_a_scheduler_that_does_not_answer_fails_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_SCHEDULER_WAIT_S", 0.2)
    with pytest.raises(OSError, match="Timed out"):
        run("--out", tmp_path, "--recordings", 2, "--scheduler", "tcp://127.0.0.1:9")
