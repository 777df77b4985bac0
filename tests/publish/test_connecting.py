"""Why a connection to a broker could not be made: the reason, and what to do."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from broker import Mosquitto, free_port
from paho.mqtt.client import Client
from publishing import settings

from edge_agent.publish.mqtt.connection import Connection, ConnectionFailedError
from edge_agent.publish.settings import MqttSettings, TlsSettings

Connect = Callable[..., Connection]


def refusal(connect: Connect, to: int | MqttSettings) -> ConnectionFailedError:
    with pytest.raises(ConnectionFailedError) as failed:
        connect(to)
    return failed.value


def test_a_wrong_password_is_a_refusal_with_its_reason_and_without_the_password(
    mosquitto_with: Callable[[str], Mosquitto], tmp_path: Path, connect: Connect
) -> None:
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    broker = mosquitto_with("allow_anonymous false")
    error = refusal(connect, settings(broker.port, username="pump-7", password_file=password))
    assert str(error) == f"127.0.0.1:{broker.port} refuses us: Not authorized"
    assert (error.reason, error.wrong_protocol) == ("Not authorized", False)


@pytest.mark.parametrize(
    ("answer", "said", "reason"),
    [
        (b"\x20\x03\x00\x84\x00", "refuses us: Unsupported protocol version", "Unsupported protocol version"),
        (b"\x20\x02\x00\x01", "refuses us: Unsupported protocol version", "Unsupported protocol version"),
        (b"", "did not accept us: the broker closed the connection", ""),
    ],
)
def test_a_broker_that_does_not_know_our_protocol_may_speak_another(
    connect: Connect, answer: bytes, said: str, reason: str
) -> None:
    def serve() -> None:
        with server.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        error = refusal(connect, server.getsockname()[1])
    assert said in str(error)
    assert (error.reason, error.wrong_protocol) == (reason, True)


def test_a_broker_that_never_answers_is_named_and_may_speak_another_protocol(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = refusal(connect, settings(port, connect_timeout_s=0.2))
    assert str(error) == f"127.0.0.1:{port} accepted the connection but did not answer"
    assert error.wrong_protocol


def test_where_nothing_listens_we_say_what_to_do(connect: Connect) -> None:
    port = free_port()
    error = refusal(connect, port)
    assert str(error).startswith(f"cannot connect to 127.0.0.1:{port}: ")
    assert str(error).endswith("start the broker, or correct mqtt.host and mqtt.port")
    assert not error.wrong_protocol


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        (socket.gaierror(-2, "Name or service not known"), "; correct mqtt.host"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), "can look up names"),
        (TimeoutError("timed out"), "firewall"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
    ],
)
def test_a_broker_that_cannot_be_reached_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, cause: OSError, advice: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise cause

    monkeypatch.setattr(Client, "connect", fail)
    error = refusal(connect, free_port())
    assert str(cause) in str(error)
    assert advice in str(error)


@pytest.mark.parametrize("content", [None, b"", "s\xe4cret\n".encode("latin-1")])
def test_a_password_file_that_cannot_be_used_is_named_and_its_bytes_are_not(
    tmp_path: Path, connect: Connect, content: bytes | None
) -> None:
    password = tmp_path / "password"
    if content is not None:
        password.write_bytes(content)
    error = refusal(connect, settings(free_port(), username="a", password_file=password))
    assert str(error).startswith("mqtt.password_file cannot be read: ")
    assert str(password) in str(error)
    assert "0xe4" not in str(error)


@pytest.mark.parametrize("files", [{"ca_file"}, {"cert_file", "key_file"}])
def test_certificates_that_are_none_are_told_before_anything_is_sent(
    tmp_path: Path, connect: Connect, files: set[str]
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate\n")
    tls = TlsSettings(**dict.fromkeys(files, wrong))
    error = refusal(connect, settings(free_port(), tls=tls))
    assert str(error).startswith("mqtt.tls: the certificates cannot be read: ")
