"""Commands to a DAQ that sends only when it is told to, and its answers."""

import os
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_agent.acquire.drivers.line_styles import show

_PATIENCE_S = 1.0
"""Longest wait for an answer, for a line that takes a command, or for silence, s: judgement, far above what a
microcontroller needs, and below the 2 s in which the reader must stop."""
_QUIET_S = 0.05
"""A DAQ that sent nothing for so long has carried out its command, s: judgement."""
_READ_BYTES = 4096
"""A page of memory; the rest comes with the next read."""
_SHOWN_BYTES = 40
"""Bytes of a wrong answer that a message shows: judgement, a line."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command, and what must come back."""

    send: bytes
    """The command, with its end of line."""
    answer: bytes = b""
    """What the DAQ answers, among other bytes; empty if no answer is awaited."""


class NoAnswerError(OSError):
    """The DAQ does not answer as it should; the message says what came, and what to do."""


def hold(port: int, wake: int, exchanges: Sequence[Exchange], beat: Callable[[], None]) -> None:
    """Carry out exchanges on an open port, one after the other; call `beat` before each.

    What comes before the last command was sent belongs to no sample: it is thrown away. Returns early once
    `wake` can be read: the program stops. Raises NoAnswerError for a missing answer, OSError for a lost port.
    """
    for number, exchange in enumerate(exchanges):
        beat()
        _write(port, exchange.send)
        if exchange.answer:
            _await(port, wake, exchange)
        elif number < len(exchanges) - 1:
            _drain(port, wake)


def _write(port: int, data: bytes) -> None:
    poller = select.poll()
    poller.register(port, select.POLLOUT)
    end_s = time.monotonic() + _PATIENCE_S
    while data:
        left_s = end_s - time.monotonic()
        if left_s <= 0 or not poller.poll(1000 * left_s):
            raise NoAnswerError(f"the DAQ takes no commands: {show(data)} could not be sent; plug it in anew")
        try:
            data = data[os.write(port, data) :]
        except BlockingIOError:
            continue


def _await(port: int, wake: int, exchange: Exchange) -> None:
    came, end_s = b"", time.monotonic() + _PATIENCE_S
    while exchange.answer not in came:
        data = _read(port, wake, end_s - time.monotonic())
        if data is None:
            return
        if not data and time.monotonic() >= end_s:
            said = f"answered {show(came[-_SHOWN_BYTES:])}" if came else "answered nothing"
            raise NoAnswerError(
                f"the DAQ {said} to {show(exchange.send.strip())}, expected {show(exchange.answer)}; check "
                "acquisition.driver and port, and that the device is in the mode that its manual calls CDC"
            )
        came += data


def _drain(port: int, wake: int) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s and _read(port, wake, _QUIET_S):
        pass


def _read(port: int, wake: int, wait_s: float) -> bytes | None:
    """Return what has come after at most `wait_s`, b"" for nothing; None if the program stops."""
    poller = select.poll()
    poller.register(port, select.POLLIN)
    poller.register(wake, select.POLLIN)
    ready = dict(poller.poll(max(0.0, 1000 * wait_s)))
    if wake in ready:
        return None
    if port not in ready:
        return b""
    try:
        data = os.read(port, _READ_BYTES)
    except BlockingIOError:
        return b""
    if not data:
        raise OSError("the port is ready, but without data: the device is gone")
    return data
