"""Commands to a DAQ on a real pseudo-terminal, and its answers."""

import os
import threading
import tty
from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from edge_agent.acquire import conversation
from edge_agent.acquire.conversation import Exchange, NoAnswerError, hold


def nothing() -> None:
    """Nobody watches."""


class Far:
    """The far end of a line, which answers on a thread of its own until the line is closed."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.heard = b""
        self._answer = answer
        self._master, self.port = os.openpty()
        tty.setraw(self.port)
        os.set_blocking(self.port, False)
        self.wake, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        os.write(self._wake_write, b"\0")

    def close(self) -> None:
        os.close(self.port)
        self._thread.join(10.0)
        for file in (self._master, self.wake, self._wake_write):
            os.close(file)

    def read(self, size: int) -> bytes:
        os.set_blocking(self.port, True)
        return os.read(self.port, size)

    def _serve(self) -> None:
        while True:
            try:
                data = os.read(self._master, 4096)
            except OSError:  # the port is closed
                return
            self.heard += data
            if answer := self._answer(data):
                os.write(self._master, answer)


@pytest.fixture
def far() -> Iterator[Callable[[Callable[[bytes], bytes]], Far]]:
    made: list[Far] = []

    def make(answer: Callable[[bytes], bytes]) -> Far:
        made.append(Far(answer))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_each_command_waits_for_its_answer_and_what_comes_before_is_thrown_away(far) -> None:
    at = far(lambda data: {b"srate 6000\r": b"\x01\x02srate 6000\r", b"start\r": b"SAMPLES"}.get(data, b""))
    hold(
        at.port,
        at.wake,
        beat=nothing,
        exchanges=(Exchange(b"srate 6000\r", b"srate 6000"), Exchange(b"start\r")),
    )
    received = b""
    while not received.endswith(b"SAMPLES"):
        received += at.read(100)
    assert received.removeprefix(b"\r") == b"SAMPLES"
    assert at.heard == b"srate 6000\rstart\r"


def test_old_samples_are_drained_before_the_last_command(far) -> None:
    at = far(lambda data: 500 * b"old" if data == b"STOP\n" else b"new")
    hold(at.port, at.wake, beat=nothing, exchanges=(Exchange(b"STOP\n"), Exchange(b"START\n")))
    assert at.read(3) == b"new"


def test_a_device_that_never_is_quiet_is_started_all_the_same(far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "_PATIENCE_S", 0.3)
    at = far(lambda data: 1000 * b"x")
    hold(at.port, at.wake, beat=nothing, exchanges=(Exchange(b"STOP\n"), Exchange(b"START\n")))
    while not at.heard.endswith(b"START\n"):
        at.read(1)


def test_a_wrong_answer_is_told_with_what_was_expected(far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "_PATIENCE_S", 0.3)
    at = far(lambda data: b"what?\r")
    with pytest.raises(
        NoAnswerError, match=r"the DAQ answered 'what\?.*' to 'encode 0', expected 'encode 0'"
    ):
        hold(at.port, at.wake, beat=nothing, exchanges=(Exchange(b"encode 0\r", b"encode 0"),))


def test_no_answer_is_told(far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "_PATIENCE_S", 0.2)
    at = far(lambda data: b"")
    with pytest.raises(NoAnswerError, match="the DAQ answered nothing to 'encode 0'"):
        hold(at.port, at.wake, beat=nothing, exchanges=(Exchange(b"encode 0\r", b"encode 0"),))


def test_a_stop_ends_the_wait_for_an_answer(far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "_PATIENCE_S", 60.0)
    at = far(lambda data: b"")
    at.stop()
    began_s = monotonic()
    hold(at.port, at.wake, beat=nothing, exchanges=(Exchange(b"encode 0\r", b"encode 0"),))
    assert monotonic() - began_s < 60.0


def test_a_long_conversation_is_no_stall(far) -> None:
    beats = []
    at = far(lambda data: data)
    exchanges = [Exchange(b"%d\r" % n, b"%d" % n) for n in range(5)]
    hold(at.port, at.wake, exchanges, lambda: beats.append(1))
    assert len(beats) == 5


def test_a_device_that_is_gone_is_an_error(far) -> None:
    master, port = os.openpty()
    tty.setraw(port)
    os.close(master)
    at = far(lambda data: b"")
    with pytest.raises(OSError, match=r"error|gone"):
        hold(port, at.wake, beat=nothing, exchanges=(Exchange(b"encode 0\r", b"encode 0"),))
    os.close(port)
