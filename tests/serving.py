"""The HTTP server as the agent makes it, and a client that shares no code with it."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker import free_port
from said import DOCUMENTS, a_pulse

from edge_agent.publish.settings import HttpSettings, MqttSettings, OutboxSettings, SinkSettings
from edge_agent.web.sink import Web, open_sink

WAIT_S = 60.0
"""Far longer than anything takes: it bounds a hang, and says nothing of speed."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    text: str
    headers: http.client.HTTPMessage


def get(port: int, path: str, token: str | None = None, method: str = "GET") -> Answer:
    """Ask a server on loopback; raises OSError if it does not listen."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        connection.request(method, path, headers={} if token is None else {"Authorization": token})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(), answer.headers)
    finally:
        connection.close()


def ask(port: int, path: str, data: bytes | None = None, **headers: str) -> Answer:
    """Send a GET, or with data a POST; `_` in the names of headers stands for `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET" if data is None else "POST", path, body=data, headers=named)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(errors="replace"), answer.headers)
    finally:
        connection.close()


def wait_for(port: int, path: str, enough: Callable[[Answer], bool]) -> Answer:
    """Ask again and again, also while nothing listens, until an answer is good enough; return it."""
    until_s = time.monotonic() + WAIT_S
    while True:
        try:
            answer = get(port, path)
            if enough(answer):
                return answer
            problem = f"the last answer was {answer.status}: {answer.text}"
        except OSError as error:
            problem = str(error)
        assert time.monotonic() < until_s, problem
        time.sleep(0.1)


def http_settings(folder: Path, http: HttpSettings | None) -> SinkSettings:
    """Return settings of an agent with this HTTP server, or without one."""
    outbox = OutboxSettings(folder / "outbox.sqlite3")
    return SinkSettings("pump-7", ("motor-1",), folder, MqttSettings("127.0.0.1", 1), outbox, http=http)


@contextmanager
def serving(folder: Path, token_file: Path | None = None) -> Iterator[tuple[Web, int]]:
    """Give a server that has everything to tell, and its port; it listens."""
    port = free_port()
    web = open_sink(http_settings(folder, HttpSettings(port=port, token_file=token_file)))
    assert web is not None
    for document in DOCUMENTS:
        web.take(document)
    web.feel(a_pulse())
    with web:
        wait_for(port, "/healthz", lambda answer: True)
        yield web, port
