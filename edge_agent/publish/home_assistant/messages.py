"""The discovery messages, one for each device: the agent, and each motor that is reached through it."""

import math
from dataclasses import dataclass

from edge_agent import __version__
from edge_agent.publish.home_assistant.agent_entities import (
    agent_components,
    capture_button,
    motor_buttons,
)
from edge_agent.publish.home_assistant.components import Component
from edge_agent.publish.home_assistant.motor_entities import Sensors, motor_components
from edge_agent.publish.json_values import Payload
from edge_agent.publish.settings import AGENT_DEVICE

_HEARTBEATS = 3
"""Heartbeats without a message after which a value is no longer believed: two may be late; judgement."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose entities they are, and where their values are published."""

    agent: str
    """Id of the agent."""
    motor: str
    """Id of the motor."""
    base: str
    """Topic below which the agent publishes everything."""
    heartbeat_s: float
    """States, measurements and health are published at least this often, s."""
    commands: bool
    """True if the agent obeys commands."""
    several: bool = False
    """True if the motor is one of several of its agent: then its commands name it."""


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """What Home Assistant is told of a device."""

    device: Payload
    """Its ids and names."""
    status_topic: str
    """Where the agent says `online` and `offline`: its entities are unavailable in between."""
    components: dict[str, Component]
    """Its entities by their names."""

    @property
    def platforms(self) -> dict[str, str]:
        """Platforms of the entities by their names."""
        return {name: str(component["platform"]) for name, component in self.components.items()}

    def payload(self, ever: dict[str, str]) -> Payload:
        """Return the message; `ever` are the platforms of all entities that were ever told.

        Those that are gone keep nothing but their platform, which removes them.
        """
        gone = {name: {"platform": ever[name]} for name in ever if name not in self.components}
        return {
            "device": self.device,
            "origin": {"name": "edge-agent", "sw_version": __version__},
            "availability": [
                {
                    "topic": self.status_topic,
                    "payload_available": "online",
                    "payload_not_available": "offline",
                }
            ],
            "components": self.components | gone,
        }


def discovery_messages(prefix: str, place: Place, sensors: Sensors) -> dict[str, DeviceMessage]:
    """Return the messages of the agent and of one motor by their topics, which begin with `prefix`.

    With each of several motors, that of the agent is the same.
    """
    expire_after_s = math.ceil(_HEARTBEATS * place.heartbeat_s)
    agent, motor = (f"edge-agent.{place.agent}.{device}" for device in (AGENT_DEVICE, place.motor))
    of_agent = agent_components(place.base, expire_after_s)
    of_motor = motor_components(f"{place.base}/{place.motor}", expire_after_s, sensors)
    if place.commands and place.several:
        of_agent |= capture_button(place.base)
        of_motor |= motor_buttons(place.base, place.motor, {"motor": place.motor})
    elif place.commands:
        of_agent |= capture_button(place.base) | motor_buttons(place.base, place.motor, {})
    below = f"{prefix}/device/{place.agent}"
    return {
        f"{below}/{AGENT_DEVICE}/config": DeviceMessage(
            {"identifiers": [agent], "name": place.agent, "model": "edge-agent", "sw_version": __version__},
            f"{place.base}/status",
            _with_ids(agent, of_agent),
        ),
        f"{below}/{place.motor}/config": DeviceMessage(
            {"identifiers": [motor], "name": place.motor, "model": "induction motor", "via_device": agent},
            f"{place.base}/status",
            _with_ids(motor, of_motor),
        ),
    }


def _with_ids(device: str, components: dict[str, Component]) -> dict[str, Component]:
    """Give each entity an id of its own; no id of agent or motor holds the dot that parts them here."""
    return {name: {**entity, "unique_id": f"{device}.{name}"} for name, entity in components.items()}
