"""The paths, and what each answers. No answer waits for anything."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from edge_agent.web.metrics import Metrics
from edge_agent.web.newest import Newest
from edge_agent.web.page import Page
from edge_agent.web.readiness import Report, liveness, readiness


def make_app(newest: Newest, metrics: Metrics, page: Page) -> Starlette:
    """Return the application that answers from the newest documents, and shows the page."""

    async def say_metrics(request: Request) -> Response:
        page, content_type = metrics.page(request.headers.get("accept", ""))
        return Response(page, headers={"content-type": content_type})

    async def say_liveness(request: Request) -> Response:
        return _say(liveness(newest))

    async def say_readiness(request: Request) -> Response:
        return _say(readiness(newest))

    app = Starlette(
        routes=[
            Route("/metrics", say_metrics),
            Route("/healthz", say_liveness),
            Route("/readyz", say_readiness),
            *page.routes(),
        ]
    )
    app.router.redirect_slashes = False  # a redirect would name a host, and below a prefix a wrong path
    return app


def _say(report: Report) -> Response:
    return PlainTextResponse(f"{report.words}\n", status_code=200 if report.good else 503)
