"""The sink that is the HTTP server: it keeps the newest documents, and serves them."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from edge_agent.pipeline import Answer
from edge_agent.publish.documents import Diagnosis, Document, Reply
from edge_agent.publish.settings import SinkSettings
from edge_agent.publish.sink import Pulse, Request, Sink
from edge_agent.state_file import StateFile
from edge_agent.supervision import Watched

if TYPE_CHECKING:
    from edge_agent.web.asks import Asks
    from edge_agent.web.metrics import Metrics
    from edge_agent.web.newest import Newest
    from edge_agent.web.server import Server
    from edge_agent.web.telling import Telling
    from edge_agent.web.viewers import Live

_STOP_S = 2.0
"""The server may take this long to stop, s: requests that still run get one second of it. Judgement."""


def open_sink(settings: SinkSettings) -> "Web | None":
    """Return the server, not listening yet; None if nothing is to listen.

    Raises ModuleNotFoundError if the extra `web` is not installed.
    """
    if settings.http is None:
        return None
    # Only here: without the section `http`, the agent needs none of the extra's packages.
    from edge_agent.captures.recorder import FOLDER as CAPTURES
    from edge_agent.trend.keeper import FILE_NAME as TREND
    from edge_agent.web import history
    from edge_agent.web.app import make_app
    from edge_agent.web.asks import Asks
    from edge_agent.web.metrics import Metrics
    from edge_agent.web.newest import Newest
    from edge_agent.web.page import Page
    from edge_agent.web.server import Server
    from edge_agent.web.telling import Telling
    from edge_agent.web.viewers import Live

    folder = settings.state_folder
    newest, live, asks = Newest(), Live(), Asks()
    metrics = Metrics(newest)
    events = history.History(StateFile(folder / history.FILE_NAME, history.FILE_VERSION))
    telling = Telling(newest, events, live, folder / CAPTURES)
    may_write = settings.http.token_file is not None
    page = Page(telling, live, asks, folder / CAPTURES, folder / TREND, may_write)
    server = Server(settings.http, make_app(newest, metrics, page))
    return Web(newest, metrics, telling, live, asks, server)


class Web(Sink):
    """Serves metrics, health and the page over HTTP; a thread of its own answers."""

    def __init__(
        self,
        newest: "Newest",
        metrics: "Metrics",
        telling: "Telling",
        live: "Live",
        asks: "Asks",
        server: "Server",
    ) -> None:
        self._newest = newest
        self._metrics = metrics
        self._telling = telling
        self._live = live
        self._asks = asks
        self._server = server

    def __enter__(self) -> Self:
        self._server.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.end()
        self._server.thread.stop(_STOP_S)

    def take(self, document: Document) -> None:
        """Keep a document until there is a newer one of its kind, and tell it to those who look."""
        if isinstance(document, Reply):
            self._asks.answered(document)
            return
        self._newest.take(document)
        if isinstance(document, Diagnosis):
            self._metrics.count(document)
        self._telling.take(document)

    def show(self, answer: Answer) -> None:
        """Show a window to those who look."""
        self._telling.show(answer)

    def feel(self, pulse: Pulse) -> None:
        """Keep a pulse until the next one."""
        self._newest.feel(pulse)
        self._telling.feel(pulse)

    def requests(self) -> list[Request]:
        """Return what the page asked since the last call."""
        return self._asks.requests()

    @property
    def watched(self) -> Watched:
        """The server's thread, for the supervisor."""
        return self._server.thread.watched
