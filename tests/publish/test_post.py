"""One POST ends in time whatever the server does, goes nowhere else, and no error shows what is secret."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from broker import free_port
from webhooks import HookServer, RawServer

from edge_agent.publish.webhook import post as posting
from edge_agent.publish.webhook.post import Answer, NoAnswerError, origin_of, post

SECRET = "s3cr3t"
MAKE_CERTIFICATES = Path(__file__).parents[2] / "deploy" / "mosquitto" / "make-certificates.sh"
Serve = Callable[[socket.socket], None]


@pytest.fixture
def server() -> Iterator[HookServer]:
    made = HookServer().start()
    yield made
    made.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers must come within a short time, so that tests of slow servers end soon."""
    monkeypatch.setattr(posting, "_ANSWER_TIMEOUT_S", 0.3)


def test_body_headers_path_and_query_arrive_as_they_are(server: HookServer) -> None:
    body = '{"summary":"2 Stäbe"}'.encode()
    answer = post(f"{server.url}/a%2Fb?key=x%20y&ü=1#part", {"Idempotency-Key": "17"}, body)
    assert answer == Answer(204)
    (posted,) = server.posted
    assert (posted.path, posted.key, posted.body) == ("/hook/a%2Fb?key=x%20y&%C3%BC=1", "17", body)
    assert posted.headers["Host"] == f"127.0.0.1:{server.port}"


def test_a_url_without_a_path_asks_for_the_root(server: HookServer) -> None:
    post(f"http://127.0.0.1:{server.port}?a=1", {}, b"{}")
    assert server.posted[0].path == "/?a=1"


@pytest.mark.parametrize("status", [200, 202, 299, 400, 404, 429, 500, 503, 599])
def test_the_status_is_the_answer(server: HookServer, status: int) -> None:
    server.replies = [status]
    assert post(server.url, {}, b"{}") == Answer(status)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        (f"https://other.example/login?{SECRET}", "https://other.example"),
        (f"/{SECRET}", "http://127.0.0.1:{port}"),
        ("http://[broken", "what is not a URL"),
    ],
)
def test_no_redirect_is_followed_and_only_its_host_is_shown(
    server: HookServer, location: str, shown: str
) -> None:
    server.replies = [(307, {"Location": location})]
    answer = post(server.url, {}, b"{}")
    assert (answer.status, answer.redirect_to) == (307, shown.format(port=server.port))
    assert len(server.posted) == 1


@pytest.mark.parametrize(
    ("value", "least_s", "most_s"),
    [
        ("120", 120.0, 120.0),
        ("9" * 400, 9e9, 1e10),
        (formatdate(4_000_000_000, usegmt=True), 1e8, 4e9),
        (formatdate(1_000_000, usegmt=True), 0.0, 0.0),
        ("-5", 0.0, 0.0),
        ("soon", 0.0, 0.0),
        ("Wed, 99 Foo 0000 99:99:99 GMT", 0.0, 0.0),
        ("", 0.0, 0.0),
    ],
)
def test_retry_after_is_read_in_both_its_forms(
    server: HookServer, value: str, least_s: float, most_s: float
) -> None:
    server.replies = [(503, {"Retry-After": value})]
    assert least_s <= post(server.url, {}, b"{}").retry_after_s <= most_s


def test_proxies_of_the_environment_are_not_used(server: HookServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert post(server.url, {}, b"{}").status == 204


def says(*parts: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return serve


@pytest.mark.parametrize(
    "serve",
    [
        says(b"220 mail.example ESMTP\r\n"),
        says(bytes(range(256)) * 1000),
        says(b"HTTP/1.1 2000 much\r\n\r\n"),
        says(b"HTTP/2 200 OK\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000),
        says(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200_000),
        says(b"H" * 1_000_000),
        says(),
    ],
    ids=["mail", "binary", "status", "version", "headers", "header", "line", "nothing"],
)
def test_what_is_not_http_is_an_error_in_plain_words(serve: Serve) -> None:
    with RawServer(serve) as server, pytest.raises(NoAnswerError) as refused:
        post(f"{server.url}?{SECRET}", {"Authorization": SECRET}, b"{}")
    assert SECRET not in str(refused.value)
    assert str(refused.value) in {"what it answers is not HTTP", "it ended the connection without an answer"}


def test_a_status_counts_though_the_body_is_endless_or_breaks_off() -> None:
    head = b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000000000\r\n\r\n"
    with RawServer(says(head, b"x" * 10)) as short:
        assert post(short.url, {}, b"{}").status == 202
    with RawServer(says(head, *[b"x" * 100_000] * 100)) as endless:
        assert post(endless.url, {}, b"{}").status == 202


def test_a_server_that_says_nothing_is_given_up(impatient: None) -> None:
    stays = threading.Event()
    with RawServer(lambda connection: bool(stays.wait(60)) and None) as server:
        with pytest.raises(NoAnswerError, match="no answer within"):
            post(server.url, {}, b"{}")
        stays.set()


def test_a_server_that_drips_its_answer_is_given_up(impatient: None) -> None:
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not ended.wait(0.02):
            connection.sendall(b"x")

    with RawServer(drip) as server:
        with pytest.raises(NoAnswerError, match="no answer within"):
            post(server.url, {}, b"{}")
        ended.set()


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:{{port}}/{SECRET}",
        f"https://127.0.0.1:{{port}}/{SECRET}",
        f"http://name.invalid/{SECRET}",
        f"http://{'a' * 70}.example/{SECRET}",
        f"http://127.0.0.1:{{port}}/{SECRET}\n",
    ],
)
def test_no_error_shows_path_query_or_token(url: str) -> None:
    with pytest.raises(NoAnswerError) as refused:
        post(url.format(port=free_port()), {"Authorization": f"Bearer {SECRET}"}, b"{}")
    assert str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (f"https://hooks.example/{SECRET}?{SECRET}#{SECRET}", "https://hooks.example"),
        (f"http://u:{SECRET}@hooks.example:8080/", "http://hooks.example:8080"),
        (f"http://[::1]:80/{SECRET}", "http://[::1]:80"),
        ("https://hooks\x1b.example/", "https://hooks\\x1b.example"),
    ],
)
def test_the_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.fixture
def secure_server(tmp_path: Path) -> Iterator[HookServer]:
    """A server for `localhost` with a certificate of an authority of its own."""
    made = [str(MAKE_CERTIFICATES), "localhost", str(tmp_path)]
    subprocess.run(["/bin/sh", *made], check=True, capture_output=True)
    server = HookServer()
    server.tls = SSLContext(PROTOCOL_TLS_SERVER)
    server.tls.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    server.start()
    yield server
    server.stop()


def test_over_tls_a_trusted_certificate_of_the_right_host_is_needed(
    secure_server: HookServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://localhost:{secure_server.port}/{SECRET}"
    with pytest.raises(NoAnswerError, match="certificate is not trusted"):
        post(url, {}, b"{}")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.crt"))
    assert post(url, {}, b"{}") == Answer(204)
    with pytest.raises(NoAnswerError, match="certificate is not trusted"):
        post(url.replace("localhost", "127.0.0.1"), {}, b"{}")
    assert len(secure_server.posted) == 1


def test_a_server_without_tls_where_tls_is_expected_gets_nothing(server: HookServer) -> None:
    with pytest.raises(NoAnswerError):
        post(server.url.replace("http:", "https:"), {"Authorization": SECRET}, b"{}")
    assert server.posted == []
