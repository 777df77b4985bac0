"""`edge-agent guess` on real pseudo-terminals: what a port sends becomes a proposal."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from pty_line import PtyLine
from unknown_lines import RATE_HZ, counts

from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.encoders import CsvLines
from calibration.virtual_daq.pty_port import PtyPort
from calibration.virtual_daq.sources import RecordingSource
from edge_agent import cli
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream


@contextmanager
def sending(line: PtyLine) -> Iterator[None]:
    """Write lines as an Arduino does: a header at its start, microseconds, raw counts; until the end."""
    over = threading.Event()
    table = counts(1.0)

    def write() -> None:
        line.write(b"t_us;A0;A1;A2;A3\r\n")
        began_s, sent = time.monotonic(), 0
        rows = cycle(table.tolist())
        while not over.is_set():
            due = int((time.monotonic() - began_s) * RATE_HZ)
            text = [
                f"{500 * number};" + ";".join(f"{value:.0f}" for value in row)
                for number, row in zip(range(sent, due), rows, strict=False)
            ]
            sent = max(sent, due)
            line.write("".join(f"{each}\r\n" for each in text).encode())
            over.wait(0.02)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(10.0)


def test_lines_of_an_arduino_become_yaml(line: PtyLine, capsys: pytest.CaptureFixture[str]) -> None:
    with sending(line):
        assert cli.main(["guess", str(line.link), "--seconds", "3"]) == 0
    said = capsys.readouterr().out
    assert "acquisition:\n  driver: csv_lines\n" in said
    assert f"  port: {line.link}\n" in said
    assert "columns: [" in said
    for phase in "abc":
        assert f"kind: current, phase: {phase}, unit: A, scale: <A per count>" in said
    assert "kind: vibration, unit: m/s2" in said
    assert "# What cannot be seen:" in said


def test_the_virtual_daq_describes_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    channel = Channel("ia", ChannelKind.CURRENT, "A", 0.01, phase="a")
    device = Device("daq", "1", "", (Stream(0, RATE_HZ, (channel,)),))
    table = counts(1.0)[:, :1].astype("int16")
    source = RecordingSource(Recording("ia", device, (table,)), loop=True)
    port = PtyPort(tmp_path / "port")
    daq = VirtualDaq(source, CsvLines(device), port, 128, speed=1.0)
    port.open()
    thread = threading.Thread(target=daq.run, args=([],), daemon=True)
    thread.start()
    try:
        assert cli.main(["guess", str(port.link), "--seconds", "2"]) == 0
    finally:
        daq.stop()
        thread.join(10.0)
        port.close()
    assert "describe themselves: ia at 2000 scans a second" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["guess"], ["listen", "--guess"]])
def test_a_silent_port_is_told(line: PtyLine, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*command, str(line.link), "--seconds", "1"]) == 1
    assert "# - nothing came" in capsys.readouterr().out


def test_a_port_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["guess", str(tmp_path / "none")]) == 1
    assert "there is no such port" in capsys.readouterr().err


def test_a_time_that_makes_no_sense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["guess", "/dev/ttyACM0", "--seconds", "0"])
    assert "0 is not 1 to 60" in capsys.readouterr().err
