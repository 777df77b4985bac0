"""The page of an agent of several motors: a link to the page of each."""

from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from edge_agent.web.assets import asset
from edge_agent.web.motor_view import MotorView


def routes_of_several(views: Sequence[MotorView]) -> list[Route | Mount]:
    """Return the paths: `/` with the choice, and below `/motor/ID/` those of each motor's page."""
    links = "\n".join(f'<li><a href="motor/{escape(v.motor)}/">{escape(v.motor)}</a></li>' for v in views)
    page = (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Edge agent</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="static/page.css"></head>\n'
        '<body><main><section class="card"><h1>Motors</h1>\n'
        f"<ul>\n{links}\n</ul></section></main></body>\n</html>\n"
    )

    async def choice(request: Request) -> Response:
        return HTMLResponse(page)

    async def static(request: Request) -> Response:
        return asset(request.path_params["name"])

    guarded = views[0].page.kept_to_itself
    return [
        Route("/", guarded(choice)),
        Route("/static/{name}", guarded(static)),
        *(Mount(f"/motor/{view.motor}", routes=view.page.routes()) for view in views),
    ]
