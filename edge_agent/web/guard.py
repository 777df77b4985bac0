"""Checks the token of each request; an error costs one answer, never the server."""

import json
import logging

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_agent.web.assets import asset, is_open
from edge_agent.web.doors import Doorkeeper, is_foreign

_LOG = logging.getLogger(__name__)
_MAX_LOGIN_BYTES = 4096
"""Bytes of a login: a token is one line. Judgement."""


class Guard:
    """Lets requests with the token through to the application; each connection carries one request.

    So a connection that has had its answer is over, and one that has sent no request yet is known to be idle.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        """Guard `app`; without a token every request passes."""
        self._app = app
        self._doorkeeper = None if token is None else Doorkeeper(token)
        self._said: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        try:
            answer = await self._answer(scope, receive)
            await answer(scope, receive, send_and_close)
        except Exception as error:  # noqa: BLE001 - one answer is lost, with status 500; the server goes on
            self._complain(scope["path"], error)

    async def _answer(self, scope: Scope, receive: Receive) -> ASGIApp:
        """Return what answers a request: the application, or the door."""
        keeper = self._doorkeeper
        if keeper is None or scope["type"] != "http":
            return self._app
        headers = Headers(scope=scope)
        if (scope["method"], scope["path"]) == ("POST", "/login"):
            return await _log_in(keeper, Request(scope, receive))
        if is_open(scope["path"]) or keeper.lets_in(headers):
            return self._app
        if scope["path"] == "/" and "text/html" in headers.get("accept", ""):
            return asset("login.html", status=401)
        return PlainTextResponse(
            "expected the header `Authorization: Bearer <token>` with the token of http.token_file\n",
            status_code=401,
            headers={"www-authenticate": "Bearer"},
        )

    def _complain(self, path: str, error: Exception) -> None:
        """Log an error of the program, each kind once: whoever asks would ask again every few seconds."""
        kind = type(error).__name__
        if kind not in self._said:
            self._said.add(kind)
            _LOG.error("HTTP: %s cannot be answered; report this line", path, exc_info=error)


async def _log_in(keeper: Doorkeeper, request: Request) -> Response:
    """Return the cookie for a browser that shows the token in JSON; a page of another site cannot."""
    if is_foreign(request.headers):
        return JSONResponse({"error": "log in on the page itself"}, status_code=403)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_LOGIN_BYTES:
            return JSONResponse({"error": f"expected at most {_MAX_LOGIN_BYTES} bytes"}, status_code=413)
    try:
        given = str(json.loads(body)["token"]).encode()
    except (ValueError, KeyError, TypeError, RecursionError):
        return JSONResponse({"error": 'expected {"token": "..."}'}, status_code=400)
    if not keeper.knows(given):
        return JSONResponse({"error": "this is not the token of http.token_file"}, status_code=401)
    return Response(status_code=204, headers={"set-cookie": keeper.cookie(request.headers)})
