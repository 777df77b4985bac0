"""Mosquitto with the files that `edge-agent fleet` writes: who is let in, and what the centre hears."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from broker import Subscriber, wait_until
from fleet_brokers import FleetBroker, settings_of
from fleet_tables import a_row, a_table

from edge_agent.cli import main
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.settings import MqttSettings, OutboxSettings, TlsSettings
from edge_agent.publish.store.outbox import Outbox


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A fleet of two agents at one site, and a centre."""
    table = a_table(tmp_path / "fleet.csv", a_row("pump-1"), a_row("pump-2"))
    command = ["fleet", "make", str(table), "--out", str(tmp_path / "fleet"), "--centre", "localhost"]
    assert main(command) == 0
    return tmp_path / "fleet"


@pytest.fixture
def broker(fleet: Path, tmp_path: Path) -> Iterator[FleetBroker]:
    made = FleetBroker(fleet, "sites/hall-1", tmp_path / "broker")
    made.start()
    yield made
    made.stop()


def login(fleet: Path, user: str) -> list[str]:
    """Return how mosquitto_sub shows the certificate of a user."""
    files = {"cafile": "sites/hall-1/ca.crt", "cert": f"users/{user}.crt", "key": f"users/{user}.key"}
    return [part for name, file in files.items() for part in (f"--{name}", str(fleet / file))]


def is_let_in(settings: MqttSettings, agent: str, folder: Path) -> bool:
    """True if the broker lets in whoever comes like this; False if it refuses."""
    quick = replace(settings, retry_min_s=0.05, retry_max_s=0.1)
    outbox = Outbox(OutboxSettings(folder / f"{agent}.sqlite3"))
    try:
        with Publisher(quick, agent, outbox) as publisher:
            wait_until(lambda: publisher.counts.connections or publisher.counts.failed_attempts)
            return publisher.counts.connections > 0
    finally:
        outbox.close()


def test_each_agent_is_let_in_by_its_own_certificate(
    fleet: Path, broker: FleetBroker, tmp_path: Path
) -> None:
    for agent in ("pump-1", "pump-2"):
        assert is_let_in(settings_of(fleet, agent, broker.port), agent, tmp_path)


def test_an_agent_with_the_certificate_of_another_says_nothing_in_its_own_name(
    fleet: Path, broker: FleetBroker, tmp_path: Path, subscribe: Callable[..., Subscriber]
) -> None:
    monitor = subscribe(broker.port, more=login(fleet, "monitor"))
    own, other = (settings_of(fleet, agent, broker.port) for agent in ("pump-1", "pump-2"))
    stolen = replace(own, tls=other.tls)
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(stolen, "pump-1", outbox) as publisher:
        publisher.publish_event("pump-1-motor", lambda number: {"id": number})
        wait_until(lambda: publisher.counts.refusals > 0)
        assert publisher.counts.events_confirmed == 0
    with Publisher(own, "pump-1", outbox) as publisher:
        wait_until(lambda: publisher.counts.events_confirmed == 1)
    outbox.close()
    monitor.wait_for(lambda messages: any(message.topic.endswith("/event") for message in messages))
    assert {message.topic.split("/")[1] for message in monitor.messages} == {"pump-1"}


@pytest.mark.parametrize("stolen", ["key", "foreign"])
def test_a_certificate_without_its_key_or_of_another_authority_is_refused(
    fleet: Path, broker: FleetBroker, tmp_path: Path, stolen: str
) -> None:
    settings = settings_of(fleet, "pump-1", broker.port)
    if stolen == "key":
        tls = TlsSettings(settings.tls.ca_file) if settings.tls else None
    else:
        table = a_table(tmp_path / "other.csv", a_row("pump-1"))
        assert main(["fleet", "make", str(table), "--out", str(tmp_path / "other")]) == 0
        theirs = tmp_path / "other/agents/pump-1"
        tls = (
            TlsSettings(settings.tls.ca_file, theirs / "agent.crt", theirs / "agent.key")
            if settings.tls
            else None
        )
    assert not is_let_in(replace(settings, tls=tls), "pump-1", tmp_path)


def test_a_revoked_agent_is_refused_and_one_with_new_credentials_is_let_in(
    fleet: Path, broker: FleetBroker, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for file in (fleet / "agents/pump-1").iterdir():
        (before / file.name).write_bytes(file.read_bytes())
    old = settings_of(fleet, "pump-1", broker.port)
    stale = replace(old, tls=TlsSettings(before / "ca.crt", before / "agent.crt", before / "agent.key"))
    assert main(["fleet", "rotate", str(fleet), "pump-1"]) == 0
    broker.reload()
    assert is_let_in(stale, "pump-1", tmp_path)
    assert is_let_in(old, "pump-1", tmp_path)  # the files that it names are the new ones
    assert main(["fleet", "revoke", "--former", str(fleet), "pump-1"]) == 0
    broker.reload()
    wait_until(lambda: not is_let_in(stale, "pump-1", tmp_path))
    assert is_let_in(old, "pump-1", tmp_path)
    assert main(["fleet", "revoke", str(fleet), "pump-2"]) == 0
    broker.reload()
    wait_until(lambda: not is_let_in(settings_of(fleet, "pump-2", broker.port), "pump-2", tmp_path))
    assert is_let_in(old, "pump-1", tmp_path)


def test_a_revoked_agent_that_is_connected_can_say_nothing_more(
    fleet: Path, broker: FleetBroker, tmp_path: Path
) -> None:
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(settings_of(fleet, "pump-1", broker.port), "pump-1", outbox) as publisher:
        publisher.publish_event("pump-1-motor", lambda number: {"id": number})
        wait_until(lambda: publisher.counts.events_confirmed == 1)
        assert main(["fleet", "revoke", str(fleet), "pump-1"]) == 0
        broker.reload()
        wait_until(lambda: not is_let_in(settings_of(fleet, "pump-1", broker.port), "other", tmp_path))
        publisher.publish_event("pump-1-motor", lambda number: {"id": number})
        wait_until(lambda: publisher.counts.refusals or not publisher.connected)
        assert publisher.counts.events_confirmed == 1
    outbox.close()


def test_a_revoked_user_is_let_in_no_more(fleet: Path, broker: FleetBroker) -> None:
    def is_refused(user: str) -> bool:
        command = ["mosquitto_sub", "-h", "localhost", "-p", str(broker.port), "-t", "#", "-E"]
        done = subprocess.run([*command, *login(fleet, user)], check=False, capture_output=True, timeout=60)
        return done.returncode != 0

    assert not is_refused("monitor")
    assert main(["fleet", "revoke", str(fleet), "monitor"]) == 0
    broker.reload()
    wait_until(lambda: is_refused("monitor"))
    assert not is_refused("collector")


def test_the_passwords_are_those_that_mosquitto_knows(fleet: Path, tmp_path: Path) -> None:
    """A broker that asks for passwords in place of certificates takes the same files."""
    made = FleetBroker(fleet, "sites/hall-1", tmp_path / "broker")
    config = tmp_path / "broker/mosquitto-under-test.conf"
    mutual = ("require_certificate", "use_identity_as_username", "crlfile", "cafile")
    lines = [line for line in config.read_text().splitlines() if not line.startswith(mutual)]
    config.write_text("\n".join(lines) + "\n")
    made.start()
    settings = settings_of(fleet, "pump-1", made.port)
    by_password = replace(settings, tls=TlsSettings(settings.tls.ca_file) if settings.tls else None)
    assert is_let_in(by_password, "pump-1", tmp_path)
    wrong = replace(by_password, password_file=fleet / "agents/pump-2/mqtt-password")
    assert not is_let_in(wrong, "pump-1", tmp_path)
    made.stop()


def ids_on(collector: Subscriber, topic: str) -> list[object]:
    """Return the numbers of the events of a topic in order; a broker that restarts may deliver one again."""
    return list(dict.fromkeys(message.json()["id"] for message in collector.on(topic)))


def test_the_centre_hears_a_site_below_its_name_also_what_was_said_while_it_was_away(
    fleet: Path, tmp_path: Path, subscribe: Callable[..., Subscriber]
) -> None:
    centre = FleetBroker(fleet, "centre", tmp_path / "centre")
    site = FleetBroker(fleet, "sites/hall-1", tmp_path / "site", bridge_port=centre.port)
    centre.start()
    site.start()
    collector = subscribe(centre.port, more=login(fleet, "collector"))
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(settings_of(fleet, "pump-1", site.port), "pump-1", outbox) as publisher:
        first = publisher.publish_event("pump-1-motor", lambda number: {"id": number})
        topic = "hall-1/edge-agent/pump-1/pump-1-motor/event"
        collector.wait_for(lambda _: collector.on(topic))
        centre.stop()
        second = publisher.publish_event("pump-1-motor", lambda number: {"id": number})
        wait_until(lambda: publisher.counts.events_confirmed == 2)
        centre.start()
        collector.wait_for(lambda _: len(ids_on(collector, topic)) >= 2)
    assert ids_on(collector, topic) == [first, second]
    outbox.close()
    site.stop()
    centre.stop()


def test_the_operator_at_the_centre_reaches_the_agents_of_a_site(fleet: Path, tmp_path: Path) -> None:
    centre = FleetBroker(fleet, "centre", tmp_path / "centre")
    site = FleetBroker(fleet, "sites/hall-1", tmp_path / "site", bridge_port=centre.port)
    centre.start()
    site.start()
    settings = replace(settings_of(fleet, "pump-1", site.port), commands=True)
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    command = [
        "mosquitto_pub",
        "-h",
        "localhost",
        "-p",
        str(centre.port),
        "-q",
        "1",
        *login(fleet, "operator"),
    ]
    command += ["-t", "hall-1/edge-agent/pump-1/command/capture", "-m", "{}"]
    with Publisher(settings, "pump-1", outbox) as publisher:

        def is_reached() -> bool:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
            return bool(publisher.requests())

        wait_until(is_reached)
    outbox.close()
    site.stop()
    centre.stop()
