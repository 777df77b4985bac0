"""Documents go to every listed sink; MQTT, the first one, has an event on disk before `take` returns."""

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from agents import Heard, agent_of
from plates import plate_yaml

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent import agent as agent_module
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.diagnose.decision import starting
from edge_agent.diagnose.model import Model
from edge_agent.publish import SINKS, sink
from edge_agent.publish.documents import Diagnosis, Document, Event, Health, Origin, State, Told
from edge_agent.publish.mqtt.publisher import Publisher, open_sink
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.settings import (
    HttpSettings,
    MqttSettings,
    OutboxSettings,
    SinkSettings,
    WebhookSettings,
)
from edge_agent.publish.sink import Pulse, Sink, SinkCounts, last_told, open_sinks
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.salvage import salvage
from edge_agent.supervision import Flag, ThreadLostError, Watched, WatchedThread
from edge_agent.verdict import Severity, in_short
from edge_agent.verdict import State as StateName

MODEL = Model.load("builtin")
ORIGIN = Origin("pump-7", "motor-1", "model", "ab" * 32)
STARTING = starting()
HEALTHY = replace(STARTING, state="healthy", severity="ok", refusal=None)
ALARM = replace(STARTING, state=StateName.BROKEN_BARS, severity=Severity.ALARM, refusal=None)
HEALTH = Health(
    **{field.name: 0 for field in fields(Health)} | {"agent": "pump-7", "unix_s": 1.0, "refusal_share": {}}
)
BASE = "edge-agent/pump-7"


class OnlyTakes(Sink):
    """The least that a sink must be."""

    def take(self, document: Document) -> None:
        pass


class Remembers(OnlyTakes):
    def __init__(self, told: Told | None) -> None:
        self.told = told

    def last_told(self, motor: str) -> Told | None:
        return self.told if motor == "motor-1" else None


def sink_settings(folder: Path, **changes: object) -> SinkSettings:
    given = SinkSettings(
        agent="pump-7",
        motors=("motor-1",),
        state_folder=folder,
        mqtt=MqttSettings("127.0.0.1", 1),
        outbox=OutboxSettings(folder / "outbox.sqlite3"),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    """A publisher as the agent makes it, not connected to anything."""
    made = open_sink(sink_settings(tmp_path))
    made._mailbox.connected()
    yield made
    made._outbox.close()


def test_a_sink_that_only_takes_documents_is_whole() -> None:
    with OnlyTakes() as own:
        own.take(HEALTH)
        assert own.watched is None
        assert own.counts == SinkCounts()
        assert own.last_told("motor-1") is None


def test_every_listed_sink_is_opened_in_order_with_the_settings(tmp_path: Path) -> None:
    webhooks = (WebhookSettings("http://127.0.0.1:9/hook"),)
    sinks = open_sinks(sink_settings(tmp_path, webhooks=webhooks, http=HttpSettings()))
    assert [type(own).__module__ for own in sinks] == list(SINKS)
    assert all(Sink in type(own).__mro__ for own in sinks)
    assert SINKS[0] == "edge_agent.publish.mqtt.publisher"  # the one that remembers what was told


def test_a_sink_that_the_settings_do_not_ask_for_is_left_out(tmp_path: Path) -> None:
    sinks = open_sinks(sink_settings(tmp_path))
    assert [type(own).__module__ for own in sinks] == ["edge_agent.publish.mqtt.publisher"]


@pytest.mark.parametrize("place", ["first", "last"])
def test_what_was_told_last_is_known_from_whichever_sink_remembers(place: str) -> None:
    told = Told("broken_bars", "alarm", None, None)
    forgetful = [OnlyTakes(), Remembers(None)]
    sinks = [Remembers(told), *forgetful] if place == "first" else [*forgetful, Remembers(told)]
    assert last_told(sinks, "motor-1") == told
    assert last_told(sinks, "motor-2") is None
    assert last_told(forgetful, "motor-1") is None
    assert last_told([], "motor-1") is None


@pytest.mark.parametrize("after", [HEALTHY, ALARM, STARTING], ids=["healthy", "alarm", "refused"])
def test_an_event_is_on_disk_under_its_number_when_take_returns(
    publisher: Publisher, tmp_path: Path, caplog: pytest.LogCaptureFixture, after
) -> None:
    caplog.set_level("INFO")
    event = Event(ORIGIN, HEALTHY, after, 2.0, publisher.event_number())
    publisher.take(event)
    (kept,) = salvage(Images.read(tmp_path / "outbox.sqlite3")).events.values()  # what a power cut leaves
    assert kept.topic == f"{BASE}/motor-1/event"
    assert json.loads(kept.payload) == payload_of(event)
    assert f"event {kept.id}: healthy -> {in_short(after)}" in caplog.messages


def test_each_document_goes_to_its_topic_as_its_payload(publisher: Publisher) -> None:
    state, diagnosis = State(ORIGIN, ALARM, 3.0), Diagnosis(ORIGIN, HEALTHY, 4.0)
    for document in (state, diagnosis, HEALTH):
        publisher.take(document)
    mailbox = publisher._mailbox
    topic, payload = mailbox.take_state()
    said = [
        (topic, payload),
        *((m.topic, m.payload) for m in (mailbox.take_passing(), mailbox.take_passing())),
    ]
    assert [(topic, json.loads(payload)) for topic, payload in said] == [
        (f"{BASE}/motor-1/state", payload_of(state)),
        (f"{BASE}/motor-1/diagnosis", payload_of(diagnosis)),
        (f"{BASE}/health", payload_of(HEALTH)),
    ]


@pytest.mark.parametrize("motor", ["motor-1", "motor-2"])
def test_the_publisher_remembers_the_last_event_of_its_own_motor(
    publisher: Publisher, tmp_path: Path, motor: str
) -> None:
    publisher.take(Event(replace(ORIGIN, motor=motor), HEALTHY, ALARM, 2.0, 1))
    publisher._outbox.close()
    told = open_sink(sink_settings(tmp_path)).last_told("motor-1")
    assert (told and (told.state, told.severity)) == (
        ("broken_bars", "alarm") if motor == "motor-1" else None
    )


def test_what_waits_in_the_outbox_is_counted_with_what_the_connection_counts(publisher: Publisher) -> None:
    for _ in range(3):
        publisher.take(Event(ORIGIN, HEALTHY, ALARM, 2.0, publisher.event_number()))
    publisher._mailbox.disconnected()
    publisher.take(HEALTH)
    counts = publisher.counts
    assert (counts.events_waiting, counts.events_unsaved, counts.diagnoses_dropped) == (3, 0, 1)
    assert (counts.connected, counts.connections) == (False, 0)


def test_events_of_a_former_outbox_come_along(tmp_path: Path) -> None:
    former = Outbox(OutboxSettings(tmp_path / "former.sqlite3"))
    number = former.put_event(f"{BASE}/motor-1/event", lambda number: b"{}")
    former.close()
    made = open_sink(
        sink_settings(
            tmp_path / "new" / "folder",
            former_outbox=tmp_path / "former.sqlite3",
            former_event_topics=(f"{BASE}/motor-1/event",),
        )
    )
    assert [event.id for event in made._outbox.pending((), 10)] == [number]
    made._outbox.close()
    assert not (tmp_path / "former.sqlite3").exists()


def test_without_a_folder_events_wait_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    made = open_sink(sink_settings(tmp_path / "file" / "below"))
    made.take(Event(ORIGIN, HEALTHY, ALARM, 2.0))
    assert (made.counts.events_waiting, made.counts.events_unsaved) == (1, 1)


TOY = '''
"""Documents as lines of a file."""

import json

from edge_agent.publish.payloads import payload_of
from edge_agent.publish.sink import Sink


class Lines(Sink):
    def __init__(self, path):
        self._path = path

    def take(self, document):
        with self._path.open("a") as file:
            file.write(json.dumps([type(document).__name__, payload_of(document)]) + "\\n")


def open_sink(settings):
    return Lines(settings.state_folder / f"{settings.motors[0]}.jsonl")
'''
"""What somebody writes who adds a sink."""


class Ends(Heard):
    """Ends the agent at its first event."""

    def __init__(self, stop: Flag) -> None:
        super().__init__()
        self.stop = stop

    def take(self, document: Document) -> None:
        super().take(document)
        if isinstance(document, Event):
            self.stop.set()


def test_a_sink_that_is_a_file_and_a_line_in_the_list_gets_all_that_mqtt_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toy_lines.py").write_text(TOY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sink, "SINKS", (*SINKS, "toy_lines"))
    config, stop = tmp_path / "agent.yaml", Flag()
    config.write_text(
        f"agent: {{id: a}}\nmotor: {plate_yaml(id='m')}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: 127.0.0.1, port: 1}}\n"
        f"state_dir: {tmp_path}\nwindow: {{length_s: 4, step_s: 1}}\n"
    )
    agent = agent_of(config, MODEL, heard := Ends(stop))
    recording = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=16.0))
    rates_hz = {stream.number: stream.rate_hz for stream in recording.device.streams}
    queue = agent._feeds[0].source._queue  # type: ignore[attr-defined]
    queue.put(encode_description(recording.device))
    for sequence, block in enumerate(replay_blocks(recording, 0.1)):
        queue.put(encode_data(block, rates_hz[block.stream], sequence))
    agent.run(stop)
    agent._say_health()
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert lines == [[type(document).__name__, payload_of(document)] for document in heard.documents]
    assert {kind for kind, _ in lines} >= {
        "State",
        "Event",
        "Diagnosis",
        "Health",
        "Alarm",
        "Info",
        "Measurements",
    }
    outbox = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    published = [json.loads(event.payload) for event in outbox.pending((), 10)]
    outbox.close()
    assert published == [p for kind, p in lines if kind == "Event"]
    assert "toy_lines" in sys.modules


def test_a_sink_feels_a_pulse_as_long_as_the_agent_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_module, "_PULSE_S", 0.0)
    stop, felt = Flag(), []

    class Feels(OnlyTakes):
        def feel(self, pulse: Pulse) -> None:
            felt.append(pulse)
            if len(felt) == 3:
                stop.set()

        @property
        def counts(self) -> SinkCounts:
            return SinkCounts(events_waiting=7)

    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m')}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: 127.0.0.1, port: 1}}\n"
        f"state_dir: {tmp_path}\n"
    )
    agent_of(config, MODEL, Feels()).run(stop)
    assert len(felt) == 3
    assert felt[0].windows.samples_received == felt[0].frames.frames == felt[0].waiting_blocks == 0
    assert [counts.events_waiting for counts in felt[0].sinks] == [0, 7, 0]  # the last one: captures


def test_a_thread_of_a_second_sink_is_watched_as_well(tmp_path: Path) -> None:
    died = threading.Event()

    class Dies(OnlyTakes):
        def __init__(self) -> None:
            self._thread = WatchedThread("second sink", 60.0, self._work)

        def __enter__(self) -> "Dies":
            self._thread.start()
            return self

        def _work(self) -> None:
            died.set()
            raise RuntimeError("the card is full")

        @property
        def watched(self) -> Watched:
            return self._thread.watched

    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m')}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: 127.0.0.1, port: 1}}\n"
        f"state_dir: {tmp_path}\n"
    )
    with pytest.raises(ThreadLostError, match="second sink died: RuntimeError: the card is full"):
        agent_of(config, MODEL, Dies()).run(Flag())
    assert died.is_set()
