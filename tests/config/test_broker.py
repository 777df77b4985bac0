"""The section `mqtt`: what the publisher gets of it, and what cannot be a broker's."""

from pathlib import Path

from minimal_file import MINIMAL, changed


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
