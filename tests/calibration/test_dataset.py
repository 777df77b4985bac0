import argparse
from dataclasses import replace

import numpy as np
import pytest
from small_dataset import a_dataset, an_entry, some_examples

from calibration import dataset
from calibration.learning.examples import (
    DatasetManifest,
    file_sha256,
    load_shard,
    load_split,
    save_shard,
)
from calibration.learning.labels import label_of, split_motors
from calibration.learning.windowing import StreamSamples, View, cut, draw_spans, look, restrict
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import FIRST_TEST_SEED
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.diagnose.verdict import CLASSES
from edge_agent.motor import Nameplate
from edge_agent.signals.images import SIDE_INPUTS, ImageSpec


def a_recording(rate_hz: float = 100.0, scans: int = 1000) -> list[StreamSamples]:
    currents = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, phase=p) for p in "abc")
    vibration = (Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.01),)
    counts = np.arange(scans, dtype=np.int16)
    return [
        StreamSamples(Stream(0, rate_hz, currents), np.tile(counts, (3, 1))),
        StreamSamples(
            Stream(1, 2 * rate_hz, vibration), np.tile(np.arange(2 * scans, dtype=np.int16), (1, 1))
        ),
    ]


@pytest.mark.parametrize(
    ("broken", "equivalent", "label", "trainable"),
    [
        (0, 0.02, 0, True),
        (0, 0.45, 0, True),  # a rough casting is still a sound rotor
        (0, 1.3, 1, True),  # a cracked end ring is not
        (1, 0.97, 1, True),
        (1, 0.45, 0, False),
        (2, 0.1, 0, True),  # two bars that cancel each other cannot be seen
        (2, 0.65, 1, True),
        (3, 2.6, 3, True),
        (4, 5.2, 4, True),
    ],
)
def test_classes_count_what_the_sidebands_can_show(broken, equivalent, label, trainable):
    assert label_of(broken, equivalent) == (label, trainable)


def test_a_motor_is_in_one_split_only_and_always_the_same():
    motors = [f"m{i}" for i in range(40)] * 3
    splits = split_motors(motors, seed=1)
    assert splits == split_motors(reversed(motors), seed=1)
    assert splits != split_motors(motors, seed=2)
    assert sorted(splits.values()) == ["train"] * 34 + ["validation"] * 6


def test_plans_keep_every_motor_within_its_split():
    plans = dataset.plan(recordings=60, seed=3)
    assert len({(plan.kind, plan.seed) for plan in plans}) == len(plans) == 60
    assert {plan.split for plan in plans} == {"train", "validation", "test"}
    assert plans == dataset.plan(recordings=60, seed=3)
    by_motor: dict[str, set[str]] = {}
    for plan in plans:
        by_motor.setdefault(dataset.draw_scenario(plan.kind, plan.seed).motor_id, set()).add(plan.split)
    assert all(len(splits) == 1 for splits in by_motor.values())
    assert all((plan.seed >= FIRST_TEST_SEED) == (plan.split == "test") for plan in plans)


def test_windows_lie_within_the_recording():
    random = np.random.default_rng(0)
    spans = draw_spans(10.0, shortest_s=2.0, longest_s=12.0, count=50, random=random)
    assert spans[0] == (0.0, 10.0)
    assert all(start >= 0 and length >= 2 and start + length <= 10 + 1e-9 for start, length in spans)


def test_a_window_holds_the_same_time_of_every_stream():
    window = cut(a_recording(), start_s=2.0, length_s=3.0)
    assert [s.first_scan for s in window.streams] == [200, 400]
    assert [s.counts.shape for s in window.streams] == [(3, 300), (1, 600)]
    assert window.streams[1].counts[0, 0] == 400


def test_a_view_leaves_out_what_is_not_installed():
    one_phase = restrict(a_recording(), View(current_phases=1, vibration=False, bars_known=True))
    assert [[c.name for c in s.stream.channels] for s in one_phase] == [["ia"]]
    assert one_phase[0].counts.shape == (1, 1000)


def test_two_broken_bars_at_full_load_show_in_windows_of_any_length():
    recording = simulate(Scenario(seed=1, broken_bars=2, load=1.0, duration_s=5.0))
    streams = [StreamSamples(s, c.T) for s, c in zip(recording.device.streams, recording.counts, strict=True)]
    nameplate = Nameplate.model_validate(recording.meta["nameplate"])
    everything = View(current_phases=3, vibration=True, bars_known=True)
    seen = list(look(streams, nameplate, ImageSpec(), everything, [(0.0, 5.0), (2.0, 2.0), (0.0, 0.2)]))
    assert seen[2] is None
    for one in seen[:2]:
        assert one is not None
        bars = 10 ** (2 * one.inputs.side[SIDE_INPUTS.index("equivalent_bars_db")])
        assert bars == pytest.approx(2.0, abs=0.4)
        assert one.inputs.images["current"].shape == (64, 32, 4)


def test_the_same_plan_gives_the_same_shard_and_is_not_made_twice(tmp_path, monkeypatch):
    plans = tuple(dataset.plan(recordings=4, seed=1)[:2])
    first = dataset.make_shard(tmp_path / "a.npz", 0, plans, windows=2)
    again = dataset.make_shard(tmp_path / "b.npz", 0, plans, windows=2)
    assert [entry.label in range(len(CLASSES)) for entry in first.entries] == [True, True]
    assert first.file.sha256 == again.file.sha256
    monkeypatch.setattr(dataset, "make_recording", lambda *_: pytest.fail("made again"))
    assert dataset.make_shard(tmp_path / "a.npz", 0, plans, windows=2) == first


def test_the_command_writes_a_data_set_that_can_be_read(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    dataset.add_arguments(parser)
    options = ["--out", str(tmp_path), "--recordings", "10", "--windows", "2", "--jobs", "1"]
    assert dataset.run(parser.parse_args(options)) == 0
    manifest = DatasetManifest.load(tmp_path)
    assert len(manifest.recordings) == 10
    examples = load_split(tmp_path, manifest, "train")
    train = [entry for entry in manifest.recordings if entry.split == "train"]
    assert len(examples) == sum(entry.examples for entry in train)
    assert ImageSpec(**manifest.front_end) == ImageSpec()
    assert "train: " in capsys.readouterr().out


def test_shards_survive_the_disk(tmp_path):
    examples = some_examples([an_entry(i, i, i) for i in range(5)])
    entry = save_shard(tmp_path / "shard.npz", examples)
    read = load_shard(tmp_path / "shard.npz")
    assert entry.examples == len(read) == 20
    assert entry.sha256 == file_sha256(tmp_path / "shard.npz")
    np.testing.assert_array_equal(read.images["current"], examples.images["current"])
    np.testing.assert_array_equal(read.side, examples.side)


def test_splits_are_read_apart(tmp_path):
    manifest = a_dataset(tmp_path)
    examples = load_split(tmp_path, DatasetManifest.load(tmp_path), "test")
    assert {manifest.recordings[i].split for i in examples.recording} == {"test"}


def test_a_changed_shard_is_refused(tmp_path):
    manifest = a_dataset(tmp_path)
    (tmp_path / "shard-0000.npz").write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"shard-0000\.npz"):
        load_split(tmp_path, manifest, "train")


def test_a_manifest_survives_the_disk(tmp_path):
    manifest = replace(a_dataset(tmp_path), seed=7)
    manifest.save(tmp_path)
    assert DatasetManifest.load(tmp_path) == manifest
