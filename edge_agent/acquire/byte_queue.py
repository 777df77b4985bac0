"""Bytes on their way from the thread that reads the port to the one that decodes them."""

import threading
import time
from collections import deque
from dataclasses import dataclass

MAX_WAITING_BYTES = 8 * 2**20
"""Maximum bytes that wait: about a minute and a half at 4 channels and 10 kHz."""


_WORTH_WAKING_BYTES = 65_536
"""Bytes for which whoever waits is woken at once: four fifths of a second at 4 channels and 10 kHz."""
_GATHERING_S = 0.5
"""Time after which fewer are given as well, s: a quarter of the usual windows' step; judgement."""


@dataclass(frozen=True, slots=True)
class PortOpened:
    """The port is open."""

    port: str
    """Its path."""


@dataclass(frozen=True, slots=True)
class PortLost:
    """The port is not open, for whatever reason, and is tried again and again."""

    port: str
    """Its path."""
    reason: str
    """Why, in plain words, and what would help."""


Item = bytes | PortOpened | PortLost
ArrivedItem = tuple[float, Item]
"""When an item was put (monotonic clock, s), and the item."""


class ByteQueue:
    """Blocks of bytes in order; when full, the oldest are dropped whole."""

    def __init__(self, most_bytes: int = MAX_WAITING_BYTES) -> None:
        self.dropped_bytes = 0
        """Bytes dropped because they were not taken in time."""
        self._most_bytes = most_bytes
        self._items: deque[ArrivedItem] = deque()
        self._bytes = 0
        self._events = 0
        self._awaited_bytes = 1
        self._news = threading.Condition()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Append, stamped with the time; what happened to the port is never dropped."""
        with self._news:
            self._items.append((time.monotonic(), item))
            self._bytes += _size(item)
            self._events += not isinstance(item, bytes)
            if self._bytes > self._most_bytes:
                self._drop_oldest()
            if self._is_worth_waking():
                self._news.notify()

    def take(self, timeout_s: float, most_bytes: int) -> list[ArrivedItem]:
        """Return what waits, up to about `most_bytes`; wait up to `timeout_s` for a first item.

        A few bytes wait a little for more: to work on each by itself costs more than on all.
        """
        gathering_s = min(timeout_s, _GATHERING_S)
        with self._news:
            self._wait_for(_WORTH_WAKING_BYTES, gathering_s)
            if not self._items:
                self._wait_for(1, timeout_s - gathering_s)
            taken: list[ArrivedItem] = []
            size = 0
            while self._items and size < most_bytes:
                taken.append(self._items.popleft())
                size += _size(taken[-1][1])
                self._events -= not isinstance(taken[-1][1], bytes)
            self._bytes -= size
            return taken

    def _wait_for(self, awaited_bytes: int, timeout_s: float) -> None:
        """Wait until so many bytes wait to be taken, or something happened to the port."""
        self._awaited_bytes = awaited_bytes
        self._news.wait_for(self._is_worth_waking, timeout_s)

    def _is_worth_waking(self) -> bool:
        return self._events > 0 or self._bytes >= self._awaited_bytes

    def _drop_oldest(self) -> None:
        events: list[ArrivedItem] = []
        while self._bytes > self._most_bytes:
            arrived_s, item = self._items.popleft()
            if isinstance(item, bytes):
                self._bytes -= len(item)
                self.dropped_bytes += len(item)
            else:
                events.append((arrived_s, item))
        self._items.extendleft(reversed(events))


def joined(items: list[ArrivedItem]) -> list[ArrivedItem]:
    """Return items with bytes that came one soon after another as one, put with the last of them."""
    runs: list[list[ArrivedItem]] = []
    for arrived_s, item in items:
        began_s, before = runs[-1][0] if runs else (arrived_s, None)
        if isinstance(item, bytes) and isinstance(before, bytes) and arrived_s - began_s <= _GATHERING_S:
            runs[-1].append((arrived_s, item))
        else:
            runs.append([(arrived_s, item)])
    return [run[0] if len(run) == 1 else (run[-1][0], b"".join(_bytes_of(run))) for run in runs]


def _bytes_of(run: list[ArrivedItem]) -> list[bytes]:
    return [item for _, item in run if isinstance(item, bytes)]


def _size(item: Item) -> int:
    return len(item) if isinstance(item, bytes) else 0
