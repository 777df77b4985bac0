"""The folder never holds more captures than it may, and none that is half written."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.captures import store as store_module
from edge_agent.captures.store import CaptureStore, size_of, write_whole

STREAMS = (Stream(0, 1000.0, (Channel("ia", ChannelKind.CURRENT, "A", 0.01),)),)


def a_recording(scans: int = 1000) -> Recording:
    return Recording("r", Device("d", "", "", STREAMS), (np.zeros((scans, 1), np.int16),))


def a_name(number: int) -> str:
    return f"20260101T{number:06d}.000Z_m_healthy.npz"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_flood_stays_within_the_number_and_the_oldest_goes_first(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path / "captures", 3, 1e9)
    for number in range(12):
        path = store.write(a_name(number), a_recording())
        os.utime(path, ns=(number, number))
        assert len(names_in(tmp_path / "captures")) <= 3
    assert names_in(tmp_path / "captures") == [a_name(number) for number in (9, 10, 11)]


def test_a_flood_stays_within_the_bytes(tmp_path: Path) -> None:
    limit = 2.5 * size_of(a_recording(200_000))
    store = CaptureStore(tmp_path, 100, limit)
    for number in range(9):
        store.write(a_name(number), a_recording(200_000))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= limit
    assert a_name(8) in names_in(tmp_path)


def test_the_size_is_known_before(tmp_path: Path) -> None:
    path = CaptureStore(tmp_path, 9, 1e9).write(a_name(1), a_recording(500_000))
    assert path.stat().st_size <= size_of(a_recording(500_000)) < 1.3 * path.stat().st_size


def test_a_capture_with_an_older_date_than_the_others_is_kept_too(tmp_path: Path) -> None:
    """A computer without a battery for its clock may begin in the past."""
    store = CaptureStore(tmp_path, 2, 1e9)
    for number in (5, 6, 1):
        store.write(a_name(number), a_recording())
    assert a_name(1) in names_in(tmp_path)


def test_files_that_are_no_captures_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.npz").write_bytes(b"mine")
    store = CaptureStore(tmp_path, 1, 1e9)
    for number in range(3):
        store.write(a_name(number), a_recording())
    assert names_in(tmp_path) == [a_name(2), "mine.npz"]


def test_what_is_larger_than_all_may_be_is_refused_and_costs_no_other(tmp_path: Path) -> None:
    store = CaptureStore(tmp_path, 9, 1e6)
    store.write(a_name(1), a_recording())
    with pytest.raises(OSError, match=r"it has 4\.2 MB.*captures\.max_mb 1"):
        store.write(a_name(2), a_recording(2_000_000))
    assert names_in(tmp_path) == [a_name(1)]


def test_half_a_file_of_a_power_cut_is_removed_at_the_start(tmp_path: Path) -> None:
    (tmp_path / f"{a_name(1)}.part").write_bytes(b"half")
    CaptureStore(tmp_path, 9, 1e9).clean()
    assert names_in(tmp_path) == []
    CaptureStore(tmp_path / "not there", 9, 1e9).clean()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, recording: Recording) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module, "write_recording", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a.npz", a_recording())
    assert names_in(tmp_path) == []


def test_what_is_written_is_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.npz", a_recording())
    assert names_in(tmp_path) == ["a.npz"]
    assert len(read_recording(tmp_path / "a.npz").counts[0]) == 1000


def test_the_name_of_a_capture_is_on_the_medium_when_it_is_said_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    path = tmp_path / "c.npz"
    monkeypatch.setattr(
        store_module, "sync_folder", lambda folder: synced.append(folder == tmp_path and path.exists())
    )
    write_whole(path, a_recording())
    assert synced == [True]
