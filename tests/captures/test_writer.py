"""A capture that cannot be written is counted and logged once; nobody waits for a disk."""

import threading
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.captures import store as store_module
from edge_agent.captures.store import CaptureStore
from edge_agent.captures.writer import CaptureCounts, CaptureWriter, Job

PATIENCE_S = 60.0
STREAMS = (Stream(0, 1000.0, (Channel("ia", ChannelKind.CURRENT, "A", 0.01),)),)


def a_recording() -> Recording:
    return Recording("r", Device("d", "", "", STREAMS), (np.zeros((100, 1), np.int16),))


def a_job(number: int) -> Job:
    return Job(f"20260101T{number:06d}.000Z_m_healthy.npz", lambda breathe: a_recording())


def wait_until(counts: CaptureCounts, writer: CaptureWriter) -> None:
    end_s = monotonic() + PATIENCE_S
    while writer.counts != counts:
        assert monotonic() < end_s, writer.counts
        threading.Event().wait(0.01)


@pytest.fixture
def writer(tmp_path: Path):
    made = CaptureWriter(CaptureStore(tmp_path / "captures", 9, 1e9))
    yield made
    made.stop()


def test_what_is_put_is_written(writer: CaptureWriter, tmp_path: Path) -> None:
    writer.thread.start()
    writer.put(a_job(1))
    wait_until(CaptureCounts(1, 0), writer)
    assert [path.name for path in (tmp_path / "captures").iterdir()] == [a_job(1).name]


def test_what_waits_at_the_end_is_written(writer: CaptureWriter) -> None:
    writer.put(a_job(1))
    writer.put(a_job(2))
    writer.thread.start()
    assert writer.stop()
    assert writer.counts == CaptureCounts(2, 0)
    assert writer.thread.watched.failure() is None


def test_too_many_that_wait_fail_rather_than_take_memory(writer: CaptureWriter, caplog) -> None:
    for number in range(5):
        writer.put(a_job(number))
    assert writer.counts == CaptureCounts(0, 3)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "the disk is too slow" in caplog.text


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), MemoryError(), RuntimeError("odd")]
)
def test_a_failure_is_logged_once_until_one_is_written_and_ends_nothing(
    writer: CaptureWriter, monkeypatch: pytest.MonkeyPatch, caplog, error: Exception
) -> None:
    fails = [True, True, False, True]
    write = store_module.write_recording

    def sometimes(path: Path, recording: Recording) -> None:
        if fails.pop(0):
            raise error
        write(path, recording)

    monkeypatch.setattr(store_module, "write_recording", sometimes)
    writer.thread.start()
    for number, counts in enumerate([(0, 1), (0, 2), (1, 2), (1, 3)]):
        writer.put(a_job(number))
        wait_until(CaptureCounts(*counts), writer)
    said = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 2
    assert all("captures_failed in health" in record.getMessage() for record in said)
    assert all(bool(record.exc_info) is isinstance(error, RuntimeError) for record in said)
    assert writer.thread.watched.failure() is None


def test_without_a_folder_it_fails_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    writer = CaptureWriter(CaptureStore(tmp_path / "file" / "captures", 9, 1e9))
    writer.put(a_job(1))
    writer.thread.start()
    assert writer.stop()
    assert writer.counts == CaptureCounts(0, 1)
