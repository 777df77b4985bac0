"""The shipped access list: nobody writes or hears what they may not."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from broker import Subscriber, wait_until
from mosquitto_site import PASSWORDS, Site
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
    OutboxSettings,
    SinkSettings,
)
from edge_agent.publish.sink import Request
from edge_agent.publish.store.outbox import Outbox


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
