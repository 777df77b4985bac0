"""The agent shows how it is, and offers buttons if it obeys commands."""

import json

from edge_agent.publish.home_assistant.agent_entities import (
    agent_components,
    capture_button,
    motor_buttons,
)


def test_all_that_the_agent_shows_is_diagnostic() -> None:
    components = agent_components("base", 180)
    assert list(components) == [
        "connection", "source", "self_test_failed", "proven_limit", "frames_lost", "outbox", "latency",
        "temperature", "memory", "version",
    ]  # fmt: skip
    assert {component["entity_category"] for component in components.values()} == {"diagnostic"}


def test_the_connection_is_off_rather_than_unavailable_and_does_not_expire() -> None:
    connection = agent_components("base", 180)["connection"]
    assert connection["availability"] == []
    assert "expire_after" not in connection
    assert (connection["state_topic"], connection["payload_off"]) == ("base/status", "offline")


def test_the_buttons_ask_for_what_the_commands_take() -> None:
    components = (capture_button("base") | motor_buttons("base", "motor-1", {})).values()
    asked = {c["command_topic"]: json.loads(str(c["payload_press"])) for c in components}
    assert asked == {
        "base/command/capture": {"seconds": 30},
        "base/command/self_test": {},
        "base/command/acknowledge": {"id": "motor-1", "by": "home-assistant"},
    }
