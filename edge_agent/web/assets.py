"""The files of the page: read once from the package, and sent with headers that keep it to itself."""

from functools import cache
from pathlib import Path

from starlette.responses import Response

FOLDER = Path(__file__).with_name("static")
"""Where they lie."""
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_OPEN = ("/static/page.css", "/static/login.js", "/static/icon.svg")
"""Paths that the page needs to ask for the token; they hold nothing of the motor."""
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
"""Headers of every answer of the page: nothing is loaded from elsewhere, nothing of it is used elsewhere."""


def is_open(path: str) -> bool:
    """True if a path may be had without the token."""
    return path in _OPEN


def asset(name: str, status: int = 200) -> Response:
    """Return a file of the page by its name; status 404 if there is none of that name."""
    content = _files().get(name)
    if content is None:
        return Response("there is no such file\n", status_code=404, media_type="text/plain", headers=HEADERS)
    media_type = _TYPES[Path(name).suffix]
    return Response(content, status_code=status, media_type=media_type, headers=HEADERS)


@cache
def _files() -> dict[str, bytes]:
    """Return every file of the page by its name: what is no name in here is never looked for on the disk."""
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in _TYPES}
