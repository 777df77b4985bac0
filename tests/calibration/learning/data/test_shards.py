"""Shards of examples: made once, and as the agent would see the windows."""

import json
from dataclasses import replace

import numpy as np
import pytest

from calibration.learning.data import shards
from calibration.learning.data.shards import Cutting, Task
from calibration.learning.data.sources import LAB_RIG, MOTORS, plan
from calibration.learning.data.windowing import cut, streams_of
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording
from edge_agent.acquire.samples import ChannelKind
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import CLASSES, Reason

DRAWN = Cutting("sidebands", windows=2, length_s=None)

BRIEF = Cutting("sidebands", windows=1, length_s=3.0)


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


def test_a_simulated_recording_that_cannot_be_looked_at_is_named():
    (one,) = plan(LAB_RIG, recordings=1, seed=2)
    with pytest.raises(ValueError, match=f"lab_rig {one.seed}: a window of 99 s does not fit"):
        shards.make_recording(one, Cutting("sidebands", 1, 99.0))


def test_a_recording_without_a_usable_window_is_counted(tmp_path):
    (one,) = plan(LAB_RIG, recordings=1, seed=1)
    shard = shards.make_shard(Task(tmp_path / "a.npz", 0, (one,), Cutting("sidebands", 3, 0.3)))
    assert shard.file is None
    assert [(entry.examples, entry.refused) for entry in shard.entries] == [(0, 3)]
