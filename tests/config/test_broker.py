"""The section `mqtt`: what the publisher gets of it, and what cannot be a broker's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minimal_file import MINIMAL, changed
from pydantic import ValidationError

from edge_agent.config.broker import MqttSection
from edge_agent.publish.settings import MqttSettings, TlsSettings


def test_what_the_publisher_needs_comes_from_the_mqtt_section(load, tmp_path: Path):
    (tmp_path / "password").write_text("secret\n")
    text = changed(
        "  host: localhost",
        "  {host: broker, tls: true, username: pump-7, password_file: password,\n"
        "   prefix: plant/a, diagnosis: no}",
    )
    mqtt = load(text).mqtt_settings()
    assert (mqtt.host, mqtt.port, mqtt.diagnosis) == ("broker", 8883, False)
    assert mqtt.tls is not None
    assert mqtt.base_topic("pump-7") == "plant/a/pump-7"
    assert mqtt.password() == "secret"


def test_without_tls_the_port_is_1883(load):
    mqtt = load(MINIMAL).mqtt_settings()
    assert (mqtt.port, mqtt.tls) == (1883, None)


def test_a_password_that_is_no_text_is_told_without_its_bytes(problems_of, tmp_path):
    (tmp_path / "password").write_bytes(b"s\xe4\xffcret")
    mqtt = f"  username: pump-7\n  password_file: {tmp_path / 'password'}\n"
    (problem,) = problems_of(MINIMAL + mqtt)
    assert "not UTF-8 text" in problem.message
    assert "xe4" not in problem.message


def test_each_key_reaches_the_publisher_as_it_is_written(load, tmp_path: Path):
    for name in ("ca.pem", "own.pem", "own.key", "password"):
        (tmp_path / name).write_text("x\n")
    text = changed(
        "  host: localhost",
        "  host: broker\n  port: 1234\n"
        "  tls: {ca_file: ca.pem, cert_file: own.pem, key_file: own.key}\n"
        "  username: pump\n  password_file: password\n  prefix: plant/a\n  client_id: mine\n"
        "  heartbeat_s: 5\n  diagnosis: no\n  commands: yes\n  keepalive_s: 7",
    )
    assert load(text).mqtt_settings() == MqttSettings(
        host="broker",
        port=1234,
        tls=TlsSettings(tmp_path / "ca.pem", tmp_path / "own.pem", tmp_path / "own.key"),
        username="pump",
        password_file=tmp_path / "password",
        prefix="plant/a",
        client_id="mine",
        heartbeat_s=5.0,
        diagnosis=False,
        commands=True,
        keepalive_s=7,
    )


def test_what_is_left_out_is_as_the_publisher_has_it_by_itself(load):
    assert load(MINIMAL).mqtt_settings() == MqttSettings("localhost")


@pytest.mark.parametrize(
    ("lines", "port", "tls"),
    [
        ("", 1883, None),
        ("tls: null", 1883, None),
        ("tls: false", 1883, None),
        ("tls: true", 8883, TlsSettings()),
        ("tls: {}", 8883, TlsSettings()),
        ("port: 8884\n  tls: true", 8884, TlsSettings()),
        ("port: 1884", 1884, None),
    ],
)
def test_tls_is_switched_on_and_brings_its_port(load, lines: str, port: int, tls: TlsSettings | None):
    mqtt = load(changed("localhost", f"localhost\n  {lines}")).mqtt_settings()
    assert (mqtt.port, mqtt.tls) == (port, tls)


@pytest.mark.parametrize("alone", ["cert_file", "key_file"])
def test_half_a_client_certificate_is_refused(problems_of, tmp_path: Path, alone: str):
    (tmp_path / "own.pem").touch()
    (problem,) = problems_of(changed("localhost", f"localhost\n  tls: {{{alone}: own.pem}}"))
    assert problem.key == ("mqtt", "tls", "key_file")
    assert "needs both cert_file and key_file; add the other one" in problem.message


def test_a_certificate_that_is_not_there_is_the_only_problem_of_its_pair(problems_of, tmp_path: Path):
    (tmp_path / "own.key").touch()
    (problem,) = problems_of(changed("localhost", "localhost\n  tls: {cert_file: gone, key_file: own.key}"))
    assert problem.key == ("mqtt", "tls", "cert_file")


def test_a_password_needs_a_name(problems_of, tmp_path: Path):
    (tmp_path / "password").write_text("secret\n")
    (problem,) = problems_of(changed("localhost", "localhost\n  password_file: password"))
    assert problem.key == ("mqtt", "password_file")
    assert problem.message == "a password without username; add username"


@pytest.mark.parametrize("content", ["", "\nhunter2\n", "\x07hunter2\n"])
def test_a_password_that_nobody_can_have_is_refused_without_being_repeated(
    problems_of, tmp_path: Path, content: str
):
    (tmp_path / "password").write_text(content)
    (problem,) = problems_of(changed("localhost", "localhost\n  username: a\n  password_file: password"))
    assert problem.key == ("mqtt", "password_file")
    assert "write the password there" in problem.message
    assert "hunter2" not in problem.message


def test_a_password_that_only_the_service_may_read_is_left_to_the_service(load):
    unreadable = Path("/proc/self/mem")  # a file whose first byte nobody can read, not even root
    with pytest.raises(OSError, match="Input/output error"):
        unreadable.read_bytes()
    text = changed("localhost", f"localhost\n  username: a\n  password_file: {unreadable}")
    assert load(text).mqtt_settings().password_file == unreadable


LEVEL = st.text(
    st.characters(codec="utf-8", exclude_characters="+#/", exclude_categories=["Z", "C"]), min_size=1
)


@given(st.lists(LEVEL, min_size=1, max_size=4).map("/".join).filter(lambda prefix: len(prefix) <= 256))
def test_levels_of_topics_are_a_prefix(prefix: str):
    assert MqttSection(host="h", prefix=prefix).settings().prefix == prefix


@pytest.mark.parametrize("prefix", ["+", "plant/#", "a b", "a\t", "/a", "a/", "a//b", "", "a" * 257, "a\0b"])
def test_what_no_topic_may_begin_with_is_no_prefix(prefix: str):
    with pytest.raises(ValidationError) as refused:
        MqttSection(host="h", prefix=prefix)
    assert [error["loc"] for error in refused.value.errors()] == [("prefix",)]


@pytest.mark.parametrize(
    ("key", "least", "most", "step"),
    [("port", 1, 65_535, 1), ("keepalive_s", 5, 65_535, 1), ("heartbeat_s", 1.0, 86_400.0, 0.5)],
)
def test_a_number_is_taken_from_its_least_to_its_most_and_not_beyond(
    key: str, least: float, most: float, step: float
):
    for taken in (least, most):
        assert getattr(MqttSection(host="h", **{key: taken}), key) == taken
    for refused in (least - step, most + step):
        with pytest.raises(ValidationError):
            MqttSection(host="h", **{key: refused})
