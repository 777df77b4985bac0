"""Home Assistant finds what it must know on the broker, and nothing of what is gone."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from broker import Answer, FakeBroker, Mosquitto, Received, Subscriber, wait_until
from plates import a_nameplate

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.publish.documents import Event, Info, Origin
from edge_agent.publish.documents import State as StateDocument
from edge_agent.publish.mqtt.connection import Incoming
from edge_agent.publish.mqtt.discovery import Discovery
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.mqtt.publisher import Publisher, open_sink
from edge_agent.publish.settings import HomeAssistantSettings, MqttSettings, OutboxSettings, SinkSettings
from edge_agent.verdict import Evidence, Severity, State, Verdict

Subscribe = Callable[..., Subscriber]
AGENT = "homeassistant/device/pump-7/agent/config"
MOTOR, OTHER = (f"homeassistant/device/pump-7/{motor}/config" for motor in ("motor-1", "motor-2"))
STATE, STATUS = "edge-agent/pump-7/motor-1/state", "edge-agent/pump-7/status"
ORIGIN = Origin("pump-7", "motor-1", "model", "ab" * 32)
HEALTHY = Verdict(state=State.HEALTHY, severity=Severity.OK, evidence=Evidence())
ONLINE = Incoming("homeassistant/status", b"online", retain=False)


def sink_settings(folder: Path, port: int = 1, **changes: object) -> SinkSettings:
    """Settings of an agent that is quick to reconnect, with Home Assistant on."""
    given = SinkSettings(
        agent="pump-7",
        motors=("motor-1",),
        state_folder=folder / "state",
        mqtt=MqttSettings("127.0.0.1", port, retry_min_s=0.05, retry_max_s=0.2, connect_timeout_s=2),
        outbox=OutboxSettings(folder / "state" / "outbox.sqlite3"),
        home_assistant=HomeAssistantSettings(),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


OFF = HomeAssistantSettings(enabled=False)


def a_daq(*vibration: str) -> Device:
    currents = [Channel(f"i{p}", ChannelKind.CURRENT, "A", 1.0, phase=p) for p in "abc"]
    others = [Channel(name, ChannelKind.VIBRATION, "m/s2", 1.0) for name in vibration]
    return Device("daq", "1", "1", (Stream(0, 10_000.0, (*currents, *others)),))


def info(device: Device | None) -> Info:
    return Info(ORIGIN, a_nameplate(id="motor-1"), device, (), (), unix_s=1.0)


def said(mailbox: Mailbox) -> dict[str, bytes]:
    """Return what the mailbox says on the next connection, confirmed by the broker."""
    found: dict[str, bytes] = {}
    while (state := mailbox.take_state()) is not None:
        found[state[0]] = state[1]
        mailbox.confirmed(state[0])
    return found


def entities(payload: bytes | str) -> dict[str, dict[str, object]]:
    return dict(json.loads(payload)["components"])


def told_by(folder: Path, **changes: object) -> dict[str, bytes]:
    """Return what an agent of these settings says at its first connection."""
    mailbox = Mailbox()
    discovery = Discovery(sink_settings(folder, **changes), mailbox)
    found = said(mailbox)
    discovery.forget_the_gone()
    return found


def test_home_assistant_that_was_never_asked_for_costs_nothing(tmp_path: Path) -> None:
    assert told_by(tmp_path, home_assistant=OFF) == {}
    assert not (tmp_path / "state").exists()


def test_both_devices_are_told(tmp_path: Path) -> None:
    assert list(told_by(tmp_path)) == [AGENT, MOTOR]


def test_sensors_are_told_when_the_daq_is_known_and_at_once_after_a_restart(tmp_path: Path) -> None:
    mailbox = Mailbox()
    discovery = Discovery(sink_settings(tmp_path), mailbox)
    assert "current_a" not in entities(said(mailbox)[MOTOR])
    discovery.device_came("motor-1", a_daq("vib_x"))
    found = entities(said(mailbox)[MOTOR])
    assert {"current_a", "current_b", "current_c", "vibration_vib_x"} <= found.keys()
    discovery.device_came("motor-1", a_daq("vib_x"))
    assert said(mailbox) == {}
    assert entities(told_by(tmp_path)[MOTOR]) == found


def test_an_entity_whose_sensor_or_setting_is_gone_is_removed(tmp_path: Path) -> None:
    mailbox = Mailbox()
    commands = replace(sink_settings(tmp_path).mqtt, commands=True)
    Discovery(sink_settings(tmp_path, mqtt=commands), mailbox).device_came("motor-1", a_daq("vib_x"))
    mailbox = Mailbox()
    Discovery(sink_settings(tmp_path), mailbox).device_came("motor-1", a_daq("vib_y"))
    found = said(mailbox)
    assert entities(found[AGENT])["capture"] == {"platform": "button"}
    assert entities(found[MOTOR])["vibration_vib_x"] == {"platform": "sensor"}
    assert entities(found[MOTOR])["vibration_vib_y"]["unique_id"]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"motors": ("motor-2",)}, {MOTOR}),
        ({"home_assistant": OFF}, {AGENT, MOTOR}),
        ({"home_assistant": HomeAssistantSettings(prefix="ha")}, {AGENT, MOTOR}),
    ],
)
def test_what_is_gone_is_cleared_until_the_broker_has_confirmed_it(
    tmp_path: Path, changes: dict[str, object], gone: set[str]
) -> None:
    told_by(tmp_path)
    Discovery(sink_settings(tmp_path, **changes), Mailbox())  # ends before it has a broker
    found = told_by(tmp_path, **changes)
    assert {topic for topic, payload in found.items() if payload == b""} == gone
    assert not gone & told_by(tmp_path, **changes).keys()


def test_a_message_that_was_confirmed_is_not_forgotten(tmp_path: Path) -> None:
    told_by(tmp_path)
    assert told_by(tmp_path, motors=("motor-2",))[MOTOR] == b""


def test_a_file_that_nobody_wrote_is_put_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "state" / "home_assistant.json"
    file.parent.mkdir()
    file.write_text('{"version": 1, "entities": [1]}')
    assert list(told_by(tmp_path)) == [AGENT, MOTOR]
    assert (file.parent / "home_assistant.json.unusable").exists()
    assert "cannot be used" in caplog.text


@pytest.mark.parametrize(
    ("message", "again"),
    [
        (ONLINE, True),
        (replace(ONLINE, retain=True), False),
        (replace(ONLINE, payload=b"offline"), False),
    ],
)
def test_all_is_said_again_soon_after_home_assistant_has_started(
    tmp_path: Path, message: Incoming, again: bool
) -> None:
    now_s = [0.0]
    mailbox = Mailbox(lambda: now_s[0])
    discovery = Discovery(sink_settings(tmp_path), mailbox)
    mailbox.put_state(STATE, b"{}")
    said(mailbox)
    discovery.receivers["homeassistant/status"](message)
    now_s[0] = 5.0
    assert list(said(mailbox)) == ([AGENT, MOTOR, STATE] if again else [])


def test_nobody_listens_while_it_is_off(tmp_path: Path) -> None:
    assert Discovery(sink_settings(tmp_path, home_assistant=OFF), Mailbox()).receivers == {}


# With a broker.


@pytest.fixture
def open_publisher(tmp_path: Path) -> Iterator[Callable[..., Publisher]]:
    """Make publishers as the agent does, in one state folder; they end with the test."""
    made: list[Publisher] = []

    def make(port: int, **changes: object) -> Publisher:
        publisher = open_sink(sink_settings(tmp_path, port, **changes))
        assert isinstance(publisher, Publisher)
        made.append(publisher)
        return publisher

    yield make
    for publisher in made:
        publisher.stop(1.0)
        publisher._outbox.close()


def at_rest(subscribe: Subscribe, port: int, name: str) -> dict[str, Received]:
    """Return what lies retained on the broker, by topic; it comes before what is published later."""
    late = subscribe(port, name=name)
    publish(port, "end", "of what lay there")
    late.wait_for(lambda _: late.on("end"))
    return {message.topic: message for message in late.messages if message.retain}


def test_entities_are_retained_before_we_call_ourselves_online(
    mosquitto: Mosquitto, subscribe: Subscribe, open_publisher: Callable[..., Publisher]
) -> None:
    listener = subscribe(mosquitto.port)
    publisher = open_publisher(mosquitto.port)
    publisher.take(StateDocument(ORIGIN, HEALTHY, 1.0))
    publisher.take(info(a_daq("vib_x")))
    with publisher:
        listener.wait_for(lambda messages: listener.on(STATUS))
        retained = at_rest(subscribe, mosquitto.port, "late")
    topics = [message.topic for message in listener.messages]
    assert topics[:3] == [AGENT, MOTOR, STATE]
    assert topics[-1] == STATUS
    assert {retained[AGENT].qos, retained[MOTOR].qos} == {1}
    assert "vibration_vib_x" in entities(retained[MOTOR].payload)


def test_entities_are_back_after_a_broker_without_memory_and_after_a_start_of_home_assistant(
    tmp_path: Path, mosquitto: Mosquitto, subscribe: Subscribe, open_publisher: Callable[..., Publisher]
) -> None:
    with open_publisher(mosquitto.port) as publisher:
        publisher.take(StateDocument(ORIGIN, HEALTHY, 1.0))
        first = subscribe(mosquitto.port)
        first.wait_for(lambda _: first.on(STATUS))
        first.close()
        mosquitto.stop()
        (tmp_path / "mosquitto.db").unlink()
        mosquitto.start()
        listener = subscribe(mosquitto.port, name="second")
        listener.wait_for(lambda messages: len(messages) == 4)
        assert {message.topic for message in listener.messages} == {AGENT, MOTOR, STATE, STATUS}
        home_assistant = subscribe(mosquitto.port, "homeassistant/status", name="home-assistant")
        publish(mosquitto.port, "homeassistant/status", "online")
        home_assistant.wait_for(lambda messages: messages)
        listener.wait_for(lambda _: len(listener.on(STATE)) == 2)
    again = [message.topic for message in listener.messages if message.topic != "homeassistant/status"]
    assert again[4:7] == [AGENT, MOTOR, STATE]


def test_a_motor_that_left_the_file_disappears_and_switching_off_removes_all(
    mosquitto: Mosquitto, subscribe: Subscribe, open_publisher: Callable[..., Publisher]
) -> None:
    with open_publisher(mosquitto.port) as publisher:
        wait_until(lambda: publisher.connected)
    assert {AGENT, MOTOR} <= at_rest(subscribe, mosquitto.port, "first").keys()
    with open_publisher(mosquitto.port, motors=("motor-2",)) as publisher:
        wait_until(lambda: publisher.connected)
    found = at_rest(subscribe, mosquitto.port, "second")
    assert {AGENT, OTHER} <= found.keys()
    assert MOTOR not in found
    with open_publisher(mosquitto.port, motors=("motor-2",), home_assistant=OFF) as publisher:
        wait_until(lambda: publisher.connected)
    assert not {AGENT, MOTOR, OTHER} & at_rest(subscribe, mosquitto.port, "third").keys()


def test_a_broker_that_refuses_the_topics_holds_up_nothing_else(
    tmp_path: Path, subscribe: Subscribe, open_publisher: Callable[..., Publisher]
) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite edge-agent/#\n")
    acl.chmod(0o600)
    broker = Mosquitto(tmp_path, f"listener {{port}} 127.0.0.1\nallow_anonymous true\nacl_file {acl}\n")
    broker.start()
    listener = subscribe(broker.port, "edge-agent/#")
    with open_publisher(broker.port) as publisher:
        publisher.take(StateDocument(ORIGIN, HEALTHY, 1.0))
        publisher.take(Event(ORIGIN, HEALTHY, HEALTHY, 2.0, number=publisher.event_number()))
        listener.wait_for(lambda _: listener.on(STATUS) and listener.on("edge-agent/pump-7/motor-1/event"))
        wait_until(lambda: publisher.counts.refusals >= 2)
        assert publisher.counts.connections == 1
    broker.stop()


def test_a_broker_that_ends_the_connection_for_them_gets_the_rest(
    open_publisher: Callable[..., Publisher],
) -> None:
    def answer(topic: str, payload: bytes) -> Answer:
        return "close" if topic.startswith("homeassistant/") else 0

    broker = FakeBroker(answer)
    with open_publisher(broker.port) as publisher:
        publisher.take(StateDocument(ORIGIN, HEALTHY, 1.0))
        publisher.take(Event(ORIGIN, HEALTHY, HEALTHY, 2.0, number=publisher.event_number()))
        wait_until(lambda: {STATE, STATUS, "edge-agent/pump-7/motor-1/event"} <= {t[0] for t in broker.taken})
    broker.close()


def publish(port: int, topic: str, payload: str) -> None:
    """Publish as Home Assistant does when it starts."""
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, "-m", payload]
    subprocess.run(command, check=True, timeout=60)


def test_each_of_several_motors_is_a_device_with_its_own_sensors_and_buttons(tmp_path: Path) -> None:
    settings = sink_settings(tmp_path, motors=("motor-1", "fan"))
    settings = replace(settings, mqtt=replace(settings.mqtt, commands=True))
    fan = MOTOR.replace("motor-1", "fan")
    mailbox = Mailbox()
    Discovery(settings, mailbox).device_came("fan", a_daq("vib_x"))
    found = said(mailbox)
    assert {AGENT, MOTOR, fan} <= found.keys()
    assert "vibration_vib_x" in entities(found[fan])
    assert "vibration_vib_x" not in entities(found[MOTOR])
    assert "acknowledge" not in entities(found[AGENT])
    assert '"motor": "fan"' in str(entities(found[fan])["acknowledge"]["payload_press"])
    again = Mailbox()
    Discovery(settings, again)
    assert "vibration_vib_x" in entities(said(again)[fan])
