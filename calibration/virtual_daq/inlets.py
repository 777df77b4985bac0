"""Sources of instructions: a control socket, the keyboard, signals."""

import os
import signal
import socket
import sys
import termios
import tty
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from calibration.virtual_daq.errors import DaqError

Obey = Callable[[str], str]
"""Carries out a line and returns the answer."""
_MAX_LINE_BYTES = 1024
"""Judgement: far above any instruction; who sends more does not speak this protocol."""
_READ_BYTES = 4096
"""A page of memory; the rest comes with the next call."""
_LINE_OF_SIGNAL = {signal.SIGUSR1: "break +1", signal.SIGTERM: "quit", signal.SIGINT: "quit"}


class Inlet(Protocol):
    """A source of instructions."""

    def files(self) -> list[int]:
        """Return the file descriptors to watch for input."""

    def serve(self, ready: Collection[int]) -> None:
        """Read from its own descriptors among `ready`, and obey."""

    def close(self) -> None:
        """Restore what it changed."""


class ControlSocket:
    """A Unix socket: one instruction a line, one answer a line."""

    def __init__(self, path: Path, obey: Obey) -> None:
        self._path = path
        self._obey = obey
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.setblocking(False)
        self._begun: dict[socket.socket, bytes] = {}
        if path.is_socket():
            path.unlink()
        try:
            self._listener.bind(str(path))
        except OSError as error:
            self._listener.close()
            raise DaqError(f"--control {path}: {error.strerror or error}") from error
        self._listener.listen()

    def files(self) -> list[int]:
        """Return the descriptors of the listening socket and of the connections."""
        return [self._listener.fileno(), *(connection.fileno() for connection in self._begun)]

    def serve(self, ready: Collection[int]) -> None:
        """Accept new connections, and answer complete lines."""
        for connection in [c for c in self._begun if c.fileno() in ready]:
            try:
                self._answer(connection)
            except OSError:  # the caller has gone, or does not read its answers
                self._hang_up(connection)
        if self._listener.fileno() in ready:
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            self._begun[connection] = b""

    def close(self) -> None:
        """Close all connections and remove the socket."""
        for connection in list(self._begun):
            self._hang_up(connection)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _answer(self, connection: socket.socket) -> None:
        received = connection.recv(_READ_BYTES)
        *lines, begun = (self._begun[connection] + received).split(b"\n")
        self._begun[connection] = begun
        for line in lines:
            answer = self._obey(line.decode(errors="replace").strip())
            connection.sendall(f"{answer}\n".encode())
        if not received or len(begun) > _MAX_LINE_BYTES:
            self._hang_up(connection)

    def _hang_up(self, connection: socket.socket) -> None:
        del self._begun[connection]
        connection.close()


class Keyboard:
    """Digits typed at the terminal: the number of broken bars."""

    def __init__(self, obey: Obey) -> None:
        self._obey = obey
        self._file = sys.stdin.fileno()
        self._there = True
        self._settings = termios.tcgetattr(self._file)
        tty.setcbreak(self._file)

    @staticmethod
    def is_there() -> bool:
        """True if stdin is a terminal that we may read: a background job would be stopped for it."""
        if not sys.stdin.isatty():
            return False
        try:
            return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        except OSError:  # it does not control us, so it does not stop us
            return True

    def files(self) -> list[int]:
        """Return the terminal's descriptor while it is open."""
        return [self._file] if self._there else []

    def serve(self, ready: Collection[int]) -> None:
        """Obey the digits 0 to 4; ignore other keys."""
        if self._file not in ready:
            return
        try:
            keys = os.read(self._file, _READ_BYTES)
        except OSError:  # the terminal was closed
            keys = b""
        self._there = bool(keys)
        for key in keys.decode(errors="replace"):
            if key in "01234":
                self._obey(f"break {key}")

    def close(self) -> None:
        """Restore the terminal's settings."""
        if self._there:
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._settings)


class Signals:
    """SIGUSR1 breaks one more bar; SIGTERM and SIGINT stop the DAQ. For the main thread only."""

    def __init__(self, obey: Obey) -> None:
        self._obey = obey
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._sender.fileno())
        self._before = {number: signal.signal(number, _only_wake_up) for number in _LINE_OF_SIGNAL}

    def files(self) -> list[int]:
        """Return the descriptor on which signals arrive."""
        return [self._receiver.fileno()]

    def serve(self, ready: Collection[int]) -> None:
        """Obey the signals that arrived."""
        if self._receiver.fileno() in ready:
            for number in self._receiver.recv(_READ_BYTES):
                if number in _LINE_OF_SIGNAL:
                    self._obey(_LINE_OF_SIGNAL[signal.Signals(number)])

    def close(self) -> None:
        """Restore the signal handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._receiver.close()
        self._sender.close()


def _only_wake_up(_number: int, _frame: object) -> None:
    """Do nothing: the signal arrives on the wake-up file."""
