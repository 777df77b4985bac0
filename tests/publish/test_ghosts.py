"""Nothing stays on the broker of a motor or an agent that has another name now."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from broker import Mosquitto, Received, Subscriber, wait_until

from edge_agent.publish.mqtt.ghosts import Ghosts, known_topics
from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.mqtt.publisher import Publisher, open_sink, retained_topics
from edge_agent.publish.settings import MqttSettings, OutboxSettings, SinkSettings

Subscribe = Callable[..., Subscriber]


def settings_of(folder: Path, agent: str = "pump-7", motor: str = "motor-1", port: int = 1) -> SinkSettings:
    mqtt = MqttSettings("127.0.0.1", port, retry_min_s=0.05, retry_max_s=0.2, connect_timeout_s=2)
    state_folder = folder / "state"
    return SinkSettings(agent, (motor,), state_folder, mqtt, OutboxSettings(state_folder / "outbox.sqlite3"))


def ghosts_of(settings: SinkSettings) -> tuple[Ghosts, Mailbox]:
    mailbox = Mailbox()
    return Ghosts(settings, retained_topics(settings), mailbox), mailbox


def said(mailbox: Mailbox) -> dict[str, bytes]:
    """Return what the mailbox says on the next connection, confirmed by the broker."""
    found: dict[str, bytes] = {}
    while (state := mailbox.take_state()) is not None:
        found[state[0]] = state[1]
        mailbox.confirmed(state[0])
    return found


def test_an_agent_that_keeps_its_names_clears_nothing_and_writes_once(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert said(ghosts_of(settings)[1]) == {}
    file = settings.state_folder / "retained.json"
    written_ns = file.stat().st_mtime_ns
    again, mailbox = ghosts_of(settings)
    again.forget_the_gone()
    assert said(mailbox) == {}
    assert file.stat().st_mtime_ns == written_ns


def test_what_a_former_motor_retained_is_cleared_and_then_forgotten(tmp_path: Path) -> None:
    before, after = settings_of(tmp_path), settings_of(tmp_path, motor="motor-2")
    ghosts_of(before)
    gone = set(retained_topics(before)) - set(retained_topics(after))
    assert "edge-agent/pump-7/motor-1/alarm" in gone
    ghosts, mailbox = ghosts_of(after)
    ghosts.forget_the_gone()
    assert gone < set(known_topics(after))
    assert said(mailbox) == dict.fromkeys(gone, b"")
    ghosts.forget_the_gone()
    assert set(known_topics(after)) == set(retained_topics(after))


def test_what_could_not_be_cleared_is_tried_at_the_next_start(tmp_path: Path) -> None:
    ghosts_of(settings_of(tmp_path))
    renamed = settings_of(tmp_path, agent="pump-8")
    ghosts_of(renamed)
    assert "edge-agent/pump-7/status" in said(ghosts_of(renamed)[1])


def test_a_motor_that_gets_its_name_back_is_not_cleared(tmp_path: Path) -> None:
    ghosts_of(settings_of(tmp_path))
    ghosts_of(settings_of(tmp_path, motor="motor-2"))
    cleared = said(ghosts_of(settings_of(tmp_path))[1])
    assert cleared
    assert all("motor-2" in topic for topic in cleared)


def test_a_file_that_cannot_be_used_clears_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    settings.state_folder.mkdir()
    (settings.state_folder / "retained.json").write_text('{"version": 1, "topics": 3}')
    assert said(ghosts_of(settings)[1]) == {}
    assert (settings.state_folder / "retained.json.unusable").exists()


def test_a_renamed_motor_leaves_nothing_on_a_real_broker(
    tmp_path: Path, mosquitto: Mosquitto, subscribe: Subscribe
) -> None:
    def tell(settings: SinkSettings) -> None:
        publisher: Publisher = open_sink(replace(settings))
        with publisher:
            publisher.publish_state(settings.motors[0], {"of": settings.motors[0]})
            wait_until(lambda: publisher.connected and not publisher._mailbox.unsaid)

    tell(settings_of(tmp_path, port=mosquitto.port))
    tell(settings_of(tmp_path, motor="motor-2", port=mosquitto.port))
    listener = subscribe(mosquitto.port, "edge-agent/#")

    def has_both(messages: list[Received]) -> bool:
        return len(messages) >= 2

    assert {message.topic for message in listener.wait_for(has_both)} == {
        "edge-agent/pump-7/motor-2/state",
        "edge-agent/pump-7/status",
    }
