from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_dataset import a_dataset, an_entry, some_examples

from calibration.learning.data.examples import (
    DatasetManifest,
    file_sha256,
    load_all,
    load_shard,
    save_shard,
)
from calibration.learning.data.protocols import folds


def test_shards_survive_the_disk(tmp_path):
    examples = some_examples([an_entry(i, i, i) for i in range(5)])
    entry = save_shard(tmp_path / "shard.npz", examples)
    read = load_shard(tmp_path / "shard.npz")
    assert entry.examples == len(read) == 20
    assert entry.sha256 == file_sha256(tmp_path / "shard.npz")
    np.testing.assert_array_equal(read.images["current"], examples.images["current"])
    np.testing.assert_array_equal(read.side, examples.side)


def test_splits_are_taken_apart(tmp_path):
    a_dataset(tmp_path)
    manifest = DatasetManifest.load(tmp_path)
    examples = load_all(tmp_path, manifest)
    (fold,) = folds("leave_one_motor_out", manifest.recordings, examples, manifest.seed)
    for split, part in (("train", fold.train), ("validation", fold.validation), ("test", fold.test)):
        assert {manifest.recordings[i].split for i in examples.take(part).recording} == {split}


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
        load_all(tmp_path, manifest)


def test_a_manifest_survives_the_disk(tmp_path):
    manifest = replace(a_dataset(tmp_path), seed=7)
    manifest.save(tmp_path)
    assert DatasetManifest.load(tmp_path) == manifest


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
