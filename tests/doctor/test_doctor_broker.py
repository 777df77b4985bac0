"""Faults of the broker, with Mosquitto: away, wrong password, missing rights, certificates."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from broker import FakeBroker, Mosquitto, free_port
from doctored import a_site, of

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


def test_a_broker_that_says_nothing(tmp_path: Path) -> None:
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


@pytest.fixture
def secured(tmp_path: Path) -> Callable[[int], str]:
    """Make a broker's certificate that is valid for so many days; give the lines of its configuration."""

    def make(days: int) -> str:
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        ca, ca_key = str(tmp_path / "ca.crt"), str(tmp_path / "ca.key")
        key, request = str(tmp_path / "server.key"), str(tmp_path / "server.csr")
        openssl("req", "-x509", *curve, "-days", "900", "-subj", "/CN=ca", "-keyout", ca_key, "-out", ca)
        openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
        (tmp_path / "ext").write_text("subjectAltName=DNS:localhost\n")
        signing = ("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial")
        openssl(
            *signing, "-days", str(days), "-extfile", str(tmp_path / "ext"), "-out", f"{tmp_path}/server.crt"
        )
        return (
            f"listener {{port}} localhost\nallow_anonymous true\ncertfile {tmp_path}/server.crt\n"
            f"keyfile {key}\ncafile {ca}\n"
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
