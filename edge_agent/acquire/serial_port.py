"""The thread that reads the serial port, and reopens it until it succeeds."""

import contextlib
import errno
import os
import select
import termios
from collections.abc import Sequence

import serial

from edge_agent.acquire.byte_queue import ByteQueue, PortLost, PortOpened
from edge_agent.acquire.conversation import Exchange, hold
from edge_agent.acquire.ports import PortInfo, device_at, find_again, list_ports
from edge_agent.supervision import Watched, WatchedThread

_READ_BYTES = 4096
"""Bytes per read: a tty returns at most 4095 (Linux), and room for more is set aside at each read."""
_WAIT_S = 0.5
"""The reader checks whether it must stop this often, s. Judgement."""
_GATHERED_BYTES = 3072
"""About so many bytes are let gather between two reads, since to wake costs more than to read: three quarters
of what a tty holds (Linux: 4095); what comes beyond waits in the kernel's buffer before it, of 64 KiB."""
_LONGEST_REST_S = 0.04
"""Longest rest between two reads, s: twenty-five times a second is soon enough for windows of seconds;
judgement."""
_SHORTEST_REST_S = 0.001
"""Bytes that gather faster than this, s, are read without a rest; judgement."""
_SHORTEST_PAUSE_S = 0.1
"""First pause before a lost port is opened again, s. Judgement."""
_LONGEST_PAUSE_S = 2.0
"""Longest such pause, s: a plugged-in DAQ is found within it."""
_STALL_LIMIT_S = 10.0
"""The reader wakes every half second; silent for this long, s, it hangs in the driver."""
_STOP_S = 2.0
"""Time that the reader has to stop, s: within the 5 s of an orderly stop."""

IN_USE = "another program has it open"
"""Why a port is lost that somebody else reads."""
_REASONS = {
    errno.ENOENT: "there is no such port: not plugged in, or another name",
    errno.ENOTTY: "this is not a serial port",
    errno.EACCES: "permission denied; add the user to the group dialout: sudo usermod -aG dialout $USER, "
    "then log in again",
    errno.EPERM: "not allowed by the unit; add DeviceAllow=char-<the driver's name in /proc/devices> rw "
    "below [Service]: sudo systemctl edit edge-agent",
    errno.EBUSY: IN_USE,
    errno.EAGAIN: IN_USE,
    errno.EIO: "the device is gone: unplugged, or reset by its hub",
}
"""What each errno of Linux means for a serial port, and what to do."""
_REASONS[errno.ENXIO] = _REASONS[errno.ENODEV] = _REASONS[errno.EIO]


class SerialReader:
    """Reads one port in bulk on its own thread, blocking in poll; it rests while the tty fills."""

    def __init__(
        self,
        port: str,
        baud_rate: int,
        queue: ByteQueue,
        opening: Sequence[Exchange] = (),
        closing: Sequence[Exchange] = (),
    ) -> None:
        """Take what is said to the DAQ whenever the port was opened, and before it is closed."""
        self._opening = opening
        self._closing = closing
        self._port = port
        self._baud_rate = baud_rate
        self._queue = queue
        self._thread = WatchedThread("reader", _STALL_LIMIT_S, self._work)
        self._wake_read, self._wake_write = os.pipe()
        self._said: str | None = None
        self._pause_s = _SHORTEST_PAUSE_S
        self._rest_s = _SHORTEST_REST_S
        self._device: PortInfo | None = None

    @property
    def watched(self) -> Watched:
        """For the supervisor."""
        return self._thread.watched

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Stop reading and close the port."""
        if self._thread.stopping.is_set():
            return
        self._thread.stopping.set()
        os.write(self._wake_write, b"\0")
        if self._thread.stop(_STOP_S):
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _work(self) -> None:
        while not self._thread.stopping.is_set():
            self._thread.beat()
            try:
                path = self._path()
                with _open(path, self._baud_rate) as port:
                    hold(port.fileno(), self._wake_read, self._opening, self._thread.beat)
                    self._said = None
                    self._device = device_at(path) or self._device
                    moved = path != self._port
                    self._queue.put(PortOpened(f"{self._port}, now {path}" if moved else self._port))
                    self._read_until_lost(port.fileno())
                    hold(port.fileno(), self._wake_read, self._closing, self._thread.beat)
            except (OSError, termios.error, ValueError) as error:
                self._say_lost(_reason(error))
            self._wait()

    def _path(self) -> str:
        """Return where the port is: its name may have gone to another device, or nowhere."""
        found = None if self._device is None else find_again(self._device)
        if found is None or os.path.realpath(self._port) == os.path.realpath(found.path):
            return self._port
        return found.by_id or found.path

    def _read_until_lost(self, port: int) -> None:
        """Read until it must stop; raises OSError if the port is lost."""
        poller = select.poll()
        poller.register(port, select.POLLIN)
        poller.register(self._wake_read, select.POLLIN)
        while not self._thread.stopping.is_set():
            self._thread.beat()
            ready = dict(poller.poll(1000 * _WAIT_S))
            if port not in ready:
                continue
            try:
                data = os.read(port, _READ_BYTES)
            except BlockingIOError:
                if ready[port] & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                    raise OSError(errno.EIO, "hung up") from None
                continue
            if not data:
                raise OSError(errno.EIO, "ready, but without data")
            self._pause_s = _SHORTEST_PAUSE_S
            self._queue.put(data)
            self._rest(len(data))

    def _rest(self, gathered: int) -> None:
        """Wait until most of a tty has gathered, as fast as so many bytes came since the last read."""
        rest_s = self._rest_s * _GATHERED_BYTES / gathered
        self._rest_s = min(max(rest_s, _SHORTEST_REST_S), _LONGEST_REST_S)
        if self._rest_s > _SHORTEST_REST_S:
            select.select([self._wake_read], [], [], self._rest_s)

    def _say_lost(self, reason: str) -> None:
        """Log it once, and again only when the reason changes."""
        if reason != self._said:
            self._said = reason
            self._queue.put(PortLost(self._port, reason))

    def _wait(self) -> None:
        """Wait before the next attempt, each time twice as long."""
        select.select([self._wake_read], [], [], self._pause_s)
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)


class _Port(serial.Serial):
    """A port that keeps what came since it was opened: the device may describe itself at once."""

    def _reset_input_buffer(self) -> None:
        pass


def _open(port: str, baud_rate: int) -> serial.Serial:
    opened = _Port(port, baud_rate, exclusive=True)
    with contextlib.suppress(OSError, ValueError, NotImplementedError):
        opened.set_low_latency_mode(True)  # otherwise FTDI adapters wait 16 ms for more bytes
    return opened


def _reason(error: Exception) -> str:
    number = _error_number(error)
    reason = _REASONS.get(number or 0) or str(error)
    return f"{reason}; {_ports_there_are()}" if number in (errno.ENOENT, errno.ENOTTY) else reason


def _error_number(error: Exception) -> int | None:
    """Return the errno; a termios error is not an OSError, and pyserial drops its number."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    cause = error if isinstance(error, termios.error) else error.__context__
    return cause.args[0] if isinstance(cause, termios.error) else None


def _ports_there_are() -> str:
    ports = ", ".join(port.by_id or port.path for port in list_ports())
    return f"there are {ports}" if ports else "there is no serial port at all"
