"""The page: its files, what it is told, and what it asks.

    /                       the page itself
    /live                   server-sent events: what is known, then what happens
    /trend/SPAN             the chart of a week, a quarter or all years
    /captures/NAME          a capture to download
    /captures/NAME/view     the window behind it, to be drawn
    /captures/NAME/report   the report on its alarm, to be read and printed
    /command/NAME           POST: acknowledge, feedback

Without a token nothing can be written; see `doors` for who may do what.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from edge_agent.acquire.recordings import RecordingError
from edge_agent.report.build import report_html
from edge_agent.report.page import POLICY as REPORT_POLICY
from edge_agent.web.asks import COMMANDS, Asks, TooManyError
from edge_agent.web.assets import HEADERS, asset
from edge_agent.web.captured import capture_at, view_of_capture
from edge_agent.web.doors import is_foreign, is_local_name
from edge_agent.web.months import SPANS, chart_of
from edge_agent.web.telling import Telling
from edge_agent.web.viewers import Live

Result = TypeVar("Result")
Handler = Callable[[Request], Awaitable[Response]]
_MAX_COMMAND_BYTES = 4096
"""Bytes of a command: some hundred characters of a note. Judgement."""


class Page:
    """Answers the paths of the page."""

    def __init__(
        self,
        telling: Telling,
        live: Live,
        asks: Asks,
        captures: Path,
        trend: Path,
        may_write: bool,
        motor: str | None = None,
    ) -> None:
        """Prepare.

        Args:
            telling: what is known, as the page is told it.
            live: those who look.
            asks: the way to the agent.
            captures: folder of the captures.
            trend: file of the trend.
            may_write: True if there is a token, so that whoever asks may be trusted.
            motor: id of the motor, which commands name; None for an only one.
        """
        self._telling = telling
        self._live = live
        self._asks = asks
        self._captures = captures
        self._trend = trend
        self._may_write = may_write
        self._named = {} if motor is None else {"motor": motor}
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return all paths."""
        return [
            Route("/", self.kept_to_itself(self._index)),
            Route("/static/{name}", self.kept_to_itself(self._static)),
            Route("/live", self.kept_to_itself(self._stream)),
            Route("/trend/{span}", self.kept_to_itself(self._chart)),
            Route("/captures/{name}", self.kept_to_itself(self._capture)),
            Route("/captures/{name}/view", self.kept_to_itself(self._capture_view)),
            Route("/captures/{name}/report", self.kept_to_itself(self._report)),
            Route("/command/{name}", self.kept_to_itself(self._command), methods=["POST"]),
        ]

    def kept_to_itself(self, answer: Handler) -> Handler:
        """Refuse foreign names of this computer, and keep answers from other sites."""

        async def guarded(request: Request) -> Response:
            if not self._may_write and not is_local_name(request.headers.get("host", "")):
                return _problem(
                    403, "without http.token_file the page answers to addresses and `localhost` only"
                )
            response = await answer(request)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded

    async def _index(self, request: Request) -> Response:
        return asset("index.html")

    async def _static(self, request: Request) -> Response:
        return asset(request.path_params["name"])

    async def _stream(self, request: Request) -> Response:
        if self._live.is_full:
            return _problem(503, "too many people look at this page; try again later")
        known = self._telling.known(self._may_write)
        unbuffered = {"x-accel-buffering": "no"}  # nginx would hold events back
        return StreamingResponse(self._live.stream(known), media_type="text/event-stream", headers=unbuffered)

    async def _chart(self, request: Request) -> Response:
        span = request.path_params["span"]
        if span not in SPANS:
            return _problem(404, f"there is no chart of this span; expected one of {', '.join(SPANS)}")
        return JSONResponse(await self._work(lambda: chart_of(self._trend, span)))

    async def _capture(self, request: Request) -> Response:
        path = capture_at(self._captures, request.path_params["name"])
        if path is None:
            return _no_capture()
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    async def _capture_view(self, request: Request) -> Response:
        path = capture_at(self._captures, request.path_params["name"])
        info = self._telling.info
        if path is None or info is None:
            return _no_capture()
        try:
            return JSONResponse(await self._work(lambda: view_of_capture(path, info.nameplate)))
        except RecordingError as error:
            return _problem(422, str(error))

    async def _report(self, request: Request) -> Response:
        path = capture_at(self._captures, request.path_params["name"])
        if path is None:
            return _no_capture()
        try:
            html = await self._work(lambda: report_html(path))
        except RecordingError as error:
            return _problem(422, str(error))
        return HTMLResponse(html, headers={"content-security-policy": REPORT_POLICY})

    async def _command(self, request: Request) -> Response:
        name = request.path_params["name"]
        if not self._may_write:
            return _problem(403, "nothing can be changed here without http.token_file")
        if is_foreign(request.headers):
            return _problem(403, "expected JSON from the page itself, not from another site")
        if name not in COMMANDS:
            return _problem(404, f"there is no such command here; expected one of {', '.join(COMMANDS)}")
        try:
            data = await _object_in(request)
        except ValueError as error:
            return _problem(400, str(error))
        try:
            reply = await self._asks.ask(name, data | self._named)
        except (TooManyError, TimeoutError):
            return _problem(503, "the agent does not answer; try again")
        if reply.error is not None:
            return _problem(409, reply.error)
        return JSONResponse(reply.data)

    async def _work(self, work: Callable[[], Result]) -> Result:
        """Do what takes longer in a thread that ends with it, one at a time."""
        async with self._one_at_a_time:
            executor = ThreadPoolExecutor(1, "http-work")
            try:
                return await asyncio.get_running_loop().run_in_executor(executor, work)
            finally:
                executor.shutdown(wait=False)


async def _object_in(request: Request) -> dict[str, object]:
    """Return the JSON object of a request; raises ValueError that says what is wrong."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_COMMAND_BYTES:
            raise ValueError(f"expected at most {_MAX_COMMAND_BYTES} bytes")
    try:
        data = json.loads(body or b"{}")
    except RecursionError:
        raise ValueError("expected a JSON object") from None
    if not isinstance(data, dict):
        raise ValueError("expected a JSON object")
    return data


def _problem(status: int, words: str) -> Response:
    return JSONResponse({"error": words}, status_code=status)


def _no_capture() -> Response:
    return _problem(404, "there is no such capture: it is still being written, or made room for newer ones")
