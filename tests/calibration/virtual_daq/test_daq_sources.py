"""What the virtual DAQ plays, and as lines of text."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from played import RampSource, a_device, expected_counts, open_link, read_until

from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.encoders import CsvLines
from calibration.virtual_daq.errors import DaqError
from calibration.virtual_daq.pty_port import PtyPort
from calibration.virtual_daq.sources import OneTable, RecordingSource
from edge_agent.acquire.recordings import Recording


@contextmanager
def in_background(daq: VirtualDaq, port: PtyPort) -> Iterator[threading.Event]:
    """Let the DAQ run beside the test; gives the event of its being over."""
    over = threading.Event()

    def run() -> None:
        daq.run([])
        over.set()
        port.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield over
    finally:
        daq.stop()
        thread.join()


def test_csv_lines_hold_all_channels_behind_the_index(tmp_path: Path) -> None:
    device = a_device(rate_hz=1000.0, vibration_hz=1000.0)
    source = OneTable(RampSource(device, length_s=2.5))
    port = PtyPort(tmp_path / "port")
    daq = VirtualDaq(source, CsvLines(source.device), port, 128, speed=10.0)
    port.open()
    with in_background(daq, port) as over:
        file = open_link(port.link)
        lines = read_until(file, lambda _: over.is_set()).decode().splitlines()
        os.close(file)
    told = [json.loads(line.removeprefix("# ")) for line in lines if line.startswith("#")]
    rows = np.array([[int(n) for n in line.split(",")] for line in lines if not line.startswith("#")])
    assert lines[0].startswith("# ")
    assert len(told) == 3
    assert told[0]["index"] is True
    assert [c["name"] for c in told[0]["streams"][0]["channels"]] == ["ia", "ib", "ic", "vib"]
    assert np.array_equal(rows[:, 0], np.arange(2500))
    assert np.array_equal(rows[:, 1:4], expected_counts(0, 3, 0, 2500))
    assert np.array_equal(rows[:, 4:], expected_counts(1, 1, 0, 2500))


def test_csv_refuses_streams_of_different_rates() -> None:
    with pytest.raises(DaqError, match="500 and 10000 Hz"):
        OneTable(RampSource(a_device(vibration_hz=500.0)))


def test_a_recording_in_a_loop_has_no_end_and_one_index() -> None:
    counts = np.arange(30, dtype=np.int16)[:, None]
    device = a_device(rate_hz=100.0, currents="a")
    source = RecordingSource(Recording("r", device, (counts,)), loop=True)
    blocks = [block for _ in range(10) for block in source.advance(0.07)]
    assert not source.finished
    assert [b.first_scan for b in blocks] == list(range(0, 70, 7))
    assert np.array_equal(np.concatenate([b.counts[:, 0] for b in blocks]), np.arange(70) % 30)
