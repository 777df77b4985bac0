"""The publisher against a real broker, heard by a client that shares no code with it."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from broker import Mosquitto
from publishing import (
    BASE,
    EVENTS,
    STATE,
    STATUS,
    Subscribe,
    an_event,
    ends,
    has_events,
    numbers_on,
    settings,
)

from edge_agent.diagnose.decision import starting
from edge_agent.publish.documents import Event, Origin
from edge_agent.publish.mqtt.publisher import Publisher
from edge_agent.publish.settings import OutboxSettings, SinkSettings
from edge_agent.publish.store.outbox import Outbox


def test_states_are_retained_and_said_before_we_call_ourselves_online(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    publisher.publish_state("motor-1", {"state": "old"})
    publisher.publish_state("motor-1", {"state": "indeterminate"})
    with publisher:
        listener.wait_for(lambda messages: len(messages) == 2)
    assert [message.topic for message in listener.messages] == [STATE, STATUS]
    assert listener.messages[0].json() == {"state": "indeterminate"}
    assert listener.messages[1].payload == "online"
    late = subscribe(mosquitto.port, name="late")
    late.wait_for(lambda messages: len(messages) == 2)
    assert {message.topic: message.payload for message in late.messages}[STATUS] == "offline"
    assert all(message.retain for message in late.messages)


def test_diagnoses_come_and_go_with_a_reload(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox, tmp_path: Path
) -> None:
    listener = subscribe(mosquitto.port)
    quiet = replace(settings(mosquitto.port), diagnosis=False)
    loud = SinkSettings("pump-7", ("motor-1",), tmp_path, replace(quiet, diagnosis=True), OutboxSettings())
    with Publisher(quiet, "pump-7", outbox) as publisher:
        listener.wait_for(lambda messages: any(message.topic == STATUS for message in messages))
        publisher.publish_diagnosis("motor-1", {"n": 1})
        publisher.reload(loud)
        publisher.publish_diagnosis("motor-1", {"n": 2})
        listener.wait_for(lambda _: listener.on(f"{BASE}/motor-1/diagnosis"))
    assert [message.json() for message in listener.on(f"{BASE}/motor-1/diagnosis")] == [{"n": 2}]


def test_all_four_kinds_arrive_with_their_quality_and_retention(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    with Publisher(settings(mosquitto.port), "pump-7", outbox) as publisher:
        listener.wait_for(lambda messages: any(message.topic == STATUS for message in messages))
        publisher.publish_state("motor-1", {"n": 1})
        number = publisher.publish_event("motor-1", lambda event_id: {"id": event_id})
        publisher.publish_diagnosis("motor-1", {"n": 3})
        publisher.publish_health({"n": 4})
        listener.wait_for(lambda messages: len(messages) == 5)
        late = subscribe(mosquitto.port, name="late")
        late.wait_for(lambda messages: len(messages) == 3)
    qualities = {message.topic: message.qos for message in listener.messages}
    assert qualities == {STATUS: 1, STATE: 1, EVENTS: 1, f"{BASE}/motor-1/diagnosis": 0, f"{BASE}/health": 0}
    assert listener.on(EVENTS)[0].json() == {"id": number}
    assert {message.topic for message in late.messages} == {STATUS, STATE, f"{BASE}/health"}
    assert outbox.counts.waiting == 0


def test_a_state_is_said_again_to_a_broker_that_forgot_it(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox, tmp_path: Path
) -> None:
    with Publisher(settings(mosquitto.port), "pump-7", outbox) as publisher:
        publisher.publish_state("motor-1", {"state": "healthy"})
        first = subscribe(mosquitto.port, STATE)
        first.wait_for(lambda messages: messages)
        mosquitto.stop()
        first.close()
        (tmp_path / "mosquitto.db").unlink()
        mosquitto.start()
        second = subscribe(mosquitto.port, STATE, name="second")
        second.wait_for(lambda messages: messages)


def test_stopping_sends_what_still_waits(mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox) -> None:
    listener = subscribe(mosquitto.port)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    with publisher:
        listener.wait_for(lambda messages: messages)
        for number in range(300):
            publisher.publish_event("motor-1", an_event(number))
        assert publisher.stop(timeout_s=60)
    listener.wait_for(has_events(300))
    listener.wait_for(lambda messages: len(listener.on(STATUS)) == 2)
    assert [message.payload for message in listener.on(STATUS)] == ["online", "offline"]
    assert numbers_on(listener) == list(range(300))
    assert outbox.counts.waiting == 0


def test_stopping_without_a_broker_keeps_the_events_for_the_next_start(
    mosquitto: Mosquitto, subscribe: Subscribe, tmp_path: Path
) -> None:
    path = tmp_path / "kept.sqlite3"
    mosquitto.stop()
    first = Outbox(OutboxSettings(path))
    with Publisher(settings(mosquitto.port), "pump-7", first) as publisher:
        publisher.publish_event("motor-1", an_event(1))
        ends(publisher, 1)
    first.close()
    mosquitto.start()
    listener = subscribe(mosquitto.port, EVENTS)
    second = Outbox(OutboxSettings(path))
    with Publisher(settings(mosquitto.port), "pump-7", second):
        listener.wait_for(has_events(1))
    second.close()
    assert numbers_on(listener) == [1]


def test_a_broker_that_hangs_holds_up_neither_the_agent_nor_its_stop(
    mosquitto: Mosquitto, subscribe: Subscribe, outbox: Outbox
) -> None:
    listener = subscribe(mosquitto.port)
    publisher = Publisher(settings(mosquitto.port), "pump-7", outbox)
    with publisher:
        listener.wait_for(lambda messages: messages)
        mosquitto.hang()
        for number in range(100):
            publisher.publish_event("motor-1", an_event(number))
        ends(publisher, 0.5)
    assert outbox.counts.waiting == 100


@pytest.mark.parametrize("several", [False, True])
def test_the_log_names_the_motor_of_an_event_where_there_are_several(
    outbox: Outbox, caplog: pytest.LogCaptureFixture, several: bool
) -> None:
    caplog.set_level(logging.INFO)
    publisher = Publisher(settings(1), "pump-7", outbox, several=several)
    publisher.take(Event(Origin("pump-7", "fan", "model", "0"), starting(), starting(), 0.0, 17))
    of_motor = " of fan" if several else ""
    assert f"event 17{of_motor}: indeterminate -> " in caplog.text
