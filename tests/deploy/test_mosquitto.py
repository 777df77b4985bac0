"""The shipped broker configuration lets in who may come in, and nobody writes where they may not."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import get_args

import pytest
from broker import Mosquitto, Subscriber, wait_until
from plates import PLATE

from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.diagnose.decision import starting
from edge_agent.figures import Figures, RunningTime
from edge_agent.learned.status import LearnedStatus
from edge_agent.outlook import Outlook
from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Diagnosis,
    Document,
    Event,
    Health,
    Info,
    Learned,
    Measurements,
    Origin,
    Reply,
    State,
    Trend,
)
from edge_agent.publish.mqtt.publisher import Publisher, open_sink
from edge_agent.publish.settings import (
    HomeAssistantSettings,
    MqttSettings,
    OutboxSettings,
    SinkSettings,
    TlsSettings,
)
from edge_agent.publish.sink import Request
from edge_agent.publish.store.outbox import Outbox

EXAMPLE = Path(__file__).parents[2] / "deploy" / "mosquitto"
PASSWORDS = {
    "monitor": "m0nitor",
    "operator": "0perator",
    "homeassistant": "h4",
    "pump-7": "p7",
    "pump-8": "p8",
}


@dataclass(frozen=True)
class Site:
    """A broker set up as the guide says, with certificates for `localhost`."""

    broker: Mosquitto
    folder: Path

    def publish(
        self, user: str | None, topic: str, *more: str, message: str = "hello"
    ) -> subprocess.CompletedProcess[str]:
        """Publish a message with mosquitto_pub."""
        login = ["-u", user, "-P", PASSWORDS[user]] if user else []
        command = ["mosquitto_pub", "-h", "localhost", "-p", str(self.broker.port), "-V", "mqttv5"]
        command += [
            "--cafile",
            str(self.folder / "ca.crt"),
            "-q",
            "1",
            "-t",
            topic,
            "-m",
            message,
            *login,
            *more,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def clear(self, user: str, topic: str) -> subprocess.CompletedProcess[str]:
        """Clear a retained topic with the command of the guide."""
        login = ["-u", user, "-P", PASSWORDS[user], "--cafile", str(self.folder / "ca.crt")]
        command = ["mosquitto_pub", *login, "-h", "localhost", "-p", str(self.broker.port), "-q", "1"]
        command += ["-t", topic, "-r", "-n"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def settings(self, **changes: object) -> MqttSettings:
        """How `pump-7` reaches it."""
        password = self.folder / "pump-7.password"
        password.write_text(PASSWORDS["pump-7"])
        fields: dict[str, object] = {
            "host": "localhost",
            "port": self.broker.port,
            "username": "pump-7",
            "password_file": password,
            "tls": TlsSettings(ca_file=self.folder / "ca.crt"),
            "retry_min_s": 0.05,
            "retry_max_s": 0.1,
        }
        return MqttSettings(**(fields | changes))  # type: ignore[arg-type]


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


def site_config(folder: Path) -> str:
    """Return the shipped file with the folder of a test in place of /etc/mosquitto."""
    config = (EXAMPLE / "edge-agent.conf").read_text()
    config = config.replace("listener 8883", "listener {port} localhost")
    return config.replace("/etc/mosquitto/certs/", f"{folder}/").replace("/etc/mosquitto/", f"{folder}/")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if shutil.which("openssl") is None or shutil.which("mosquitto_passwd") is None:
        pytest.skip("NOT TESTED: needs openssl and mosquitto_passwd")
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([EXAMPLE / "make-certificates.sh", "localhost", folder], check=True, capture_output=True)
    passwords = folder / "edge-agent.passwords"
    passwords.touch(0o600)
    for user, password in PASSWORDS.items():
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, password], check=True, capture_output=True)
    shutil.copy(EXAMPLE / "edge-agent.acl", folder)
    (folder / "edge-agent.acl").chmod(0o600)
    broker = Mosquitto(folder, site_config(folder))
    broker.start()
    yield Site(broker, folder)
    broker.stop()


@pytest.fixture
def monitor(site: Site, subscribe: Callable[..., Subscriber], tmp_path: Path) -> Subscriber:
    login = ["-u", "monitor", "-P", PASSWORDS["monitor"], "--cafile", str(site.folder / "ca.crt")]
    return subscribe(site.broker.port, name=f"monitor-{tmp_path.name}", more=login)


@pytest.fixture
def home_assistant(site: Site, subscribe: Callable[..., Subscriber], tmp_path: Path) -> Subscriber:
    login = ["-u", "homeassistant", "-P", PASSWORDS["homeassistant"], "--cafile", str(site.folder / "ca.crt")]
    return subscribe(site.broker.port, name=f"home-assistant-{tmp_path.name}", more=login)


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
    "foreign",
    [
        "edge-agent/pump-8/motor-1/state",
        "edge-agent/pump-71/status",
        "edge-agent/status",
        "elsewhere/pump-7/status",
        "homeassistant/device/pump-7/config",
        "homeassistant/device/pump-8/motor-1/config",
        "homeassistant/sensor/pump-7/motor-1/config",
        "homeassistant/status",
        "edge-agent/pump-8/command/acknowledge",
        "edge-agent/pump-7/command/acknowledge",
        "edge-agent/pump-7/command",
        "edge-agent/pump-7/motor-1/anything",
        "$SYS/broker",
    ],
)
def test_an_agent_writes_its_own_topics_and_no_others(
    site: Site, monitor: Subscriber, home_assistant: Subscriber, foreign: str
) -> None:
    site.publish("pump-7", foreign)
    site.publish("pump-7", "edge-agent/pump-7/health")
    for listener in (monitor, home_assistant):
        listener.wait_for(lambda messages: messages and messages[-1].topic == "edge-agent/pump-7/health")
        heard = [message.topic for message in listener.messages if message.payload == "hello"]
        assert heard == ["edge-agent/pump-7/health"]


@pytest.mark.parametrize("device", ["agent", "motor-1"])
def test_an_agent_tells_home_assistant_of_its_own_devices(
    site: Site, home_assistant: Subscriber, device: str
) -> None:
    site.publish("pump-7", f"homeassistant/device/pump-7/{device}/config")
    heard = home_assistant.wait_for(lambda messages: any(message.payload == "hello" for message in messages))
    assert heard[-1].topic == f"homeassistant/device/pump-7/{device}/config"


def test_an_agent_hears_that_home_assistant_has_started_and_tells_all_again(
    site: Site, home_assistant: Subscriber, tmp_path: Path
) -> None:
    settings = SinkSettings(
        agent="pump-7",
        motors=("motor-1",),
        state_folder=tmp_path,
        mqtt=site.settings(),
        outbox=OutboxSettings(tmp_path / "outbox.sqlite3"),
        home_assistant=HomeAssistantSettings(),
    )
    told, status = "homeassistant/device/pump-7/motor-1/config", "edge-agent/pump-7/status"
    with open_sink(settings):
        home_assistant.wait_for(lambda _: any(m.payload == "online" for m in home_assistant.on(status)))
        site.publish("homeassistant", "homeassistant/status", message="online")
        home_assistant.wait_for(lambda _: len(home_assistant.on(told)) == 2)


def test_home_assistant_sends_commands_and_writes_nothing_else_of_an_agent(
    site: Site, monitor: Subscriber
) -> None:
    site.publish("homeassistant", "edge-agent/pump-7/motor-1/state")
    site.publish("homeassistant", COMMAND)
    monitor.wait_for(lambda messages: any(message.payload == "hello" for message in messages))
    assert [message.topic for message in monitor.messages if message.payload == "hello"] == [COMMAND]


def test_the_access_list_lets_through_everything_that_an_agent_publishes(
    site: Site, monitor: Subscriber, tmp_path: Path
) -> None:
    origin, verdict = Origin("pump-7", "motor-1", "model", "0" * 64), starting()
    numbers = {field.name: 0 for field in fields(Health)} | {"agent": "pump-7", "refusal_share": {}}
    documents: dict[str, Document] = {
        "motor-1/state": State(origin, verdict, 1.0),
        "motor-1/event": Event(origin, verdict, verdict, 1.0, 5),
        "motor-1/diagnosis": Diagnosis(origin, verdict, 1.0),
        "motor-1/alarm": Alarm(origin, None, 1.0),
        "motor-1/info": Info(origin, PLATE, None, (), (), 1.0),
        "motor-1/baseline": Baseline(origin, BaselineStatus(BaselineState.LEARNING), 1.0),
        "motor-1/learned": Learned(origin, LearnedStatus(), 1.0),
        "motor-1/measurements": Measurements(origin, Figures(running=False), RunningTime(), 1.0),
        "motor-1/trend": Trend(origin, Outlook(), 1.0),
        "health": Health(**numbers),
        "reply/capture": Reply("capture", None),
    }
    assert {type(document) for document in documents.values()} == set(get_args(Document))
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    with Publisher(site.settings(), "pump-7", outbox) as publisher:
        wait_until(lambda: publisher.connected)
        for document in documents.values():
            publisher.take(document)
        topics = {f"edge-agent/pump-7/{topic}" for topic in documents}
        monitor.wait_for(lambda messages: {message.topic for message in messages} >= topics)
        assert publisher.counts.refusals == 0
    outbox.close()


COMMAND = "edge-agent/pump-7/command/capture"


@pytest.mark.parametrize("user", [None, "monitor", "pump-7", "pump-8"])
def test_only_the_operator_may_send_commands(
    site: Site, monitor: Subscriber, tmp_path: Path, user: str | None
) -> None:
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    asked: list[Request] = []
    with Publisher(site.settings(commands=True), "pump-7", outbox) as publisher:
        status = "edge-agent/pump-7/status"  # said after it has subscribed
        monitor.wait_for(lambda _: [message.payload for message in monitor.on(status)][-1:] == ["online"])
        site.publish(user, COMMAND, message='{"transaction": "theirs"}')
        site.publish("operator", COMMAND, message='{"transaction": "ours"}')
        wait_until(lambda: asked.extend(publisher.requests()) or asked)
        assert [request.transaction for request in asked] == ["ours"]
        assert publisher.counts.commands_refused == 0
        publisher.take(Reply("capture", None, transaction="ours"))
        monitor.wait_for(lambda _: monitor.on("edge-agent/pump-7/reply/capture"))
    outbox.close()


@pytest.mark.parametrize("topic", ["edge-agent/pump-7/motor-1/state", "edge-agent/pump-7/commands", "a/b"])
def test_the_operator_sends_commands_and_nothing_else(site: Site, monitor: Subscriber, topic: str) -> None:
    site.publish("operator", topic)
    site.publish("pump-7", "edge-agent/pump-7/health")
    monitor.wait_for(lambda messages: messages and messages[-1].topic == "edge-agent/pump-7/health")
    assert not [message for message in monitor.on(topic) if not message.retain]


def test_an_agent_hears_no_commands_to_another(site: Site, subscribe: Callable[..., Subscriber]) -> None:
    login = ["-u", "pump-8", "-P", PASSWORDS["pump-8"], "--cafile", str(site.folder / "ca.crt")]
    listener = subscribe(site.broker.port, "edge-agent/#", name="pump-8", more=login)
    for agent in ("pump-7", "pump-8"):
        site.publish("operator", f"edge-agent/{agent}/command/self_test")
    listener.wait_for(lambda messages: messages)
    assert {message.topic for message in listener.messages} == {"edge-agent/pump-8/command/self_test"}


def test_the_monitor_writes_nothing(site: Site, monitor: Subscriber) -> None:
    site.publish("monitor", "edge-agent/pump-7/motor-1/state")
    site.publish("pump-7", "edge-agent/pump-7/health")
    monitor.wait_for(lambda messages: messages and messages[-1].topic == "edge-agent/pump-7/health")
    assert not [message for message in monitor.on("edge-agent/pump-7/motor-1/state") if not message.retain]


@pytest.mark.parametrize(("user", "cleared"), [("monitor", False), ("pump-8", False), ("pump-7", True)])
def test_a_retained_state_is_cleared_by_its_own_user_alone_though_all_are_told_that_it_went_well(
    site: Site, subscribe: Callable[..., Subscriber], user: str, cleared: bool
) -> None:
    topics = [f"edge-agent/pump-7/{name}" for name in ("status", "health", "motor-1/state")]
    for topic in topics:
        site.publish("pump-7", topic, "-r")
    for topic in topics:
        assert site.clear(user, topic).returncode == 0
    site.publish("pump-7", "edge-agent/pump-7/reply/last", "-r")
    login = ["-u", "monitor", "-P", PASSWORDS["monitor"], "--cafile", str(site.folder / "ca.crt")]
    late = subscribe(site.broker.port, "edge-agent/pump-7/#", name=f"late-{user}", more=login)
    late.wait_for(lambda _: late.on("edge-agent/pump-7/reply/last"))
    still_there = [topic for topic in topics if late.on(topic)]
    assert still_there == ([] if cleared else topics)
    for topic in (*topics, "edge-agent/pump-7/reply/last"):
        site.clear("pump-7", topic)


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
