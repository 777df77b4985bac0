"""The virtual DAQ as a process: `edge-calibrate simulate --serial`."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import serial
from played import PATIENCE_S, a_device, assert_every_sample, expected_counts, heard, open_link, read_until

from calibration.cli import main
from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Device


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
