"""The reader on real pseudo-terminals: order, loss and return, reasons, overflow, stopping."""

import errno
import os
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st
from pty_line import PtyLine, bytes_in, taken
from serial.tools.list_ports_common import ListPortInfo

from edge_agent.acquire import ports, serial_port
from edge_agent.acquire.byte_queue import MAX_WAITING_BYTES, ByteQueue, PortLost, PortOpened
from edge_agent.acquire.ports import PortInfo
from edge_agent.acquire.serial_port import SerialReader
from edge_agent.supervision import Supervisor, ThreadLostError

BAUD = 921_600


@dataclass
class Reading:
    """A reader at work, and what it hands on."""

    queue: ByteQueue
    reader: SerialReader


@contextmanager
def reading(port: str | Path, baud_rate: int = BAUD) -> Iterator[Reading]:
    queue = ByteQueue()
    reader = SerialReader(str(port), baud_rate, queue)
    reader.start()
    yield Reading(queue, reader)
    reader.stop()


def reason_for(port: str | Path) -> str:
    """Give why a port cannot be read."""
    with reading(port) as at:
        return next(item.reason for item in taken(at.queue, lost) if isinstance(item, PortLost))


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of root, which may open everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def waiting(queue: ByteQueue) -> list[object]:
    """Take all that waits, without when it came."""
    return [item for _, item in queue.take(0, MAX_WAITING_BYTES)]


def opened(items: list[object]) -> bool:
    return any(isinstance(item, PortOpened) for item in items)


def lost(items: list[object]) -> bool:
    return any(isinstance(item, PortLost) for item in items)


def test_bytes_arrive_in_order(line: PtyLine) -> None:
    sent = bytes(n * n % 256 for n in range(100_000))
    with reading(line.link) as at:
        assert taken(at.queue, opened) == [PortOpened(str(line.link))]
        writer = threading.Thread(target=line.write, args=(sent,))
        writer.start()
        items = taken(at.queue, lambda items: len(bytes_in(items)) >= len(sent))
        writer.join()
    assert bytes_in(items) == sent
    assert at.queue.dropped_bytes == 0


def test_every_byte_value_passes_unchanged(line: PtyLine) -> None:
    with reading(line.link) as at:
        taken(at.queue, opened)
        line.write(bytes(range(256)))
        items = taken(at.queue, lambda items: len(bytes_in(items)) >= 256)
    assert bytes_in(items) == bytes(range(256))


def test_a_port_that_vanishes_and_returns_flows_again(line: PtyLine) -> None:
    with reading(line.link) as at:
        for word in (b"before", b"after", b"again"):
            taken(at.queue, opened)
            line.write(word)
            assert bytes_in(taken(at.queue, lambda items: bool(bytes_in(items)))) == word
            line.unplug()
            gone = taken(at.queue, lost)
            assert "unplugged" in gone[0].reason
            line.plug()


def test_a_port_that_appears_late_is_found(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "port")
    with reading(line.link) as at:
        assert "there is no such port" in taken(at.queue, lost)[0].reason
        line.plug()
        assert taken(at.queue, opened) == [PortOpened(str(line.link))]
    line.unplug()


def test_a_device_that_returns_under_another_name_is_found_by_its_serial_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[ListPortInfo] = []
    monkeypatch.setattr(ports.pyserial_ports, "comports", lambda: there)
    first, second = PtyLine(tmp_path / "ttyACM0"), PtyLine(tmp_path / "ttyACM1")

    def plug(line: PtyLine) -> None:
        line.plug()
        known = ListPortInfo(str(line.link))
        known.vid, known.pid, known.serial_number = 0x2E8A, 0x000A, "0001"
        there[:] = [known]

    plug(first)
    with reading(first.link) as at:
        taken(at.queue, opened)
        there.clear()
        first.unplug()
        taken(at.queue, lost)
        plug(second)
        moved = PortOpened(f"{first.link}, now {second.link}")
        assert taken(at.queue, opened)[-1] == moved
        second.write(b"again")
        assert bytes_in(taken(at.queue, lambda items: bool(bytes_in(items)))) == b"again"
        there.clear()
        second.unplug()
        taken(at.queue, lost)
        plug(first)
        assert taken(at.queue, opened)[-1] == PortOpened(str(first.link))
    first.unplug()


def test_the_same_reason_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = threading.Semaphore(0)

    def refuse(port: str, baud_rate: int) -> None:
        attempts.release()
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr(serial_port, "_open", refuse)
    monkeypatch.setattr(serial_port, "_LONGEST_PAUSE_S", 0.001)
    with reading(tmp_path / "port") as at:
        assert all(attempts.acquire(timeout=60) for _ in range(5))
    assert waiting(at.queue) == [PortLost(str(tmp_path / "port"), "another program has it open")]


def test_a_missing_port_names_those_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = PortInfo("/dev/ttyACM0", "/dev/serial/by-id/usb-DAQ", None, None, None, accessible=True)
    monkeypatch.setattr(serial_port, "list_ports", lambda: [known])
    reason = reason_for(tmp_path / "absent")
    assert "there is no such port" in reason
    assert reason.endswith("there are /dev/serial/by-id/usb-DAQ")


def test_a_missing_port_says_where_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial_port, "list_ports", list)
    assert reason_for(tmp_path / "absent").endswith("there is no serial port at all")


def test_a_forbidden_port_says_which_group_may_open_it(line: PtyLine) -> None:
    Path(line.slave_name).chmod(0)
    with as_nobody():
        reason = reason_for(line.slave_name)
    assert "permission denied" in reason
    assert "group dialout" in reason


def test_a_driver_that_the_unit_does_not_allow_is_no_question_of_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(port: str, baud_rate: int) -> None:
        raise serial.SerialException(errno.EPERM, "could not open port: Operation not permitted")

    monkeypatch.setattr(serial_port, "_open", refuse)
    reason = reason_for(tmp_path / "port")
    assert "DeviceAllow=" in reason
    assert "dialout" not in reason


def test_a_port_is_read_by_one_program_at_a_time(line: PtyLine) -> None:
    with reading(line.link) as at:
        taken(at.queue, opened)
        assert reason_for(line.link) == "another program has it open"


def test_a_file_is_not_a_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "not a serial port" in reason_for(tmp_path / "file")


@pytest.mark.parametrize(
    "error", [termios.error(errno.EIO, "input/output error"), ValueError("no such speed")]
)
def test_an_odd_driver_does_not_end_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(port: str, baud_rate: int) -> None:
        raise error

    monkeypatch.setattr(serial_port, "_open", refuse)
    with reading(tmp_path / "port") as at:
        taken(at.queue, lost)
        assert at.reader.watched.failure() is None


@pytest.mark.parametrize("baud_rate", [9600, 250_000, 921_600, 1_234_567, 12_000_000])
def test_a_pty_takes_any_speed(line: PtyLine, baud_rate: int) -> None:
    with reading(line.link, baud_rate) as at:
        assert taken(at.queue, opened) == [PortOpened(str(line.link))]


def test_stopping_wakes_a_reader_of_a_silent_port(line: PtyLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial_port, "_WAIT_S", 3600)
    with reading(line.link) as at:
        taken(at.queue, opened)
    with reading(line.link) as at:
        assert opened(taken(at.queue, bool))


def test_stopping_wakes_a_reader_that_waits_for_its_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_port, "_SHORTEST_PAUSE_S", 3600)
    with reading(tmp_path / "absent") as at:
        taken(at.queue, lost)
    assert not any(thread.name == "reader" for thread in threading.enumerate())


def test_stopping_twice_does_no_harm(line: PtyLine) -> None:
    with reading(line.link) as at:
        at.reader.stop()


def test_a_reader_that_dies_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    died = threading.Event()

    def fail(port: str, baud_rate: int) -> None:
        died.set()
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(serial_port, "_open", fail)
    supervisor = Supervisor()
    with reading(tmp_path / "port") as at:
        assert died.wait(60)
    supervisor.watch(at.reader.watched)
    with pytest.raises(ThreadLostError, match="thread reader died: ZeroDivisionError: a mistake"):
        supervisor.check()


def test_a_full_queue_drops_its_oldest_blocks_and_counts_them() -> None:
    queue = ByteQueue(most_bytes=8)
    for block in (b"aaaa", b"bbbb", b"cccc"):
        queue.put(block)
    assert queue.dropped_bytes == 4
    assert waiting(queue) == [b"bbbb", b"cccc"]


def test_a_full_queue_keeps_what_happened_to_the_port() -> None:
    queue = ByteQueue(most_bytes=4)
    for item in (b"aaaa", PortLost("port", "unplugged"), PortOpened("port"), b"bbbb"):
        queue.put(item)
    assert waiting(queue) == [PortLost("port", "unplugged"), PortOpened("port"), b"bbbb"]


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=40), st.integers(50, 200))
def test_what_is_not_dropped_is_the_end_of_what_was_put(pieces: list[bytes], most_bytes: int) -> None:
    queue = ByteQueue(most_bytes)
    for piece in pieces:
        queue.put(piece)
    kept = bytes_in(waiting(queue))
    assert b"".join(pieces).endswith(kept)
    assert queue.dropped_bytes + len(kept) == sum(map(len, pieces))
