"""The paths, and what each answers. No answer waits for anything."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from edge_agent.web.choice import routes_of_several
from edge_agent.web.metrics import Metrics
from edge_agent.web.motor_view import MotorView
from edge_agent.web.readiness import Report, liveness, readiness_of_all


def make_app(views: Sequence[MotorView], metrics: Metrics) -> Starlette:
    """Return the application that answers from the newest documents, and shows the page of each motor."""

    async def say_metrics(request: Request) -> Response:
        page, content_type = metrics.page(request.headers.get("accept", ""))
        return Response(page, headers={"content-type": content_type})

    async def say_liveness(request: Request) -> Response:
        return _say(liveness(views[0].newest))

    async def say_readiness(request: Request) -> Response:
        return _say(readiness_of_all([(view.motor, view.newest) for view in views]))

    app = Starlette(
        routes=[
            Route("/metrics", say_metrics),
            Route("/healthz", say_liveness),
            Route("/readyz", say_readiness),
            *(views[0].page.routes() if len(views) == 1 else routes_of_several(views)),
        ]
    )
    app.router.redirect_slashes = False  # a redirect would name a host, and below a prefix a wrong path
    return app


def _say(report: Report) -> Response:
    return PlainTextResponse(f"{report.words}\n", status_code=200 if report.good else 503)
