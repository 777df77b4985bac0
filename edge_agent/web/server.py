"""Listens, in a thread of its own, and begins anew where it cannot."""

import asyncio
import logging
import os
import socket

import uvicorn
from starlette.types import ASGIApp

from edge_agent.publish.settings import HttpSettings, read_password
from edge_agent.supervision import WatchedThread
from edge_agent.web.guard import Guard
from edge_agent.web.protocol import MAX_HEAD_BYTES, BoundedProtocol

_LOG = logging.getLogger(__name__)
_STALL_LIMIT_S = 60.0
"""A server that has not turned for this long, s, hangs: no answer takes more than milliseconds."""
_TURN_S = 0.25
"""It looks at its stop this often, s: it must end within two seconds. Judgement."""
_RETRY_S = 5.0
"""It tries again to listen this often, s. Judgement: whoever restarts another program need not wait long."""
_LAST_ANSWERS_S = 1
"""Requests that run when it stops get this long, s. Judgement."""
_BACKLOG = 16
"""Connections that the system keeps until they are taken. Judgement."""


class Server:
    """Serves an application until it is stopped. A port that is taken is told once, and tried again."""

    def __init__(self, settings: HttpSettings, app: ASGIApp) -> None:
        self._settings = settings
        self._app = app
        self._said: str | None = None
        self.thread = WatchedThread("http", _STALL_LIMIT_S, self._run)
        """Its thread."""

    def _run(self) -> None:
        while not self.thread.stopping.is_set():
            self.thread.beat()
            try:
                token, listener = self._token(), self._listen()
            except (OSError, ValueError) as error:
                self._complain(str(error))
                self.thread.stopping.wait(_RETRY_S)
            else:
                asyncio.run(self._serve(listener, Guard(self._app, token)))
                return

    def _token(self) -> str | None:
        """Return the token; raises as `read_password` does."""
        file = self._settings.token_file
        return None if file is None else read_password(file)

    def _listen(self) -> socket.socket:
        """Return the socket that listens; raises OSError, with words that say what to do."""
        host, port = self._settings.host, self._settings.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            reason = os.strerror(error.errno or 0)  # its own words name the address once more
            raise OSError(
                f"cannot listen on {self._place()}: {reason}; end what listens there, or set "
                "http.listen to another address or port"
            ) from error

    def _complain(self, problem: str) -> None:
        if problem != self._said:
            self._said = problem
            _LOG.warning("HTTP: %s; diagnosis goes on, and this is tried again", problem)

    async def _serve(self, listener: socket.socket, app: ASGIApp) -> None:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",  # strangers must not fill the log; `Guard` says what is our own fault
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=_BACKLOG,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                timeout_graceful_shutdown=_LAST_ANSWERS_S,
            )
        )
        _LOG.info("HTTP: listens on http://%s", self._place())
        watching = asyncio.create_task(self._watch(server))
        await server.serve(sockets=[listener])
        watching.cancel()

    async def _watch(self, server: uvicorn.Server) -> None:
        """Beat, and end the server when it is to stop."""
        while not self.thread.stopping.is_set():
            self.thread.beat()
            await asyncio.sleep(_TURN_S)
        server.should_exit = True

    def _place(self) -> str:
        host = self._settings.host
        return f"{f'[{host}]' if ':' in host else host}:{self._settings.port}"
