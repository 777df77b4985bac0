"""Faults of the broker, with Mosquitto: away, wrong password, missing rights, certificates."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from broker import FakeBroker, Mosquitto, free_port
from doctored import a_site, of

from edge_agent.config import Settings
from edge_agent.doctor.broker import check_broker
from edge_agent.doctor.result import Mark, Result

TOPIC = "edge-agent/pump-7/doctor"
SHIPPED_ACL = Path(__file__).parents[2] / "deploy" / "mosquitto" / "edge-agent.acl"
PASSWORD = "open-sesame"


def names(results: list[Result]) -> list[tuple[str, str]]:
    return [(str(result.mark), result.name) for result in results]


@contextmanager
def broker_with(folder: Path, config: str) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, config)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def guarded(folder: Path, acl: str) -> Iterator[Mosquitto]:
    """A broker with a password and an access list."""
    if shutil.which("mosquitto_passwd") is None:
        pytest.skip("NOT TESTED: needs mosquitto_passwd")
    passwords, rights = folder / "passwords", folder / "acl"
    passwords.touch(0o600)
    subprocess.run(["mosquitto_passwd", "-b", passwords, "pump-7", PASSWORD], check=True, capture_output=True)
    rights.touch(0o600)
    rights.write_text(acl)
    config = (
        f"listener {{port}} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nacl_file {rights}\n"
    )
    with broker_with(folder, config) as broker:
        yield broker


def examined(folder: Path, port: int, password: str | None = None, more: str = "") -> list[Result]:
    if password is not None:
        (folder / "password").write_text(password)
        more += f", username: pump-7, password_file: {folder / 'password'}"
    return list(check_broker(a_site(folder, port, mqtt_more=more)))


def test_a_broker_that_is_away(tmp_path: Path) -> None:
    (result,) = examined(tmp_path, free_port())
    assert (result.mark, result.name) == (Mark.FAIL, "broker")
    assert "Connection refused" in result.what
    assert "start the broker" in result.advice


def test_a_broker_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Settings.mqtt_settings
    monkeypatch.setattr(Settings, "mqtt_settings", lambda self: replace(usual(self), connect_timeout_s=1.0))
    with broker_with(tmp_path, "listener {port} 127.0.0.1\nallow_anonymous true\n") as broker:
        broker.hang()
        (result,) = examined(tmp_path, broker.port)
    assert (result.mark, result.name) == (Mark.FAIL, "broker")
    assert "did not answer" in result.what


def test_a_broker_without_passwords(tmp_path: Path, mosquitto: Mosquitto) -> None:
    assert names(examined(tmp_path, mosquitto.port)) == [("ok", "broker"), ("ok", "login"), ("ok", "rights")]


def test_the_shipped_access_list_gives_the_rights(tmp_path: Path) -> None:
    with guarded(tmp_path, SHIPPED_ACL.read_text()) as broker:
        results = examined(tmp_path, broker.port, PASSWORD)
    assert names(results) == [("ok", "broker"), ("ok", "login"), ("ok", "rights")]


def test_a_wrong_password(tmp_path: Path) -> None:
    with guarded(tmp_path, SHIPPED_ACL.read_text()) as broker:
        (result,) = examined(tmp_path, broker.port, "open-barley")
    assert (result.mark, result.name) == (Mark.FAIL, "login")
    assert "Not authorized" in result.what
    assert "mqtt.password_file" in result.advice
    assert "barley" not in result.line


def test_a_missing_right_to_write(tmp_path: Path) -> None:
    with guarded(tmp_path, f"user pump-7\ntopic read {TOPIC}\n") as broker:
        (rights,) = of(examined(tmp_path, broker.port, PASSWORD), "rights")
    assert rights.mark is Mark.FAIL
    assert rights.what == f"the broker does not let us write {TOPIC}: Not authorized"
    assert "edge-agent.acl" in rights.advice


def test_a_missing_right_to_read(tmp_path: Path) -> None:
    with guarded(tmp_path, f"user pump-7\ntopic write {TOPIC}\n") as broker:
        (rights,) = of(examined(tmp_path, broker.port, PASSWORD), "rights")
    assert rights.mark is Mark.FAIL
    assert f"{TOPIC} was confirmed, but did not come back" in rights.what


def test_nothing_is_said_in_the_name_of_the_agent(
    tmp_path: Path, mosquitto: Mosquitto, subscribe: Callable[..., object]
) -> None:
    listener = subscribe(mosquitto.port, "#")
    examined(tmp_path, mosquitto.port)
    messages = listener.wait_for(lambda messages: messages)  # type: ignore[attr-defined]
    assert [(message.topic, message.retain) for message in messages] == [(TOPIC, False)]


def test_a_broker_that_confirms_and_forwards_nothing(tmp_path: Path) -> None:
    fake = FakeBroker(lambda topic, payload: 0x87)
    try:
        (rights,) = of(examined(tmp_path, fake.port), "rights")
    finally:
        fake.close()
    assert rights.mark is Mark.FAIL
    assert "Not authorized" in rights.what


def openssl(*arguments: str) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("NOT TESTED: needs openssl")
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def sign(folder: Path, name: str, days: int) -> None:
    """Make a key and a certificate for localhost that is valid for so many days, of an authority there."""
    ca, ca_key = folder / "ca.crt", folder / "ca.key"
    if not ca.exists():
        openssl(
            "req", "-x509", *CURVE, "-days", "900", "-subj", "/CN=ca", "-keyout", f"{ca_key}", "-out", f"{ca}"
        )
    key, request, extensions = (folder / f"{name}.{ending}" for ending in ("key", "csr", "ext"))
    openssl("req", *CURVE, "-subj", "/CN=localhost", "-keyout", f"{key}", "-out", f"{request}")
    extensions.write_text("subjectAltName=DNS:localhost\n")
    signing = ("x509", "-req", "-in", f"{request}", "-CA", f"{ca}", "-CAkey", f"{ca_key}", "-CAcreateserial")
    openssl(*signing, "-days", f"{days}", "-extfile", f"{extensions}", "-out", f"{folder}/{name}.crt")


@pytest.fixture
def secured(tmp_path: Path) -> Callable[[int], str]:
    """Make a broker's certificate that is valid for so many days; give the lines of its configuration."""

    def make(days: int) -> str:
        sign(tmp_path, "server", days)
        return (
            f"listener {{port}} localhost\nallow_anonymous true\ncertfile {tmp_path}/server.crt\n"
            f"keyfile {tmp_path}/server.key\ncafile {tmp_path}/ca.crt\n"
        )

    return make


TLS = ", tls: {{ca_file: {folder}/ca.crt}}"


def test_a_certificate_that_has_expired(tmp_path: Path, secured: Callable[[int], str]) -> None:
    with broker_with(tmp_path, secured(-1)) as broker:
        (result,) = examined(tmp_path, broker.port, more=TLS.format(folder=tmp_path))
    assert (result.mark, result.name) == (Mark.FAIL, "certificate")
    assert "certificate has expired" in result.what
    assert "make a new certificate" in result.advice


@pytest.mark.parametrize(
    ("days", "mark", "said"), [(400, Mark.OK, "valid until"), (5, Mark.WARN, "expires in")]
)
def test_the_end_of_a_certificate_is_said(
    tmp_path: Path, secured: Callable[[int], str], days: int, mark: Mark, said: str
) -> None:
    with broker_with(tmp_path, secured(days)) as broker:
        results = examined(tmp_path, broker.port, more=TLS.format(folder=tmp_path))
    (result,) = of(results, "certificate")
    assert (result.mark, said in result.what) == (mark, True)
    assert time.strftime("%Y", time.gmtime(time.time() + days * 86_400)) in result.what


def test_a_certificate_of_an_unknown_authority(tmp_path: Path, secured: Callable[[int], str]) -> None:
    with broker_with(tmp_path, secured(400)) as broker:
        (result,) = examined(tmp_path, broker.port, more=", tls: true")
    assert (result.mark, result.name) == (Mark.FAIL, "certificate")
    assert "mqtt.tls.ca_file" in result.advice


@pytest.mark.parametrize(("days", "said"), [(-1, "certificate expired"), (None, "certificate required")])
def test_a_certificate_of_ours_that_the_broker_does_not_take(
    tmp_path: Path, secured: Callable[[int], str], days: int | None, said: str
) -> None:
    config = secured(400)
    more = f"ca_file: {tmp_path}/ca.crt"
    if days is not None:
        sign(tmp_path, "client", days)
        more += f", cert_file: {tmp_path}/client.crt, key_file: {tmp_path}/client.key"
    with broker_with(tmp_path, f"{config}require_certificate true\n") as broker:
        (result,) = examined(tmp_path, broker.port, more=f", tls: {{{more}}}")
    assert (result.mark, result.name) == (Mark.FAIL, "certificate")
    assert said in result.what
    assert "cert_file" in result.advice or "client.crt" in result.advice
