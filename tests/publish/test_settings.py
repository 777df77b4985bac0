"""Settings check themselves and say what would be right."""

from pathlib import Path

import pytest

from edge_agent.publish.settings import MqttSettings, OutboxSettings, TlsSettings


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


def test_topics_and_session_carry_the_id_of_the_agent() -> None:
    assert MqttSettings("h", prefix="plant/agents").base_topic("pump-7") == "plant/agents/pump-7"
    assert MqttSettings("h").session_name("pump-7") == "edge-agent-pump-7"
    assert MqttSettings("h", client_id="mine").session_name("pump-7") == "mine"
