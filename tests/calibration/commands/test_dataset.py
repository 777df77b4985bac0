import argparse
import json
from dataclasses import replace

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
from calibration.learning.data.shards import Cutting, Task
from calibration.learning.data.sources import LAB_RIG, MOTORS, plan
from calibration.learning.data.windowing import (
    cut,
    streams_of,
)
from calibration.processes import workers
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording
from edge_agent.acquire.samples import ChannelKind
from edge_agent.diagnose.verdict import CLASSES, Reason
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec

DRAWN = Cutting("sidebands", windows=2, length_s=None)
BRIEF = Cutting("sidebands", windows=1, length_s=3.0)


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


def test_the_same_task_gives_the_same_shard_and_is_not_made_twice(tmp_path, monkeypatch):
    task = Task(tmp_path / "a.npz", 0, tuple(plan(MOTORS, recordings=4, seed=1)[:2]), DRAWN)
    first = shards.make_shard(task)
    again = shards.make_shard(replace(task, path=tmp_path / "b.npz"))
    assert [entry.label in range(len(CLASSES)) for entry in first.entries] == [True, True]
    assert first.file is not None
    assert again.file is not None
    assert first.file.sha256 == again.file.sha256
    monkeypatch.setattr(shards, "make_recording", lambda *_: pytest.fail("made again"))
    assert shards.make_shard(task) == first
    (tmp_path / "a.npz").write_bytes(b"torn")
    with pytest.raises(pytest.fail.Exception, match="made again"):
        shards.make_shard(task)


@pytest.mark.parametrize("torn", [b"", b'{"plans": [{"kin', b'{"of": "another version"}'])
def test_a_shard_whose_note_was_torn_is_made_again(tmp_path, torn):
    (one,) = plan(LAB_RIG, recordings=1, seed=1)
    task = Task(tmp_path / "a.npz", 0, (one,), BRIEF)
    made = shards.make_shard(task)
    (tmp_path / "a.json").write_bytes(torn)
    assert shards.make_shard(task) == made


def test_simulated_shards_of_versions_that_noted_no_hashes_are_kept(tmp_path, monkeypatch):
    task = Task(tmp_path / "a.npz", 0, tuple(plan(LAB_RIG, recordings=1, seed=1)), BRIEF)
    made = shards.make_shard(task)
    note = json.loads((tmp_path / "a.json").read_text())
    assert [one.pop("file_sha256") for one in note["plans"]] == [""]
    (tmp_path / "a.json").write_text(json.dumps(note))
    monkeypatch.setattr(shards, "make_recording", lambda *_: pytest.fail("made again"))
    assert shards.make_shard(task) == made


def test_a_recording_that_was_changed_is_looked_at_again(tmp_path):
    folder, out = tmp_path / "recordings", tmp_path / "out"
    a_folder_of_recordings(folder, count=1)
    options = ("--source", folder, "--windows", 1, "--length-s", 3, "--jobs", 1)
    assert run("--out", out, *options) == 0
    changed = a_short_recording(0, motor="m0")
    write_recording(folder / "r00.npz", replace(changed, meta=changed.meta | {"broken_bars": 3}))
    assert run("--out", out, *options) == 0
    assert [entry.label for entry in DatasetManifest.load(out).recordings] == [3]


def test_files_are_seen_as_the_agent_sees_them(tmp_path):
    """With every sensor, and not at all where the agent gives no answer."""
    for name, load in (("idle", 0.03), ("loaded", 0.9)):
        made = simulate(Scenario(seed=1, load=load))
        write_recording(tmp_path / f"{name}.npz", replace(made, meta=made.meta | {"motor_id": "m"}))
    results = []
    for one in plan(str(tmp_path), recordings=0, seed=1):
        recording = one.recording()
        streams = streams_of(recording)
        assert sum(c.kind is ChannelKind.VIBRATION for s in streams for c in s.stream.channels) == 2
        nameplate = Nameplate.model_validate(recording.meta["nameplate"])
        analysis = Analyser(nameplate, ImageSpec()).analyse(cut(streams, 0.0, 12.0))
        assert analysis.inputs is not None
        results.append((analysis, shards.make_recording(one, Cutting("sidebands", windows=1, length_s=12.0))))
    (idle, (entry, seen)), (loaded, (_, seen_loaded)) = results
    assert idle.refusal.reason is Reason.LOAD_TOO_LOW
    assert (entry.examples, entry.refused, seen) == (0, 1, [])
    for name, image in loaded.inputs.images.items():
        assert image.any()
        np.testing.assert_array_equal(seen_loaded[0].inputs.images[name], image)


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


def test_a_simulated_recording_that_cannot_be_looked_at_is_named():
    (one,) = plan(LAB_RIG, recordings=1, seed=2)
    with pytest.raises(ValueError, match=f"lab_rig {one.seed}: a window of 99 s does not fit"):
        shards.make_recording(one, Cutting("sidebands", 1, 99.0))


@pytest.mark.parametrize(
    "option",
    [("--windows", "0"), ("--recordings", "-3"), ("--jobs", "0"), ("--length-s", "nan")],
    ids=" ".join,
)
def test_numbers_that_name_nothing_are_wrong_usage(tmp_path, capsys, option):
    with pytest.raises(SystemExit):
        run("--out", tmp_path / "out", *option)
    assert f"{option[1]!r} is no " in capsys.readouterr().err


def test_a_recording_without_a_usable_window_is_counted(tmp_path):
    (one,) = plan(LAB_RIG, recordings=1, seed=1)
    shard = shards.make_shard(Task(tmp_path / "a.npz", 0, (one,), Cutting("sidebands", 3, 0.3)))
    assert shard.file is None
    assert [(entry.examples, entry.refused) for entry in shard.entries] == [(0, 3)]


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
