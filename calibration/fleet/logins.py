"""How simulated agents reach their broker: openly, or with the credentials of a fleet. Loopback only."""

import ipaddress
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from calibration.fleet.agent import SimulatedAgent
from edge_agent.config import load_agent
from edge_agent.fleet.parcels import CONFIGURATION
from edge_agent.publish.settings import MqttSettings


class NotLoopbackError(ValueError):
    """The broker is not on this machine."""


def open_agents(number: int, settings: MqttSettings) -> list[SimulatedAgent]:
    """Return agents without credentials, `agent-00000` and so on. Raises NotLoopbackError."""
    _check(settings.host)
    return [
        SimulatedAgent(f"agent-{index:05}", f"motor-{index:05}", settings, index) for index in range(number)
    ]


def agents_of_fleet(folder: Path, ports: dict[str, int] | None = None) -> Iterator[SimulatedAgent]:
    """Yield the agents that `edge-agent fleet make` wrote, each with its own configuration and credentials.

    `ports` are those of the brokers by site, where they are not those of the configuration. Raises
    ConfigError and NotLoopbackError.
    """
    for index, own in enumerate(sorted((folder / "agents").iterdir())):
        settings, _ = load_agent(own / CONFIGURATION)
        mqtt = settings.shared.mqtt_settings()
        _check(mqtt.host)
        port = (ports or {}).get(settings.shared.agent.site or "", mqtt.port)
        name, motor = settings.shared.agent.id, settings.motors[0].motor.id
        yield SimulatedAgent(name, motor, replace(mqtt, port=port), index)


def _check(host: str) -> None:
    """Raise NotLoopbackError for a broker elsewhere: a crowd is for brokers of this machine."""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    if not is_here:
        raise NotLoopbackError(
            f"{host} is not this machine; a crowd of agents loads a broker, so take one on localhost"
        )
