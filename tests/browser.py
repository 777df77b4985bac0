"""A real browser without a screen, and a proxy that serves an agent below a prefix, as an ingress does."""

import http.client
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

PREFIX = "/ingress/pump-7"
"""The path below which the proxy serves the agent."""
WAIT_MS = 120_000
"""Far longer than anything takes: it bounds a hang, and says nothing of speed."""
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def a_browser() -> Iterator[Any]:
    """Give a headless Chromium; skip loudly where there is none."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        program = None
    if program is None:
        pytest.skip("NOT TESTED IN A BROWSER: there is no Chromium with playwright; make browser gets them")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


def accessibility_problems(page: Any) -> list[str]:
    """Return what axe-core finds on a page, in words."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{own['id']}: {[node['target'] for node in own['nodes']]}" for own in found]


@contextmanager
def ingress(port: int) -> Iterator[str]:
    """Give the address below which a proxy serves what listens on `port`; other paths are status 404."""

    class Proxy(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            if not self.path.startswith(f"{PREFIX}/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            there = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_MS / 1000)
            with suppress(OSError):
                there.request(self.command, self.path.removeprefix(PREFIX), body, dict(self.headers))
                self._answer(there.getresponse())
            there.close()

        def _answer(self, answer: http.client.HTTPResponse) -> None:
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("connection", "close")
            self.end_headers()
            while part := answer.read1(65_536):  # a stream of events goes on as it comes
                self.wfile.write(part)
                self.wfile.flush()

        do_GET = do_POST = _forward  # noqa: N815 - names that http.server looks for

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *about: object) -> None:
            """A browser that leaves is no error."""

    server = Server(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
    server.shutdown()
    thread.join(WAIT_MS / 1000)
    server.server_close()
