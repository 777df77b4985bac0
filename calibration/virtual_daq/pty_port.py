"""The serial port of the virtual DAQ: a pseudo-terminal under a link that stays the same.

Linux keeps what is written to a pty while nobody has its other side open (16 to 20 KiB), and hands it to the
next program that opens it. It discards unread bytes when the master is closed. So nothing is written without
a listener, what the last one left is flushed, and the end waits until everything is read.
"""

import fcntl
import os
import select
import struct
import termios
import tty
from collections import deque
from pathlib import Path

from calibration.virtual_daq.errors import DaqError

FIFO_BYTES = 256 * 1024
"""What the device holds for a slow listener; beyond it whole batches are refused. Judgement: two
to three seconds of five channels at 10 kHz."""
_BURST_S = 0.05
"""Judgement: what a line of limited speed may catch up with at once, a few ticks of the clock."""
_READ_BYTES = 4096
"""A page of memory; the rest comes with the next call."""


class PtyPort:
    """One end of a serial line; programs open the other under the link."""

    def __init__(self, link: Path, bytes_per_s: float | None = None) -> None:
        """Check the link (DaqError); `bytes_per_s` is the speed of the line, None without limit, like USB."""
        if link.exists() and not link.is_symlink():
            raise DaqError(f"--link {link}: exists and is not a link; name a path that may be replaced")
        if not link.parent.is_dir():
            raise DaqError(f"--link {link}: there is no folder {link.parent}")
        self.link = link
        self.listening = False
        """True if a program had the other side open at the last `look`."""
        self._speed = None if bytes_per_s is None else _LineSpeed(bytes_per_s)
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._master: int | None = None
        self._slave_name = ""

    def open(self) -> None:
        """Open a new pty in raw mode and point the link to it."""
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self._slave_name = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        fresh = self.link.with_name(f"{self.link.name}.{os.getpid()}")
        fresh.symlink_to(self._slave_name)
        fresh.replace(self.link)

    def close(self) -> None:
        """Vanish like a device that is unplugged; unread bytes are lost."""
        if self._master is None:
            return
        if self.link.is_symlink() and str(self.link.readlink()) == self._slave_name:
            self.link.unlink()
        os.close(self._master)
        self._master = None
        self.listening = False
        self._forget()

    def look(self) -> None:
        """Check for a listener; flush what one that left has not read."""
        if self._master is None:
            return
        poller = select.poll()
        poller.register(self._master, 0)
        listening = not any(events & select.POLLHUP for _, events in poller.poll(0))
        if self.listening and not listening:
            self._forget()
            self._flush_unread()
        self.listening = listening

    def offer(self, batch: bytes) -> bool:
        """Queue `batch` for the listener; return False, and queue nothing, if it does not fit."""
        if self._queued + len(batch) > FIFO_BYTES:
            return False
        self._queue.append(batch)
        self._queued += len(batch)
        return True

    def flush(self, now_s: float) -> None:
        """Write as much of the queue as the listener and the speed of the line allow at `now_s`."""
        budget = FIFO_BYTES if self._speed is None else self._speed.budget(now_s)
        if self._master is None or not self.listening:
            return
        while self._queue and budget > 0:
            piece = self._queue.popleft()
            written = _write(self._master, piece[:budget])
            budget -= written
            self._queued -= written
            if self._speed is not None:
                self._speed.spend(written)
            if written < len(piece):
                self._queue.appendleft(piece[written:])
                return

    def waiting_to_write(self) -> list[int]:
        """Return the descriptor to wait for before more can be written; none if only time helps."""
        if self._master is None or not self.listening or not self._queue or self._speed is not None:
            return []
        return [self._master]

    def all_read(self) -> bool:
        """True if the listener has read everything, or if there is none."""
        return not self.listening or (not self._queue and self._unread() == 0)

    def _forget(self) -> None:
        self._queue.clear()
        self._queued = 0

    def _flush_unread(self) -> None:
        slave = os.open(self._slave_name, os.O_RDWR | os.O_NOCTTY)
        termios.tcflush(slave, termios.TCIFLUSH)
        os.close(slave)

    def _unread(self) -> int:
        """Return how many bytes the listener could read now; only its side of the pty knows."""
        slave = os.open(self._slave_name, os.O_RDWR | os.O_NOCTTY)
        (unread,) = struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, bytes(4)))
        os.close(slave)
        return int(unread)

    def heard(self) -> bytes:
        """Return what the listener has written, so that it never blocks; its last words come, too."""
        if self._master is None:
            return b""
        try:
            return os.read(self._master, _READ_BYTES)
        except OSError:
            return b""  # nothing there, or no listener


class _LineSpeed:
    """Counts the bytes that a line of limited speed can have carried by now."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._allowed = 0.0
        self._at_s: float | None = None

    def budget(self, now_s: float) -> int:
        """Return how many bytes may go at `now_s`; idle time counts for a short burst only."""
        earned = 0.0 if self._at_s is None else (now_s - self._at_s) * self._bytes_per_s
        self._at_s = now_s
        self._allowed = min(self._allowed + earned, max(1.0, _BURST_S * self._bytes_per_s))
        return int(self._allowed)

    def spend(self, sent: int) -> None:
        """Count `sent` bytes as gone."""
        self._allowed -= sent


def _write(master: int, piece: bytes) -> int:
    """Write what fits; return how many bytes that was."""
    try:
        return os.write(master, piece)
    except BlockingIOError:
        return 0
