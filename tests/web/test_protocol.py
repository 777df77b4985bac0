"""Nobody keeps the server busy: connections are bounded in number, in time and in size."""

import contextlib
import socket
from pathlib import Path

import pytest
from serving import WAIT_S, get, serving, wait_for

from edge_agent.web import protocol
from edge_agent.web.protocol import MAX_CONNECTIONS, MAX_HEAD_BYTES


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)


def is_closed(channel: socket.socket) -> bool:
    """Wait until the server closes a connection."""
    try:
        return channel.recv(1) == b""
    except ConnectionResetError:
        return True


def test_one_connection_too_many_is_closed_and_room_is_used_again(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        held = [connect(port) for _ in range(MAX_CONNECTIONS)]
        with connect(port) as too_many:
            assert is_closed(too_many)
        for channel in held:
            channel.close()
        wait_for(port, "/healthz", lambda answer: answer.status == 200)


@pytest.mark.parametrize("begun", [b"", b"GET /metrics HTT", b"GET /metrics HTTP/1.1\r\nHost: x\r\n"])
def test_a_connection_that_sends_no_whole_request_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(protocol, "_REQUEST_S", 0.1)
    with serving(tmp_path) as (_, port), connect(port) as idle:
        idle.sendall(begun)
        assert is_closed(idle)


def test_a_request_with_a_head_too_long_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        with connect(port) as channel:
            channel.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2 * MAX_HEAD_BYTES)
            with contextlib.suppress(ConnectionResetError):  # it may close while we are still sending
                assert channel.recv(100).startswith(b"HTTP/1.1 400")
        assert get(port, "/healthz").status == 200


@pytest.mark.parametrize("given", [b"\0\0\0\0\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n"])
def test_what_is_no_request_says_nothing_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, given: bytes
) -> None:
    with serving(tmp_path) as (_, port):
        caplog.clear()
        with connect(port) as channel:
            channel.sendall(given)
            channel.shutdown(socket.SHUT_WR)
            while not is_closed(channel):
                pass
        assert get(port, "/healthz").status == 200
    assert caplog.messages == []
