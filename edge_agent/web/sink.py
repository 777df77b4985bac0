"""The sink that is the HTTP server: it keeps the newest documents, and serves them."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from edge_agent.pipeline import Answer
from edge_agent.publish.documents import Diagnosis, Document, Reply, motor_of
from edge_agent.publish.settings import SinkSettings
from edge_agent.publish.sink import Pulse, Request, Sink, SinkCounts
from edge_agent.supervision import Watched

if TYPE_CHECKING:
    from edge_agent.web.asks import Asks
    from edge_agent.web.metrics import Metrics
    from edge_agent.web.motor_view import MotorView
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
    from edge_agent.web.asks import Asks
    from edge_agent.web.metrics import Metrics
    from edge_agent.web.motor_view import motor_views
    from edge_agent.web.server import Server

    asks = Asks()
    views = motor_views(settings, asks, may_write=settings.http.token_file is not None)
    metrics = Metrics([view.newest for view in views])
    return Web(views, metrics, asks, Server(settings.http, make_app(views, metrics)))


class Web(Sink):
    """Serves metrics, health and the page of each motor over HTTP; a thread of its own answers."""

    def __init__(
        self, views: "Sequence[MotorView]", metrics: "Metrics", asks: "Asks", server: "Server"
    ) -> None:
        self.views = views
        """What is held of each motor."""
        self._metrics = metrics
        self._asks = asks
        self._server = server

    def __enter__(self) -> Self:
        self._server.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for view in self.views:
            view.live.end()
        self._server.thread.stop(_STOP_S)

    def take(self, document: Document) -> None:
        """Keep a document until there is a newer one of its kind, and tell it to those who look."""
        if isinstance(document, Reply):
            self._asks.answered(document)
            return
        if isinstance(document, Diagnosis):
            self._metrics.count(document)
        for view in self._of(motor_of(document)):
            view.newest.take(document)
            view.telling.take(document)

    def show(self, answer: Answer, motor: str) -> None:
        """Show a window to those who look at its motor."""
        for view in self._of(motor):
            view.telling.show(answer)

    def feel(self, pulse: Pulse) -> None:
        """Keep a pulse until the next one."""
        for view in self.views:
            view.newest.feel(pulse)
            view.telling.feel(pulse)

    @property
    def counts(self) -> SinkCounts:
        """What is wrong with the file of any motor's events."""
        return SinkCounts(disk_problem=next(filter(None, (view.events.problem for view in self.views)), None))

    def requests(self) -> list[Request]:
        """Return what the pages asked since the last call."""
        return self._asks.requests()

    def _of(self, motor: str | None) -> "Sequence[MotorView]":
        """Return the view of a motor; all of them for what is of the agent itself."""
        return [view for view in self.views if motor is None or view.motor == motor]

    @property
    def watched(self) -> Watched:
        """The server's thread, for the supervisor."""
        return self._server.thread.watched
