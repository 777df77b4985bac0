"""What the page asks of the agent, and the way back of the answer."""

import asyncio
import contextlib
import secrets
from collections import deque

from edge_agent.publish.documents import Reply
from edge_agent.publish.sink import Request

COMMANDS = ("acknowledge", "feedback")
"""Commands that the page may give."""
_MAX_WAITING = 8
"""Questions without an answer yet; more are refused. Judgement: people click one at a time."""
_ANSWER_S = 5.0
"""The agent answers within this time, s, or does not: it looks twice a second. Judgement."""


class TooManyError(Exception):
    """More is asked than the agent answers."""


class Asks:
    """Takes questions in the server's thread, gives them to the agent's, and brings the answers back."""

    def __init__(self) -> None:
        self._new: deque[Request] = deque()
        self._open: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Future[Reply]]] = {}

    def requests(self) -> list[Request]:
        """Return what was asked since the last call; in the agent's thread."""
        return [self._new.popleft() for _ in range(len(self._new))]

    def answered(self, reply: Reply) -> None:
        """Bring an answer to whoever asked, if that was the page; in the agent's thread."""
        if not isinstance(reply.transaction, str):
            return
        asked = self._open.pop(reply.transaction, None)
        if asked is not None:
            loop, future = asked
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(_settle, future, reply)

    async def ask(self, name: str, data: dict[str, object]) -> Reply:
        """Ask the agent, and return its answer; in the server's thread.

        Raises TooManyError, and TimeoutError if the agent does not answer in time.
        """
        if len(self._open) >= _MAX_WAITING:
            raise TooManyError
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        transaction = f"page-{secrets.token_hex(8)}"
        self._open[transaction] = (loop, future)
        self._new.append(Request(name, data, transaction))
        try:
            return await asyncio.wait_for(future, _ANSWER_S)
        finally:
            self._open.pop(transaction, None)


def _settle(future: asyncio.Future[Reply], reply: Reply) -> None:
    if not future.done():
        future.set_result(reply)
