"""Bounds on connections: their number, and their time."""

import asyncio
import socket

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 64
"""Connections at a time; more are closed at once. Judgement: some scrapers, and some people with a page."""
MAX_HEAD_BYTES = 16 * 1024
"""A request's line and headers may be this long, bytes. Judgement: browsers send a few thousand."""
_REQUEST_S = 10.0
"""A connection must have sent its request by then, s. Judgement: a slow network takes a second."""

_GONE_S = 30.0
"""Whoever has not confirmed for so long, s, what was sent, is gone: a computer that was switched off says
nothing, and the system itself would wait for a quarter of an hour. Judgement: a bad network takes seconds."""


class BoundedProtocol(H11Protocol):
    """Closes connections beyond a number, and those that send no whole request in time.

    uvicorn itself lets both stay for ever. One request a connection is enough to watch: see `guard`.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if there are not too many."""
        _bound_silence(transport)
        self._hurry: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._hurry = self.loop.call_later(_REQUEST_S, self._close_without_request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        super().connection_lost(exc)
        if self._hurry is not None:
            self._hurry.cancel()

    def _close_without_request(self) -> None:
        if self.cycle is None:
            self.transport.abort()  # type: ignore[unreachable]  # uvicorn declares it as never None


def _bound_silence(transport: asyncio.Transport) -> None:
    """Have the system end the connection if the other side takes nothing any more (tcp(7))."""
    own = transport.get_extra_info("socket")
    if own is not None:
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * _GONE_S))
