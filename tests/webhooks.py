"""A server that takes webhooks, and documents that give occasion to call one."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from broker import free_port, wait_until

from edge_agent.alarm import LatchedAlarm
from edge_agent.diagnose.decision import starting
from edge_agent.publish.documents import Alarm, Diagnosis, Event, Origin, State
from edge_agent.refusals import of_samples
from edge_agent.verdict import BarCount, Fault, Severity, Verdict
from edge_agent.verdict import State as Answer

ORIGIN = Origin("pump-7", "motor-1", "model", "ab" * 32)
STARTING = starting()
NO_SAMPLES = replace(STARTING, refusal=of_samples.SILENCE.refuse(6.0))
HEALTHY = replace(STARTING, state=Answer.HEALTHY, severity=Severity.OK, refusal=None)
BROKEN = replace(
    HEALTHY, state=Answer.BROKEN_BARS, severity=Severity.ALARM, broken_bars=BarCount(2, (2, 3), 2.1)
)


@dataclass(frozen=True)
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]

    @property
    def json(self) -> dict[str, object]:
        content = json.loads(self.body)
        assert isinstance(content, dict)
        return content


Reply = int | tuple[int, dict[str, str]]
"""A status, alone or with headers."""


class HookServer:
    """An HTTP server on loopback; it answers with the next of `replies`, and with 204 when there is none."""

    def __init__(self, *replies: Reply) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.replies = list(replies)
        self.posted: list[Posted] = []
        self.tls: ssl.SSLContext | None = None
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> "HookServer":
        server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        if self.tls is not None:
            server.socket = self.tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self._server = server
        return self

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait_for(self, number: int) -> list[Posted]:
        """Return the requests once there are so many."""
        wait_until(lambda: len(self.posted) >= number)
        return self.posted

    @property
    def keys(self) -> list[str]:
        return [posted.key for posted in self.posted]

    @property
    def occasions(self) -> list[object]:
        return [posted.json["occasion"] for posted in self.posted]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                reply = owner.replies.pop(0) if owner.replies else 204
                status, headers = reply if isinstance(reply, tuple) else (reply, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                owner.posted.append(Posted(self.path, dict(self.headers), body))
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        return Handler


class RawServer:
    """A TCP server on loopback; `serve` talks to each connection in a thread, and its end ends it."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/hook"
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "RawServer":
        return self

    def __exit__(self, *args: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                self._serve(connection)
            except OSError:
                return


def a_latch(event_id: int | None = 17, **changes: object) -> LatchedAlarm:
    """An alarm that an event raised."""
    latch = LatchedAlarm(
        fault=Fault.BROKEN_BARS,
        severity=Severity.ALARM,
        since_unix_s=1000.0,
        confirmed_unix_s=1000.0,
        summary="2 broken bars (2 to 3)",
        advice="Have the rotor examined.",
        advice_code="examine_rotor",
        event_id=event_id,
        captured=None,
        equivalent_bars=2.1,
        load=0.8,
        looks=3,
    )
    return replace(latch, **changes)  # type: ignore[arg-type]


def an_alarm(latched: LatchedAlarm | None = None, unix_s: float = 1000.0) -> Alarm:
    return Alarm(ORIGIN, latched, unix_s)


def an_event(number: int = 17, after: Verdict = BROKEN) -> Event:
    return Event(ORIGIN, HEALTHY, after, 1000.0, number)


def a_state(verdict: Verdict = HEALTHY) -> State:
    return State(ORIGIN, verdict, 1000.0)


def a_diagnosis(verdict: Verdict = HEALTHY) -> Diagnosis:
    return Diagnosis(ORIGIN, verdict, 1000.0)


RAISED = an_alarm(a_latch())
CLEARED = an_alarm(a_latch(cleared_unix_s=2000.0))
DANGER = an_alarm(a_latch(21, severity=Severity.DANGER))
RAISED_AGAIN = an_alarm(a_latch(40, since_unix_s=3000.0))
CLEARED_AGAIN = an_alarm(a_latch(40, since_unix_s=3000.0, cleared_unix_s=3500.0))
