"""A serial line that can be pulled out: a pty whose slave is found under a link."""

import os
import tty
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from edge_agent.acquire.byte_queue import ByteQueue, Item

PATIENCE_S = 60.0


class PtyLine:
    """The far end of a line; `link` is the port."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.slave_name = ""
        self._master: int | None = None

    def plug(self) -> None:
        """Appear under the link, as a new device."""
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.slave_name = os.ttyname(slave)
        os.close(slave)
        self.link.symlink_to(self.slave_name)

    def unplug(self) -> None:
        """Vanish."""
        if self._master is not None:
            self.link.unlink()
            os.close(self._master)
            self._master = None

    def write(self, data: bytes) -> None:
        """Send all of `data`; waits where nobody reads."""
        assert self._master is not None
        while data:
            data = data[os.write(self._master, data) :]


def taken(queue: ByteQueue, enough: Callable[[list[Item]], bool]) -> list[Item]:
    """Take from a queue until it is enough."""
    items: list[Item] = []
    end_s = monotonic() + PATIENCE_S
    while not enough(items):
        assert monotonic() < end_s, f"not enough came: {items}"
        items += [item for _, item in queue.take(0.2, 65_536)]
    return items


def bytes_in(items: list[Item]) -> bytes:
    """Give the bytes among what was taken."""
    return b"".join(item for item in items if isinstance(item, bytes))
