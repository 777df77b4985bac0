"""Checks the token of each request; an error costs one answer, never the server."""

import hmac
import logging

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger(__name__)


class Guard:
    """Lets requests with the token through to the application; each connection carries one request.

    So a connection that has had its answer is over, and one that has sent no request yet is known to be idle.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        """Guard `app`; without a token every request passes."""
        self._app = app
        self._token = None if token is None else token.encode()
        self._said: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        if not self._may_pass(scope):
            refusal = PlainTextResponse(
                "expected the header `Authorization: Bearer <token>` with the token of http.token_file\n",
                status_code=401,
                headers={"www-authenticate": "Bearer"},
            )
            await refusal(scope, receive, send_and_close)
            return
        try:
            await self._app(scope, receive, send_and_close)
        except Exception as error:  # noqa: BLE001 - one answer is lost, with status 500; the server goes on
            self._complain(scope["path"], error)

    def _may_pass(self, scope: Scope) -> bool:
        """Return whether the request carries the token; the time that this takes does not tell how nearly."""
        if self._token is None:
            return True
        header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, given = header.partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._token)

    def _complain(self, path: str, error: Exception) -> None:
        """Log an error of the program, each kind once: whoever asks would ask again every few seconds."""
        kind = type(error).__name__
        if kind not in self._said:
            self._said.add(kind)
            _LOG.error("HTTP: %s cannot be answered; report this line", path, exc_info=error)
