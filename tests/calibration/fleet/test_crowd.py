"""A crowd of simulated agents at a real broker: all are heard, come back after outages, and lose no event."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Mosquitto, Subscriber
from fleet_brokers import FleetBroker
from fleet_tables import a_row, a_table
from schemas import check_message

from calibration.fleet.crowd import Crowd, Plan
from calibration.fleet.logins import NotLoopbackError, agents_of_fleet, open_agents
from edge_agent.cli import main
from edge_agent.publish.settings import MqttSettings

LONG_S = 60.0
"""Bounds a hang; nothing takes a tenth of it."""
AGENTS = 20


@pytest.fixture
def crowd(mosquitto: Mosquitto) -> Iterator[Crowd]:
    settings = MqttSettings("127.0.0.1", mosquitto.port, heartbeat_s=1.0, retry_min_s=0.1)
    made = Crowd(open_agents(AGENTS, settings), Plan(connects_per_s=200.0))
    yield made
    made.close()


def numbers(listener: Subscriber) -> list[tuple[str, object]]:
    """Return agent and number of each event that was heard."""
    events = [message for message in listener.messages if message.topic.endswith("/event")]
    return [(message.topic.split("/")[1], message.json()["id"]) for message in events]


def all_in(crowd: Crowd) -> Callable[[], bool]:
    return lambda: crowd.connected == AGENTS and crowd.events_waiting == 0


def test_each_agent_says_what_an_agent_says(
    mosquitto: Mosquitto, crowd: Crowd, subscribe: Callable[..., Subscriber]
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    crowd.run(LONG_S, all_in(crowd))
    crowd.run(1.5)
    kinds = {"state", "alarm", "baseline", "info", "trend", "measurements", "health", "status"}
    wanted = {(agent.name, kind) for agent in crowd.agents for kind in kinds}
    listener.wait_for(
        lambda messages: {(m.topic.split("/")[1], m.topic.split("/")[-1]) for m in messages} >= wanted
    )
    for message in listener.messages:
        check_message(message.topic, message.payload)


def test_no_event_is_lost_while_links_and_the_broker_are_away(
    mosquitto: Mosquitto, crowd: Crowd, subscribe: Callable[..., Subscriber]
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    crowd.run(LONG_S, all_in(crowd))
    crowd.cut(crowd.agents[:10], 0.3)
    crowd.break_now(crowd.agents[:15])
    crowd.run(LONG_S, all_in(crowd))
    mosquitto.stop()
    crowd.run(0.5)
    crowd.break_now(crowd.agents)
    assert crowd.connected == 0
    assert crowd.events_waiting == AGENTS
    mosquitto.start()
    crowd.run(LONG_S, all_in(crowd))
    assert all_in(crowd)()
    told = {(agent.name, number) for agent in crowd.agents for number in agent.events}
    assert len(told) == AGENTS + 15
    listener.wait_for(lambda _: set(numbers(listener)) >= told)
    assert set(numbers(listener)) == told


def test_motors_break_and_are_repaired_at_the_planned_rate(mosquitto: Mosquitto) -> None:
    settings = MqttSettings("127.0.0.1", mosquitto.port)
    crowd = Crowd(open_agents(AGENTS, settings), Plan(alarms_per_s=1000.0, broken=3))
    crowd.run(LONG_S, lambda: crowd.events >= 30)
    assert sum(agent.motor.is_broken for agent in crowd.agents) <= 3
    crowd.close()


def test_each_agent_of_a_fleet_comes_in_by_its_own_credentials(tmp_path: Path) -> None:
    rows = [a_row(f"pump-{index}") for index in range(3)]
    table = a_table(tmp_path / "fleet.csv", *rows)
    assert main(["fleet", "make", str(table), "--out", str(tmp_path / "fleet")]) == 0
    broker = FleetBroker(tmp_path / "fleet", "sites/hall-1", tmp_path / "broker")
    broker.start()
    agents = list(agents_of_fleet(tmp_path / "fleet", {"hall-1": broker.port}))
    assert [agent.name for agent in agents] == ["pump-0", "pump-1", "pump-2"]
    crowd = Crowd(agents, Plan())
    crowd.run(LONG_S, lambda: crowd.connected == 3)
    crowd.break_now(agents)
    crowd.run(LONG_S, lambda: crowd.events_waiting == 0)
    assert (crowd.connected, crowd.events_waiting) == (3, 0)
    crowd.close()
    broker.stop()


@pytest.mark.parametrize("host", ["192.168.1.7", "broker.example"])
def test_a_broker_elsewhere_is_not_loaded(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="is not this machine"):
        open_agents(1, MqttSettings(host))
