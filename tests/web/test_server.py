"""The server waits for its port and its token, says so once, and ends at once."""

import logging
import socket
import time
from pathlib import Path

import pytest
from broker import free_port
from serving import WAIT_S, http_settings, serving, wait_for

from edge_agent.publish.settings import HttpSettings
from edge_agent.web import server as server_module
from edge_agent.web.sink import Web, open_sink


def made(folder: Path, **http: object) -> Web:
    web = open_sink(http_settings(folder, HttpSettings(**http)))  # type: ignore[arg-type]
    assert web is not None
    return web


def test_a_taken_port_is_said_once_and_used_when_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server_module, "_RETRY_S", 0.05)
    tries: list[object] = []
    complain = server_module.Server._complain

    def counting(self: server_module.Server, problem: str) -> None:
        tries.append(problem)
        complain(self, problem)

    monkeypatch.setattr(server_module.Server, "_complain", counting)
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as other, made(tmp_path, port=port) as web:
        until_s = time.monotonic() + WAIT_S
        while len(tries) < 3:
            assert time.monotonic() < until_s
            time.sleep(0.01)
        assert web.watched.failure() is None
        other.close()
        wait_for(port, "/healthz", lambda answer: answer.status == 200)
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert said == [
        f"HTTP: cannot listen on 127.0.0.1:{port}: Address already in use; end what listens there, or set "
        "http.listen to another address or port; diagnosis goes on, and this is tried again"
    ]


def test_an_address_of_another_computer_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with made(tmp_path, host="192.0.2.1", port=free_port()) as web:  # TEST-NET-1, RFC 5737
        until_s = time.monotonic() + WAIT_S
        while "cannot listen on 192.0.2.1" not in caplog.text:
            assert time.monotonic() < until_s
            time.sleep(0.01)
        assert web.watched.failure() is None


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_without_its_token_it_does_not_listen(
    tmp_path: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server_module, "_RETRY_S", 0.05)
    token, port = tmp_path / "token", free_port()
    if content is not None:
        token.write_bytes(content)
    with made(tmp_path, port=port, token_file=token):
        until_s = time.monotonic() + WAIT_S
        while "token" not in caplog.text:
            assert time.monotonic() < until_s
            time.sleep(0.01)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        token.write_text("secret")
        wait_for(port, "/healthz", lambda answer: answer.status == 401)


def test_it_listens_on_loopback_of_ipv6_too(tmp_path: Path) -> None:
    port = free_port()
    try:
        socket.create_server(("::1", port), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("NOT TESTED OVER IPV6: this machine has no ::1")
    with made(tmp_path, host="::1", port=port):
        until_s = time.monotonic() + WAIT_S
        while True:
            try:
                with socket.create_connection(("::1", port), timeout=WAIT_S):
                    break
            except ConnectionRefusedError:
                assert time.monotonic() < until_s
                time.sleep(0.05)


def test_it_ends_with_connections_open_and_leaves_the_port_free(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port):
        idle = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        begun = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        begun.sendall(b"GET /metrics HTTP/1.1\r\n")
        assert web._server.thread.stop(WAIT_S)
        assert web.watched.failure() is None
        socket.create_server(("127.0.0.1", port)).close()
    idle.close()
    begun.close()


def test_it_beats_while_it_listens_and_while_it_waits(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, _):
        before_s, until_s = web.watched.heartbeat(), time.monotonic() + WAIT_S
        while web.watched.heartbeat() <= before_s:
            assert time.monotonic() < until_s
            time.sleep(0.05)
