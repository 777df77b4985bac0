"""Faults of the port and of what comes from it, each found and named by what it is."""

import fcntl
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doctored import RATE_HZ, a_site, of, playing, recording
from pty_line import PtyLine

from edge_agent.doctor.port import check_port
from edge_agent.doctor.result import Mark, Result


def examined(folder: Path, **sections: str) -> list[Result]:
    return list(check_port(a_site(folder, **sections)))


@contextmanager
def sending(line: PtyLine, data: bytes) -> Iterator[None]:
    """Send the same bytes again and again."""
    stop = threading.Event()
    assert line._master is not None
    os.set_blocking(line._master, False)

    def work() -> None:
        while not stop.wait(0.05):
            try:
                os.write(line._master, data)
            except BlockingIOError:  # nobody reads
                continue

    sender = threading.Thread(target=work)
    sender.start()
    try:
        yield
    finally:
        stop.set()
        sender.join(60)


def test_a_sound_site_is_called_sound(tmp_path: Path) -> None:
    with playing(tmp_path / "port", recording()):
        results = examined(tmp_path)
    assert [result.name for result in results if result.name != "rate"] == [
        "port",
        "samples",
        "channels",
        "plate",
    ]
    assert {result.mark for result in results if result.name != "rate"} == {Mark.OK}, results
    assert of(results, "rate")  # what it is depends on the speed of this machine


def test_no_port(tmp_path: Path) -> None:
    (result,) = examined(tmp_path)
    assert (result.mark, result.name) == (Mark.FAIL, "port")
    assert "there is no such port" in result.what
    assert "there is no serial port" in result.advice or "there are " in result.advice


def test_no_permission(tmp_path: Path, line: PtyLine) -> None:
    Path(line.slave_name).chmod(0)
    root = os.geteuid() == 0
    settings = a_site(tmp_path, acquisition=f"{{port: {line.slave_name}}}")
    if root:
        os.seteuid(65534)
    try:
        (result,) = list(check_port(settings))
    finally:
        if root:
            os.seteuid(0)
    assert (result.mark, result.name) == (Mark.FAIL, "port")
    assert "permission denied" in result.what
    assert "group dialout" in result.advice


def test_a_port_that_another_program_holds(tmp_path: Path, line: PtyLine) -> None:
    with Path(line.slave_name).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (result,) = examined(tmp_path)
    assert (result.mark, result.name) == (Mark.FAIL, "port")
    assert "another program has it open" in result.what


def test_a_silent_device(tmp_path: Path, line: PtyLine) -> None:
    port, samples = examined(tmp_path)
    assert port.mark is Mark.OK
    assert (samples.mark, samples.name) == (Mark.FAIL, "samples")
    assert "not a single byte comes" in samples.what
    assert "power" in samples.advice


def test_a_wrong_driver(tmp_path: Path) -> None:
    with playing(tmp_path / "port", recording(), lines=True):
        _, samples = examined(tmp_path)
    assert (samples.mark, samples.name) == (Mark.FAIL, "samples")
    assert "csv_lines" in samples.line


def test_a_wrong_baud_rate(tmp_path: Path, line: PtyLine) -> None:
    with sending(line, random.Random(3).randbytes(500)):
        _, samples = examined(tmp_path)
    assert (samples.mark, samples.name) == (Mark.FAIL, "samples")
    assert "check acquisition.baud_rate (now 921600)" in samples.advice


def test_a_device_that_sends_at_another_rate_than_it_states(tmp_path: Path) -> None:
    with playing(tmp_path / "port", recording(), speed=0.5):
        results = examined(tmp_path)
    rates = of(results, "rate")
    assert {result.mark for result in rates} == {Mark.FAIL}
    assert f"{RATE_HZ:g} are stated" in rates[0].what
    assert "the rate that the DAQ states" in rates[0].advice


def test_a_wrong_rate_of_lines_is_corrected_in_the_configuration(tmp_path: Path, line: PtyLine) -> None:
    channels = ", ".join(f"{{name: i{p}, kind: current, phase: {p}, unit: A, scale: 0.01}}" for p in "abc")
    with sending(line, b"1,2,3\n2,3,1\n3,1,2\n" * 3):
        results = examined(
            tmp_path,
            acquisition=f"{{port: {line.link}, driver: csv_lines, rate_hz: 250}}",
            channels=f"[{channels}]",
        )
    (rate,) = of(results, "rate")
    assert rate.mark is Mark.FAIL
    assert rate.advice.startswith("set acquisition.rate_hz to the true rate, about ")
