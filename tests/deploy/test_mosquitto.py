"""The shipped broker configuration lets in who may come in."""

import subprocess
from pathlib import Path

import pytest
from broker import Mosquitto, Subscriber, wait_until
from mosquitto_site import EXAMPLE, PASSWORDS, Site, site_config

from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.settings import (
    OutboxSettings,
    TlsSettings,
)
from edge_agent.publish.store.outbox import Outbox


def a_client_certificate(folder: Path, name: str) -> TlsSettings:
    """Make a certificate as the guide does; return what an agent needs to show it."""
    key, request, made, more = (folder / f"{name}.{end}" for end in ("key", "csr", "crt", "ext"))
    more.write_text("extendedKeyUsage=clientAuth\n")
    elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256"]
    asked = ["-subj", f"/CN={name}", "-keyout", key, "-out", request]
    signed = ["-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial", "-extfile", more]
    for command in (
        ["openssl", "req", *elliptic, *asked],
        ["openssl", "x509", "-req", "-in", request, *signed, "-days", "5", "-sha256", "-out", made],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    return TlsSettings(folder / "ca.crt", made, key)


@pytest.mark.parametrize("by_name", [False, True])
def test_with_mutual_tls_only_a_certificate_of_ours_comes_in(
    site: Site, tmp_path: Path, by_name: bool
) -> None:
    config = site_config(site.folder)
    for line in ("cafile", "require_certificate", *(["use_identity_as_username"] if by_name else [])):
        assert f"#{line} " in config
        config = config.replace(f"#{line} ", f"{line} ")
    broker = Mosquitto(tmp_path, config)
    broker.start()
    mutual = a_client_certificate(site.folder, "pump-7")
    login: dict[str, object] = {"username": None, "password_file": None} if by_name else {}
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(site.settings(port=broker.port), "pump-7", outbox) as refused:
        wait_until(lambda: refused.counts.failed_attempts > 0)
        assert refused.counts.connections == 0
    with Publisher(site.settings(port=broker.port, tls=mutual, **login), "pump-7", outbox) as publisher:
        publisher.publish_event("motor-1", lambda number: {"id": number})
        wait_until(lambda: publisher.counts.events_confirmed == 1)
    outbox.close()
    broker.stop()


def test_an_agent_is_heard_through_tls_with_its_password(
    site: Site, monitor: Subscriber, tmp_path: Path
) -> None:
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(site.settings(), "pump-7", outbox) as publisher:
        publisher.publish_state("motor-1", {"state": "healthy"})
        publisher.publish_event("motor-1", lambda number: {"id": number})
        monitor.wait_for(lambda messages: any(message.topic.endswith("/event") for message in messages))
    assert {message.topic for message in monitor.messages} >= {
        "edge-agent/pump-7/status",
        "edge-agent/pump-7/motor-1/state",
        "edge-agent/pump-7/motor-1/event",
    }
    outbox.close()


def test_an_agent_is_told_the_limit_and_keeps_to_it(site: Site, monitor: Subscriber, tmp_path: Path) -> None:
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(site.settings(), "pump-7", outbox) as publisher:
        publisher.publish_event("motor-1", lambda number: {"id": number, "fill": 70_000 * "x"})
        small = publisher.publish_event("motor-1", lambda number: {"id": number})
        monitor.wait_for(lambda messages: monitor.on("edge-agent/pump-7/motor-1/event"))
        wait_until(lambda: publisher.counts.left_out == 1)
        assert publisher.counts.connections == 1
    assert monitor.on("edge-agent/pump-7/motor-1/event")[-1].json() == {"id": small}
    outbox.close()


def test_nobody_comes_in_without_a_name(site: Site) -> None:
    refused = site.publish(None, "edge-agent/pump-7/status")
    assert refused.returncode != 0
    assert "Not authorized" in refused.stderr + refused.stdout


def test_nobody_comes_in_without_tls(site: Site) -> None:
    command = ["mosquitto_pub", "-h", "localhost", "-p", str(site.broker.port), "-t", "a", "-m", "b"]
    plain = subprocess.run(
        [*command, "-u", "pump-7", "-P", PASSWORDS["pump-7"]], capture_output=True, check=False, timeout=60
    )
    assert plain.returncode != 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"host": "127.0.0.1"}, "mismatch"), ({"tls": TlsSettings()}, "unable to get local issuer")],
)
def test_a_broker_that_is_not_what_it_says_is_not_spoken_to(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, object], complaint: str
) -> None:
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(site.settings(**change), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.counts.failed_attempts)
    assert "certificate verify failed" in caplog.text
    assert complaint in caplog.text
    outbox.close()


def test_certificates_are_not_overwritten(site: Site) -> None:
    before = (site.folder / "ca.key").read_bytes()
    again = subprocess.run(
        [EXAMPLE / "make-certificates.sh", "localhost", site.folder], capture_output=True, check=False
    )
    assert again.returncode == 1
    assert (site.folder / "ca.key").read_bytes() == before
