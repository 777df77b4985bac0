"""Settings check themselves and say what would be right."""

import os
from pathlib import Path

import pytest

from edge_agent.publish.settings import MqttSettings, OutboxSettings, TlsSettings, read_password


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"host": ""}, "localhost"),
        ({"port": 0}, "1883"),
        ({"prefix": "a/#"}, "edge-agent"),
        ({"prefix": "/a"}, "edge-agent"),
        ({"password_file": Path("p")}, "username"),
        ({"heartbeat_s": 0.5}, "1 s"),
        ({"keepalive_s": 1}, "65535"),
        ({"session_expiry_s": -1}, "negative"),
        ({"connect_timeout_s": 0}, "above zero"),
        ({"retry_min_s": 5.0, "retry_max_s": 1.0}, "retry_max_s"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(wrong: dict[str, object], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        MqttSettings(**({"host": "localhost"} | wrong))  # type: ignore[arg-type]


def test_a_client_certificate_needs_its_key() -> None:
    with pytest.raises(ValueError, match="cert_file is given without key_file"):
        TlsSettings(cert_file=Path("c.pem"))


def test_an_outbox_needs_room() -> None:
    with pytest.raises(ValueError, match="above zero"):
        OutboxSettings(max_rows=0)


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("pass word\nrest\n")
    assert MqttSettings("h", username="u", password_file=file).password() == "pass word"
    assert MqttSettings("h").password() is None


@pytest.mark.parametrize(
    "content",
    [
        b"pass word",
        b"pass word\r\nrest\r\n",
        b"\xef\xbb\xbfpass word\n",
        b"  pass word \t\n",
        b"\xef\xbb\xbf pass word",
        "pass word\u00a0\n".encode(),
    ],
)
def test_marks_and_blanks_around_a_password_are_left_out(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    assert MqttSettings("h", username="u", password_file=file).password() == "pass word"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"  \t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\nhunter2\n", "is empty"),
        ("hunter2".encode("utf-16"), "not UTF-8"),
        ("hunter2".encode("utf-16-le"), "cannot be typed"),
        (b"hunter2\xe4", "not UTF-8"),
        (b"hunter2\x1b[D", "cannot be typed"),
        (b"hunter2\x00", "cannot be typed"),
    ],
)
def test_a_file_without_a_password_is_refused_without_a_part_of_it(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=words) as refused:
        MqttSettings("h", username="u", password_file=file).password()
    assert "hunter2" not in str(refused.value)


def test_only_the_beginning_of_a_password_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("pass word\n")
    with file.open("r+b") as stream:
        stream.truncate(20 * 2**30)
    assert MqttSettings("h", username="u", password_file=file).password() == "pass word"


def test_topics_and_session_carry_the_id_of_the_agent() -> None:
    assert MqttSettings("h", prefix="plant/agents").base_topic("pump-7") == "plant/agents/pump-7"
    assert MqttSettings("h").session_name("pump-7") == "edge-agent-pump-7"
    assert MqttSettings("h", client_id="mine").session_name("pump-7") == "mine"


def test_a_pipe_is_no_password_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is no file; write the password into one"):
        read_password(tmp_path / "pipe")
