"""The sink that is the HTTP server: it keeps the newest documents, and serves them."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from edge_agent.publish.documents import Diagnosis, Document
from edge_agent.publish.settings import SinkSettings
from edge_agent.publish.sink import Pulse, Sink
from edge_agent.supervision import Watched

if TYPE_CHECKING:
    from edge_agent.web.metrics import Metrics
    from edge_agent.web.newest import Newest
    from edge_agent.web.server import Server

_STOP_S = 2.0
"""The server may take this long to stop, s: requests that still run get one second of it. Judgement."""


def open_sink(settings: SinkSettings) -> "Web | None":
    """Return the server, not listening yet; None if nothing is to listen.

    Raises ModuleNotFoundError if the extra `web` is not installed.
    """
    if settings.http is None:
        return None
    # Only here: without the section `http`, the agent needs none of the extra's packages.
    from edge_agent.web.app import make_app
    from edge_agent.web.metrics import Metrics
    from edge_agent.web.newest import Newest
    from edge_agent.web.server import Server

    newest = Newest()
    metrics = Metrics(newest)
    return Web(newest, metrics, Server(settings.http, make_app(newest, metrics)))


class Web(Sink):
    """Serves metrics and health over HTTP; a thread of its own answers."""

    def __init__(self, newest: "Newest", metrics: "Metrics", server: "Server") -> None:
        self._newest = newest
        self._metrics = metrics
        self._server = server

    def __enter__(self) -> Self:
        self._server.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.thread.stop(_STOP_S)

    def take(self, document: Document) -> None:
        """Keep a document until there is a newer one of its kind."""
        self._newest.take(document)
        if isinstance(document, Diagnosis):
            self._metrics.count(document)

    def feel(self, pulse: Pulse) -> None:
        """Keep a pulse until the next one."""
        self._newest.feel(pulse)

    @property
    def watched(self) -> Watched:
        """The server's thread, for the supervisor."""
        return self._server.thread.watched
