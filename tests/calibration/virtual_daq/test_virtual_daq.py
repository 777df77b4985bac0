"""The virtual DAQ, its clock turned by hand: what a program that opens its port reads."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from played import (
    RampSource,
    a_device,
    all_there,
    assert_every_sample,
    heard,
    open_link,
)

from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.encoders import BlockFrames
from calibration.virtual_daq.errors import DaqError
from calibration.virtual_daq.instructions import Instructions
from calibration.virtual_daq.pty_port import FIFO_BYTES, PtyPort

KERNEL_S = 0.1


class Bench:
    """A virtual DAQ whose clock is turned by hand, and a listener."""

    def __init__(self, folder: Path, source: RampSource, bytes_per_s: float | None = None) -> None:
        self.source = source
        self.port = PtyPort(folder / "port", bytes_per_s)
        self.daq = VirtualDaq(source, BlockFrames(source.device), self.port, 128, speed=1.0)
        self.obey = Instructions(self.daq).obey
        self.now_s = time.monotonic()
        self.port.open()
        self.file = -1

    def open(self) -> None:
        self.file = open_link(self.port.link)

    def close(self) -> None:
        os.close(self.file)
        self.file = -1

    def run(self, duration_s: float, *, read: bool = True) -> bytes:
        """Let time pass in ticks; give what the listener read meanwhile."""
        received = b""
        for _ in range(round(duration_s / 0.01)):
            self.now_s += 0.01
            self.daq.step(self.now_s)
            if read and self.file >= 0:
                received += all_there(self.file, 0.0)
        if read and self.file >= 0:
            received += all_there(self.file, KERNEL_S)
        return received

    def start(self) -> None:
        """Open the port and let scan 0 come."""
        self.open()
        self.run(0.21)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(source: RampSource | None = None, bytes_per_s: float | None = None) -> Bench:
        made.append(Bench(tmp_path, source or RampSource(a_device()), bytes_per_s))
        return made[-1]

    yield make
    for each in made:
        each.port.close()
        if each.file >= 0:
            each.close()


def test_waits_for_a_listener_and_then_begins_with_the_first_scan(bench: Callable[..., Bench]) -> None:
    rig = bench()
    rig.run(5.0)
    assert rig.source.elapsed_s == 0.0
    rig.start()
    frames = heard(rig.run(1.0)).frames
    assert frames[0].first_scan == 0
    assert rig.source.elapsed_s > 0.9


def test_a_listener_that_reads_gets_every_sample_in_frames_of_128_scans(
    bench: Callable[..., Bench],
) -> None:
    device = a_device(vibration_hz=7680.0)
    rig = bench(RampSource(device, length_s=2.0))
    rig.start()
    received = rig.run(2.3)
    assert_every_sample(received, device, 2.0)
    said = heard(received)
    assert said.sequences(0) == list(range(157))
    assert said.sequences(1) == list(range(120))
    assert [len(f.counts) for f in said.frames if f.stream == 0] == [128] * 156 + [20_000 - 156 * 128]
    assert {f.rate_hz for f in said.frames if f.stream == 1} == {7680.0}


def test_describes_itself_at_start_and_every_second(bench: Callable[..., Bench]) -> None:
    rig = bench(RampSource(a_device(vibration_hz=500.0)))
    rig.start()
    said = heard(rig.run(3.5)).descriptions
    assert len(said) == 4
    assert said[0]["name"] == "test rig"
    assert [stream["rate_hz"] for stream in said[0]["streams"]] == [10_000.0, 500.0]


def test_the_index_runs_on_while_nobody_listens(bench: Callable[..., Bench]) -> None:
    rig = bench()
    rig.start()
    before = heard(rig.run(1.0)).frames
    rig.close()
    rig.run(2.0)
    rig.open()
    after = heard(rig.run(1.0)).frames
    skipped = after[0].first_scan - (before[-1].first_scan + 128)
    assert skipped == pytest.approx(20_000, abs=500)
    assert skipped == 128 * (after[0].sequence - before[-1].sequence - 1)
    assert after[0].flags == 0


def test_a_listener_that_does_not_read_loses_whole_frames_and_is_told(bench: Callable[..., Bench]) -> None:
    rig = bench()
    rig.start()
    lazy_s = 3 * FIFO_BYTES / 60_000
    rig.run(lazy_s, read=False)
    assert rig.source.elapsed_s == pytest.approx(lazy_s, abs=0.1)
    said = heard(rig.run(2.0))
    assert said.damaged == 0
    lost = np.diff(said.sequences()) - 1
    assert lost.sum() == rig.daq.batches["dropped"] > 100
    assert [f.flags & 2 for f in said.frames[1:]] == [2 * (n > 0) for n in lost.tolist()]


def test_a_slow_line_is_never_faster_than_its_baud_rate(bench: Callable[..., Bench]) -> None:
    rig = bench(RampSource(a_device(rate_hz=1000.0)), bytes_per_s=8000.0)
    rig.start()
    for ask in ("noise 4000", "noise 4000"):
        assert rig.obey(ask) == "ok"
    started_s, received = rig.now_s, 0
    for _ in range(20):
        received += len(rig.run(0.1))
        assert received <= 8000.0 * (rig.now_s - started_s) + 400.0
    assert received > 14_000


@pytest.mark.parametrize(
    ("instruction", "sequences", "damaged"),
    [
        ("drop", [0, 1, 3, 4, 5], 0),
        ("repeat", [0, 1, 2, 2, 3, 4, 5], 0),
        ("reorder", [0, 1, 3, 2, 4, 5], 0),
    ],
)
def test_harms_the_next_frame_as_told(
    bench: Callable[..., Bench], instruction: str, sequences: list[int], damaged: int
) -> None:
    rig = bench(RampSource(a_device(rate_hz=1280.0)))
    rig.start()
    received = rig.run(0.24)
    assert rig.obey(instruction) == "ok"
    said = heard(received + rig.run(0.4))
    assert said.sequences() == sequences
    assert said.damaged == damaged


def test_a_flipped_bit_harms_one_frame_alone(bench: Callable[..., Bench]) -> None:
    rig = bench(RampSource(a_device(rate_hz=1280.0)))
    rig.start()
    for _ in range(20):
        assert rig.obey("flip") == "ok"
    said = heard(rig.run(3.05))
    assert said.sequences() == list(range(20, 30))
    assert said.damaged >= 20


def test_noise_costs_no_more_than_the_frame_that_it_touches(bench: Callable[..., Bench]) -> None:
    rig = bench(RampSource(a_device(rate_hz=1280.0)))
    rig.start()
    before = rig.run(1.05)
    assert rig.obey("noise 500") == "ok"
    noisy, quiet = rig.run(1.0), rig.run(1.0)
    assert len(noisy) == pytest.approx(len(quiet) + 500, abs=50)
    said = heard(before + noisy + quiet)
    assert set(range(30)) - set(said.sequences()) <= {10}


def test_breaks_as_many_bars_as_it_is_told(bench: Callable[..., Bench]) -> None:
    rig = bench()
    assert rig.obey("break 2") == "ok"
    assert rig.obey("break +1") == "ok"
    assert rig.source.broken_bars == 3
    assert rig.obey("break 9") == "error: too many"


@pytest.mark.parametrize("line", ["", "smash", "break", "break x", "noise -1", "noise nan", "close 1e99"])
def test_says_what_it_does_not_understand(bench: Callable[..., Bench], line: str) -> None:
    assert bench().obey(line).startswith("error: ")


def test_the_port_vanishes_and_returns_under_the_same_link(bench: Callable[..., Bench]) -> None:
    rig = bench()
    rig.start()
    before = heard(rig.run(1.0)).frames
    pty = rig.port.link.readlink()
    assert rig.obey("close 2") == "ok"
    assert not rig.port.link.is_symlink()
    with pytest.raises(OSError, match="Input/output error"):
        os.write(rig.file, b"x")
    rig.file, gone = -1, rig.file
    rig.run(2.05)
    assert rig.port.link.readlink() != pty  # the old one is still held by the listener
    os.close(gone)
    rig.open()
    said = heard(rig.run(1.5))
    assert said.damaged == 0
    assert said.descriptions
    assert said.frames[0].first_scan - before[-1].first_scan == pytest.approx(20_500, abs=600)


def test_never_puts_its_link_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("precious")
    with pytest.raises(DaqError, match="is not a link"):
        PtyPort(tmp_path / "port")
