"""What happens, told to all who look at the page. While nobody looks, nothing is kept or drawn.

The agent's thread says what there is to tell; the server's thread draws it, once for all viewers. A viewer
that reads slowly finds the newest of each kind: what waits for it has a bound, and nobody waits for it.
"""

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterable

from edge_agent.publish.json_values import Payload

Draw = Callable[[], Payload]
"""Makes what is told; called in the server's thread, and only if somebody looks."""
MAX_VIEWERS = 16
"""Viewers at a time: half of the connections, so that scrapes find room. Judgement."""
_REST_S = 10.0
"""A viewer hears something at least this often, s: a connection that is dead comes to light. Judgement."""
_RETRY_MS = 2000
"""A browser comes back this soon after the connection broke, ms. Judgement."""
_LOG = logging.getLogger(__name__)


class Viewer:
    """One who looks, and what waits for them: at most one message of each kind."""

    def __init__(self) -> None:
        self._waiting: dict[str, bytes] = {}
        self._news = asyncio.Event()

    def put(self, kind: str, message: bytes) -> None:
        """Have a message wait, in the place of an older one of its kind."""
        self._waiting.pop(kind, None)  # so that it comes last
        self._waiting[kind] = message
        self._news.set()

    def leave(self) -> None:
        """End the wait, so that the stream ends."""
        self._news.set()

    async def take(self) -> bytes:
        """Return all that waits, as soon as there is something; a comment after a while without."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), _REST_S)
        self._news.clear()
        waiting, self._waiting = self._waiting, {}
        return b"".join(waiting.values()) or b": nothing new\n\n"


class Live:
    """All viewers."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()
        self._lock = threading.Lock()
        self._to_tell: dict[str, Draw] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False
        self._said: set[str] = set()

    @property
    def is_watched(self) -> bool:
        """True if somebody looks."""
        return bool(self._viewers)

    @property
    def is_full(self) -> bool:
        """True if no more may look."""
        return len(self._viewers) >= MAX_VIEWERS

    def tell(self, kind: str, draw: Draw) -> None:
        """Tell all viewers, in the place of what was to be told of this kind; from any thread."""
        loop = self._loop
        if not self._viewers or loop is None:
            return
        with self._lock:
            is_first = not self._to_tell
            self._to_tell[kind] = draw
        if is_first:
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(self._draw)

    def end(self) -> None:
        """End all streams; from any thread."""
        self._ended = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the server has ended already
                self._loop.call_soon_threadsafe(self._send_away)

    async def stream(self, known: Iterable[tuple[str, Draw]]) -> AsyncIterator[bytes]:
        """Yield server-sent events for one viewer: first what is known, then what happens.

        It is empty if there are too many viewers: all who came at once were asked for before the first began.
        """
        if self.is_full:
            return
        self._loop = asyncio.get_running_loop()
        viewer = Viewer()
        self._viewers.add(viewer)
        try:
            for kind, draw in known:
                message = self._message(kind, draw)
                if message is not None:
                    viewer.put(kind, message)
            yield b"retry: %d\n\n" % _RETRY_MS
            while not self._ended:
                yield await viewer.take()
        finally:
            self._viewers.discard(viewer)
            if not self._viewers:
                with self._lock:
                    self._to_tell.clear()

    def _draw(self) -> None:
        with self._lock:
            to_tell, self._to_tell = self._to_tell, {}
        for kind, draw in to_tell.items():
            message = self._message(kind, draw)
            if message is not None:
                for viewer in self._viewers:
                    viewer.put(kind, message)

    def _send_away(self) -> None:
        for viewer in self._viewers:
            viewer.leave()

    def _message(self, kind: str, draw: Draw) -> bytes | None:
        """Return a server-sent event; None, with one line in the log, if it cannot be drawn."""
        try:
            content = json.dumps(draw(), allow_nan=False, separators=(",", ":"))
        except Exception as error:  # noqa: BLE001 - one message is lost; the next window is drawn again
            if type(error).__name__ not in self._said:
                self._said.add(type(error).__name__)
                _LOG.error("HTTP: %s cannot be drawn for the page; report this line", kind, exc_info=error)
            return None
        return f"event: {kind}\ndata: {content}\n\n".encode()
