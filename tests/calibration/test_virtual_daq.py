"""The virtual DAQ: what a program that opens its port reads."""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import serial

from calibration.cli import main
from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.encoders import BlockFrames, CsvLines
from calibration.virtual_daq.errors import DaqError
from calibration.virtual_daq.instructions import Instructions
from calibration.virtual_daq.pty_port import FIFO_BYTES, PtyPort
from calibration.virtual_daq.sources import OneTable, RecordingSource
from edge_agent.acquire import cobs
from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream

PATIENCE_S = 20.0
KERNEL_S = 0.1


class Frame(NamedTuple):
    """A data frame, decoded by what the wire format says and nothing else."""

    stream: int
    sequence: int
    first_scan: int
    rate_hz: float
    flags: int
    counts: np.ndarray


class Heard(NamedTuple):
    """Everything in a stretch of bytes."""

    frames: list[Frame]
    descriptions: list[dict]
    damaged: int

    def counts(self, stream: int) -> np.ndarray:
        return np.concatenate([f.counts for f in self.frames if f.stream == stream])

    def sequences(self, stream: int = 0) -> list[int]:
        return [f.sequence for f in self.frames if f.stream == stream]


def heard(received: bytes) -> Heard:
    """Decode what was received; what follows the last delimiter is ignored."""
    result = Heard([], [], 0)
    damaged = 0
    for encoded in received.split(b"\0")[:-1]:
        try:
            frame = cobs.decode(encoded) if encoded else b""
        except cobs.CobsError:
            frame = b"damaged"
        if not frame:
            continue
        if zlib.crc32(frame[:-4]) != int.from_bytes(frame[-4:], "little"):
            damaged += 1
            continue
        version, kind, stream, channels, scans, flags, sequence, first, mhz = struct.unpack_from(
            "<BBBBHHIQI", frame
        )
        assert version == 1
        if kind == 1:
            result.descriptions.append(json.loads(frame[24:-4]))
            continue
        counts = np.frombuffer(frame[24:-4], "<i2").reshape(scans, channels)
        result.frames.append(Frame(stream, sequence, first, mhz / 1000, flags, counts))
    return result._replace(damaged=damaged)


def a_current(name: str = "ia") -> Channel:
    return Channel(name, ChannelKind.CURRENT, "A", 0.01, phase=name[-1])


def a_device(rate_hz: float = 10_000.0, currents: str = "abc", vibration_hz: float | None = None) -> Device:
    streams = [Stream(0, rate_hz, tuple(a_current(f"i{p}") for p in currents))]
    if vibration_hz is not None:
        streams.append(Stream(1, vibration_hz, (Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.1),)))
    return Device("test rig", "7", "1.0", tuple(streams))


def expected_counts(stream: int, channels: int, first: int, until: int) -> np.ndarray:
    """What `RampSource` gives: every scan tells its index."""
    scans = np.arange(first, until)[:, None]
    return ((scans * 7 + np.arange(channels) * 1000 + stream * 100) % 30_000 - 15_000).astype(np.int16)


class RampSource:
    """A source of numbers that tell where they belong."""

    def __init__(self, device: Device, length_s: float = 1e9) -> None:
        self.device = device
        self.broken_bars = 0
        self.elapsed_s = 0.0
        self._length_s = length_s
        self._next = dict.fromkeys((s.number for s in device.streams), 0)

    @property
    def finished(self) -> bool:
        return self.elapsed_s >= self._length_s

    def advance(self, duration_s: float) -> list[SampleBlock]:
        self.elapsed_s = min(self.elapsed_s + duration_s, self._length_s)
        blocks = []
        for stream in self.device.streams:
            first, until = self._next[stream.number], int(self.elapsed_s * stream.rate_hz + 1e-6)
            self._next[stream.number] = until
            counts = expected_counts(stream.number, len(stream.channels), first, until)
            blocks.append(SampleBlock(stream.number, first, counts))
        return [block for block in blocks if block.counts.size]

    def break_bars(self, count: int) -> None:
        if count > 4:
            raise DaqError("too many")
        self.broken_bars = count


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


def open_link(link: Path) -> int:
    return os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


def all_there(file: int, patience_s: float) -> bytes:
    """Read until nothing comes for `patience_s`; the kernel hands over what was written after a moment."""
    received = b""
    while select.select([file], [], [], patience_s)[0]:
        received += os.read(file, 65_536)
    return received


def read_until(file: int, enough: Callable[[bytes], bool]) -> bytes:
    """Read until there is enough, or the other end is closed."""
    received = b""
    deadline = time.monotonic() + PATIENCE_S
    while not enough(received):
        readable, _, _ = select.select([file], [], [], deadline - time.monotonic())
        assert readable, f"nothing more came after {len(received)} bytes"
        try:
            piece = os.read(file, 65_536)
        except OSError:
            piece = b""
        if not piece:
            break
        received += piece
    return received


def assert_every_sample(received: bytes, device: Device, seconds: float) -> None:
    said = heard(received)
    assert said.damaged == 0
    for stream in device.streams:
        scans = int(stream.rate_hz * seconds)
        expected = expected_counts(stream.number, len(stream.channels), 0, scans)
        assert np.array_equal(said.counts(stream.number), expected)


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


def test_a_recording_in_a_loop_has_no_end_and_one_index() -> None:
    counts = np.arange(30, dtype=np.int16)[:, None]
    device = a_device(rate_hz=100.0, currents="a")
    source = RecordingSource(Recording("r", device, (counts,)), loop=True)
    blocks = [block for _ in range(10) for block in source.advance(0.07)]
    assert not source.finished
    assert [b.first_scan for b in blocks] == list(range(0, 70, 7))
    assert np.array_equal(np.concatenate([b.counts[:, 0] for b in blocks]), np.arange(70) % 30)


class Process:
    """`edge-calibrate simulate --serial` as a process of its own."""

    def __init__(self, folder: Path, *options: str, stdin: int = subprocess.DEVNULL) -> None:
        self.link = folder / "port"
        self.control = folder / "control"
        places = ["--link", str(self.link), "--control", str(self.control)]
        command = [sys.executable, "-m", "calibration.cli", "simulate", "--serial", *places, *options]
        self._process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.log = self._process.stderr
        assert self._process.stdout.readline().strip() == str(self.link), self.log.read()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ask(self, *lines: str) -> list[str]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(str(self.control))
            connection.sendall("".join(f"{line}\n" for line in lines).encode())
            answers = connection.makefile()
            return [answers.readline().strip() for _ in lines]

    def wait(self) -> int:
        return self._process.wait(PATIENCE_S)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def a_recording(folder: Path, seconds: float = 3.0) -> tuple[Path, Device]:
    device = a_device(rate_hz=5000.0, vibration_hz=2000.0)
    counts = tuple(
        expected_counts(s.number, len(s.channels), 0, int(seconds * s.rate_hz)) for s in device.streams
    )
    path = folder / "recording.npz"
    write_recording(path, Recording("recording", device, counts))
    return path, device


def test_pyserial_reads_a_recording_whole_and_then_the_port_is_gone(tmp_path: Path) -> None:
    path, device = a_recording(tmp_path)
    with Process(tmp_path, "--play", str(path), "--speed", "5") as process:
        received = b""
        with serial.Serial(str(process.link), timeout=PATIENCE_S) as port:
            try:
                while piece := port.read(max(1, port.in_waiting)):
                    received += piece
            except (OSError, serial.SerialException):
                pass  # the end: the port has been pulled out
        assert process.wait() == 0
        assert_every_sample(received, device, 3.0)
        assert not process.link.is_symlink()
        assert not process.control.exists()


def test_answers_on_the_control_socket_and_ends_on_quit(tmp_path: Path) -> None:
    path, _ = a_recording(tmp_path)
    with Process(tmp_path, "--play", str(path), "--loop") as process:
        file = open_link(process.link)
        assert len(heard(read_until(file, lambda got: len(got) > 2000)).frames) > 0
        answers = process.ask("drop", "break 1", "nonsense")
        assert [a.split(":")[0] for a in answers] == ["ok", "error", "error"]
        assert process.ask("close 0") == ["ok"]
        read_until(file, lambda _: False)
        os.close(file)
        assert process.ask("quit") == ["ok"]
        assert process.wait() == 0
        assert not process.link.is_symlink()


def test_breaks_bars_of_the_running_motor_by_key_signal_and_socket(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    keyboard, terminal = os.openpty()
    with Process(tmp_path, "--broken-bars", "0", "--rate", "2000", stdin=terminal) as process:
        file = open_link(process.link)
        first = heard(read_until(file, lambda got: len(heard(got).frames) > 4))
        assert {c["kind"] for s in first.descriptions[0]["streams"] for c in s["channels"]} == {
            "current",
            "vibration",
        }
        assert np.abs(first.counts(0)).max() > 100
        os.write(keyboard, b"x2")
        assert "break 2: ok" in process.log.readline()
        process.send(signal.SIGUSR1)
        assert "break +1: ok" in process.log.readline()
        assert process.ask("break 1") == ["ok"]
        process.send(signal.SIGTERM)
        assert process.wait() == 0
        assert not process.link.is_symlink()
        os.close(file)
    os.close(keyboard)
    os.close(terminal)


def test_refuses_a_line_too_slow_for_the_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = a_recording(tmp_path)
    options = ["--serial", "--link", str(tmp_path / "port"), "--play", str(path), "--baud", "115200"]
    assert main(["simulate", *options]) == 2
    assert "--baud 115200 carries 11520 bytes/s, but the samples take up to 3" in capsys.readouterr().err
    assert not (tmp_path / "port").exists()


def test_never_puts_its_link_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("precious")
    with pytest.raises(DaqError, match="no link"):
        PtyPort(tmp_path / "port")
