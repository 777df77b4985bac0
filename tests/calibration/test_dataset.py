import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_dataset import a_dataset, an_entry, some_examples

from calibration import dataset, workers
from calibration.dataset import Cutting, Task
from calibration.learning.examples import (
    DatasetManifest,
    file_sha256,
    load_all,
    load_shard,
    load_split,
    save_shard,
)
from calibration.learning.labels import deal_motors, label_of, split_motors
from calibration.learning.paper_images import PaperSpec
from calibration.learning.sources import LAB_RIG, MOTORS, plan
from calibration.learning.windowing import StreamSamples, View, cut, draw_spans, look, restrict, space_spans
from calibration.simulator.lab_rig import place_of
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.diagnose.verdict import CLASSES, Reason
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.decimation import Decimator
from edge_agent.signals.images import SIDE_INPUTS, ImageSpec

DRAWN = Cutting("sidebands", windows=2, length_s=None)
BRIEF = Cutting("sidebands", windows=1, length_s=3.0)


def run(*options: object) -> int:
    parser = argparse.ArgumentParser()
    dataset.add_arguments(parser)
    return dataset.run(parser.parse_args([str(option) for option in options]))


def a_folder_of_recordings(folder: Path, count: int) -> None:
    """Files of one simulated motor that say of themselves that they are of three motors and five rotors."""
    folder.mkdir(exist_ok=True)
    recording = a_short_recording(0, motor="m")
    for number in range(count):
        meta = recording.meta | {"motor_id": f"m{number % 3}", "broken_bars": number % 5}
        write_recording(folder / f"r{number:02d}.npz", replace(recording, meta=meta))


def a_short_recording(bars: int, motor: str) -> Recording:
    made = simulate(Scenario(seed=1, broken_bars=bars, load=1.0, duration_s=5.0))
    return replace(made, meta=made.meta | {"motor_id": motor})


def a_recording(rate_hz: float = 100.0, scans: int = 1000) -> list[StreamSamples]:
    currents = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, phase=p) for p in "abc")
    vibration = (Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.01),)
    counts = np.arange(scans).astype(np.int16)
    return [
        StreamSamples(Stream(0, rate_hz, currents), np.tile(counts, (3, 1))),
        StreamSamples(Stream(1, 2 * rate_hz, vibration), np.arange(2 * scans).astype(np.int16)[None]),
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


def test_motors_of_files_are_dealt_out_to_all_splits_or_not_at_all():
    dealt = deal_motors([f"m{i}" for i in range(10)] * 2, seed=1)
    assert sorted(dealt.values()) == ["test"] * 2 + ["train"] * 7 + ["validation"]
    assert sorted(deal_motors("abc", seed=1).values()) == ["test", "train", "validation"]
    assert set(deal_motors("ab", seed=1).values()) == {"train"}


def test_plans_keep_every_motor_within_its_split():
    plans = plan(MOTORS, recordings=60, seed=3)
    assert len({(one.kind, one.seed) for one in plans}) == len(plans) == 60
    assert {one.split for one in plans} == {"train", "validation", "test"}
    assert plans == plan(MOTORS, recordings=60, seed=3)
    by_motor: dict[str, set[str]] = {}
    for one in plans:
        by_motor.setdefault(draw_scenario(one.kind, one.seed).motor_id, set()).add(one.split)
    assert all(len(splits) == 1 for splits in by_motor.values())
    assert all((one.seed >= FIRST_TEST_SEED) == (one.split == "test") for one in plans)


def test_a_part_of_the_bench_has_every_rotor_and_load():
    plans = plan(LAB_RIG, recordings=40, seed=2)
    places = [place_of(one.seed) for one in plans]
    assert {place.bench for place in places} == {2}
    assert len({(place.rotor, place.load) for place in places}) == 40
    assert {one.split for one in plans} == {"train"}  # one motor cannot be left out


def test_benches_are_left_out_whole():
    plans = plan(LAB_RIG, recordings=1600, seed=0)
    splits: dict[int, set[str]] = {}
    for one in plans:
        splits.setdefault(place_of(one.seed).bench, set()).add(one.split)
    assert sorted(len(found) for found in splits.values()) == [1, 1, 1, 1]
    assert {one.split for one in plans} == {"train", "validation", "test"}


def test_recordings_of_a_folder_say_themselves_what_they_are(tmp_path):
    a_folder_of_recordings(tmp_path, count=2)
    plans = plan(str(tmp_path), recordings=0, seed=1)
    made = [dataset.make_recording(one, Cutting("sidebands", 2, 3.0)) for one in plans]
    assert [(e.motor, e.file, e.label, e.examples) for e, _ in made] == [
        ("m0", "r00.npz", 0, 2),
        ("m1", "r01.npz", 1, 2),
    ]


def test_a_folder_without_recordings_or_truth_is_refused(tmp_path, capsys):
    assert run("--out", tmp_path, "--source", tmp_path) == 2
    recording = a_short_recording(0, motor="m")
    write_recording(tmp_path / "r.npz", replace(recording, meta={"load": 1.0}))
    assert run("--out", tmp_path, "--source", tmp_path) == 2
    said = capsys.readouterr().err
    assert "holds recordings (.npz)" in said
    assert "r.npz: its meta lacks broken_bars, motor_id, nameplate" in said


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
    recording = a_short_recording(2, motor="m")
    streams = [StreamSamples(s, c.T) for s, c in zip(recording.device.streams, recording.counts, strict=True)]
    nameplate = Nameplate.model_validate(recording.meta["nameplate"])
    everything = View(current_phases=3, vibration=True, bars_known=True)
    seen = list(look(streams, nameplate, ImageSpec(), everything, [(0.0, 5.0), (2.0, 2.0), (0.0, 0.2)]))
    assert seen[2] is None
    for one in seen[:2]:
        assert one is not None
        amplitude, phase, one_sided = (
            one.inputs.side[SIDE_INPUTS.index(name)]
            for name in ("amplitude_db_bars", "phase_db_bars", "one_sided")
        )
        # Two lines of (1 +- r) / 2 of their sum have (1 + r^2) / 2 of its square in squares: (A^2 + P^2) / 2.
        squares = (10 ** (4 * amplitude) + 10 ** (4 * phase)) / 2
        bars = np.sqrt(2 * squares / (1 + one_sided**2))
        assert bars == pytest.approx(2.4, abs=0.4)  # two bars side by side show more than twice one
        assert one.inputs.images["current"].shape == (64, 32, 4)


def test_evenly_spaced_windows_reach_to_the_end():
    spans = space_spans(3.0, 20.0, length_s=7.0, count=5)
    assert [start for start, _ in spans] == [3.0, 5.5, 8.0, 10.5, 13.0]
    with pytest.raises(ValueError, match="does not fit"):
        space_spans(3.0, 9.0, length_s=7.0, count=5)


@pytest.mark.parametrize("start_s", [0.0, 0.0631, 1.2345])
def test_streams_cut_in_step_begin_with_a_whole_number_of_decimation_steps(start_s):
    current, vibration = a_recording(scans=100_000)
    streams = [
        replace(current, stream=replace(current.stream, rate_hz=50_000.0)),
        replace(vibration, stream=replace(vibration.stream, rate_hz=7_600.0)),
    ]
    window = cut(streams, start_s, 0.1, in_step=True)
    for stream in window.streams:
        decimator = Decimator(stream.stream.rate_hz)
        assert stream.first_scan % decimator.factor == 0
        assert 0 <= start_s - stream.first_scan / stream.stream.rate_hz < 1.1 / decimator.rate_hz


def test_what_was_decimated_before_changes_no_image():
    recording = a_short_recording(2, motor="m")
    streams = [StreamSamples(s, c.T) for s, c in zip(recording.device.streams, recording.counts, strict=True)]
    nameplate = Nameplate.model_validate(recording.meta["nameplate"])
    everything = View(current_phases=3, vibration=True, bars_known=True)
    spans = space_spans(0.0, 5.0, 4.0, 4)
    together = list(look(streams, nameplate, ImageSpec(), everything, spans))
    apart = [next(look(streams, nameplate, ImageSpec(), everything, [span])) for span in spans]
    for one, other in zip(together, apart, strict=True):
        assert one is not None
        assert other is not None
        np.testing.assert_array_equal(one.inputs.side, other.inputs.side)
        for name, image in one.inputs.images.items():
            np.testing.assert_array_equal(image, other.inputs.images[name])


def test_the_same_task_gives_the_same_shard_and_is_not_made_twice(tmp_path, monkeypatch):
    task = Task(tmp_path / "a.npz", 0, tuple(plan(MOTORS, recordings=4, seed=1)[:2]), DRAWN)
    first = dataset.make_shard(task)
    again = dataset.make_shard(replace(task, path=tmp_path / "b.npz"))
    assert [entry.label in range(len(CLASSES)) for entry in first.entries] == [True, True]
    assert first.file is not None
    assert again.file is not None
    assert first.file.sha256 == again.file.sha256
    monkeypatch.setattr(dataset, "make_recording", lambda *_: pytest.fail("made again"))
    assert dataset.make_shard(task) == first
    (tmp_path / "a.npz").write_bytes(b"torn")
    with pytest.raises(pytest.fail.Exception, match="made again"):
        dataset.make_shard(task)


@pytest.mark.parametrize("torn", [b"", b'{"plans": [{"kin', b'{"of": "another version"}'])
def test_a_shard_whose_note_was_torn_is_made_again(tmp_path, torn):
    (one,) = plan(LAB_RIG, recordings=1, seed=1)
    task = Task(tmp_path / "a.npz", 0, (one,), BRIEF)
    made = dataset.make_shard(task)
    (tmp_path / "a.json").write_bytes(torn)
    assert dataset.make_shard(task) == made


def test_what_was_written_before_survives_a_kill_while_it_is_written_anew(tmp_path, monkeypatch):
    manifest = a_dataset(tmp_path)
    write = Path.write_bytes

    def tear(path, content):
        write(path, content[: len(content) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", tear)
    with pytest.raises(KeyboardInterrupt):
        replace(manifest, seed=7).save(tmp_path)
    assert DatasetManifest.load(tmp_path) == manifest


def test_simulated_shards_of_versions_that_noted_no_hashes_are_kept(tmp_path, monkeypatch):
    task = Task(tmp_path / "a.npz", 0, tuple(plan(LAB_RIG, recordings=1, seed=1)), BRIEF)
    made = dataset.make_shard(task)
    note = json.loads((tmp_path / "a.json").read_text())
    assert [one.pop("file_sha256") for one in note["plans"]] == [""]
    (tmp_path / "a.json").write_text(json.dumps(note))
    monkeypatch.setattr(dataset, "make_recording", lambda *_: pytest.fail("made again"))
    assert dataset.make_shard(task) == made


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
        samples = zip(recording.device.streams, recording.counts, strict=True)
        streams = [StreamSamples(stream, counts.T) for stream, counts in samples]
        assert sum(c.kind is ChannelKind.VIBRATION for s in streams for c in s.stream.channels) == 2
        nameplate = Nameplate.model_validate(recording.meta["nameplate"])
        analysis = Analyser(nameplate, ImageSpec()).analyse(cut(streams, 0.0, 12.0))
        assert analysis.inputs is not None
        results.append(
            (analysis, dataset.make_recording(one, Cutting("sidebands", windows=1, length_s=12.0)))
        )
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
        dataset.make_recording(one, Cutting("sidebands", 1, 99.0))


@pytest.mark.parametrize(("seed", "recordings"), [(20, 10), (1, 70_000)])
def test_a_seed_that_would_reach_those_of_the_tests_is_refused(seed, recordings):
    with pytest.raises(ValueError, match="motors have the seeds 0 to 19, each enough for 62500 recordings"):
        plan(MOTORS, recordings, seed)
    assert {one.split for one in plan(MOTORS, 60, seed=19)} == {"train", "validation", "test"}


def test_negative_seeds_are_refused_for_every_source(tmp_path):
    a_folder_of_recordings(tmp_path, count=1)
    for source in (MOTORS, LAB_RIG, str(tmp_path)):
        with pytest.raises(ValueError, match="the seed is -1"):
            plan(source, recordings=10, seed=-1)


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
    shard = dataset.make_shard(Task(tmp_path / "a.npz", 0, (one,), Cutting("sidebands", 3, 0.3)))
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
    shards = [dataset.make_shard(task) for task in dataset.tasks(here, plans, Cutting("sidebands", 1, 3.0))]
    assert manifest.shards == tuple(shard.file for shard in shards)
    assert manifest.recordings == tuple(entry for shard in shards for entry in shard.entries)
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


def test_all_examples_are_read_in_order(tmp_path):
    manifest = a_dataset(tmp_path)
    examples = load_all(tmp_path, manifest)
    assert len(examples) == manifest.shards[0].examples
    np.testing.assert_array_equal(examples.recording, np.sort(examples.recording))


def test_a_data_set_without_examples_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no examples"):
        load_all(tmp_path, replace(a_dataset(tmp_path), shards=()))


def test_a_changed_shard_is_refused(tmp_path):
    manifest = a_dataset(tmp_path)
    (tmp_path / "shard-0000.npz").write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"shard-0000\.npz"):
        load_split(tmp_path, manifest, "train")


def test_a_manifest_survives_the_disk(tmp_path):
    manifest = replace(a_dataset(tmp_path), seed=7)
    manifest.save(tmp_path)
    assert DatasetManifest.load(tmp_path) == manifest
