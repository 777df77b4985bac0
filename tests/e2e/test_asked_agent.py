"""Commands to a real agent process: off by default, wrong ones change nothing, an alarm is acknowledged."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from broker import Mosquitto, Subscriber
from plant import Agent
from plates import plate_yaml
from schemas import check_message

from edge_agent.alarm import AlarmLatch
from edge_agent.diagnose.decision import starting
from edge_agent.state_file import StateFile
from edge_agent.verdict import BarCount, Severity, State

BASE = "edge-agent/agent"
ALARM = f"{BASE}/motor/alarm"


class Site:
    """An agent with an alarm of before its start, and everything that is said."""

    def __init__(
        self,
        folder: Path,
        broker: Mosquitto,
        subscribe: Callable[..., Subscriber],
        start: Callable[[Path], Agent],
    ) -> None:
        self.folder, self.broker = folder, broker
        self._subscribe, self._start = subscribe, start
        self.listener = subscribe(broker.port, f"{BASE}/#")
        faulty = replace(
            starting(),
            state=State.BROKEN_BARS,
            severity=Severity.ALARM,
            refusal=None,
            broken_bars=BarCount(2, (2, 3), 2.1),
        )
        AlarmLatch(StateFile(folder / "state/alarm.json", 1)).update(faulty, faulty, True, 12, None)

    def start(self, more: str) -> Agent:
        """Start the agent and wait until it is online."""
        config = self.folder / "agent.yaml"
        config.write_text(
            f"agent: {{id: agent}}\nmotor: {plate_yaml(id='motor')}\nacquisition: {{port: /dev/none}}\n"
            f"mqtt: {{host: 127.0.0.1, port: {self.broker.port}, heartbeat_s: 1{more}}}\n"
            f'state_dir: "{self.folder}/state"\n'
        )
        before = len(self.said("status", "online"))
        agent = self._start(config)
        self.listener.wait_for(lambda _: len(self.said("status", "online")) > before)
        return agent

    def said(self, topic: str, payload: str) -> list[str]:
        return [m.payload for m in self.listener.on(f"{BASE}/{topic}") if m.payload == payload]

    def send(self, name: str, payload: str, *more: str) -> None:
        """Send a command with mosquitto_pub."""
        command = ["mosquitto_pub", "-h", "localhost", "-p", str(self.broker.port), "-q", "1", *more]
        command += ["-t", f"{BASE}/command/{name}", "-m", payload]
        subprocess.run(command, check=True, timeout=60)

    def ask(self, name: str, payload: str, *more: str, under: str = "") -> dict[str, Any]:
        """Send a command; return its reply."""
        topic = f"{BASE}/reply/{under or name}"
        before = len(self.listener.on(topic))
        self.send(name, payload, *more)
        self.listener.wait_for(lambda _: len(self.listener.on(topic)) > before)
        check_message(topic, self.listener.on(topic)[-1].payload)
        return self.listener.on(topic)[-1].json()

    def alarm_now(self) -> dict[str, Any]:
        """Return the alarm that a late subscriber gets, without the time at which it was said."""
        late = self._subscribe(self.broker.port, ALARM, name=f"late-{len(self.listener.messages)}")
        late.wait_for(lambda messages: messages)
        late.close()
        assert late.messages[0].retain
        return late.messages[0].json() | {"time": None}

    def health_after_now(self) -> dict[str, Any]:
        """Wait for two more healths; return the last."""
        before = len(self.listener.on(f"{BASE}/health"))
        self.listener.wait_for(lambda _: len(self.listener.on(f"{BASE}/health")) >= before + 2)
        return self.listener.on(f"{BASE}/health")[-1].json()


@pytest.fixture
def site(
    tmp_path: Path,
    mosquitto: Mosquitto,
    subscribe: Callable[..., Subscriber],
    start_agent: Callable[[Path], Agent],
) -> Site:
    return Site(tmp_path, mosquitto, subscribe, start_agent)


def test_commands_are_not_obeyed_unless_they_are_switched_on(site: Site) -> None:
    agent = site.start("")
    before = site.alarm_now()
    site.send("feedback", '{"id": 12, "right": false}')
    health = site.health_after_now()
    assert (health["commands_done"], health["commands_refused"]) == (0, 0)
    assert site.alarm_now() == before
    assert not [m for m in site.listener.messages if "/reply/" in m.topic]
    assert agent.stop() == 0


def test_wrong_commands_are_answered_and_change_nothing(site: Site) -> None:
    site.start(", commands: true")
    before = site.alarm_now()
    wrong = [
        site.ask("feedback", '{"id": 12, "right": false}', "-r"),
        site.ask("feedback", '{"id": 12, "right": false'),
        site.ask("feedback", '{"id": 12, "right": false, "found": "' + 5000 * "x" + '"}'),
        site.ask("feedback", '{"id": 11, "right": false}'),
        site.ask("feedback", '{"id": 12, "right": "no", "transaction": 7}'),
        site.ask("reload", '{"file": "/etc/passwd"}'),
        site.ask("restart", "{}"),
        site.ask("Feedback", '{"id": 12, "right": false}', under="unknown"),
    ]
    assert {reply["status"] for reply in wrong} == {"error"}
    assert all(reply["error"] and reply["data"] == {} for reply in wrong)
    assert "expected 12" in wrong[3]["error"]
    assert wrong[4]["transaction"] == 7
    assert site.alarm_now() == before
    health = site.health_after_now()
    assert (health["commands_done"], health["commands_refused"]) == (0, len(wrong))


def test_an_acknowledged_alarm_stays_so_over_a_restart_and_feedback_clears_it(site: Site) -> None:
    agent = site.start(", commands: true")
    assert site.alarm_now()["condition"] == "unacknowledged"
    reply = site.ask("acknowledge", '{"id": 12, "by": "Ana", "note": "stop planned", "transaction": "t"}')
    assert (reply["status"], reply["transaction"]) == ("ok", "t")
    acknowledged = site.alarm_now()
    assert (acknowledged["active"], acknowledged["condition"]) == (True, "acknowledged")
    assert acknowledged["acknowledged"]["by"] == "Ana"
    assert agent.stop() == 0
    site.start(", commands: true")
    assert site.alarm_now() == acknowledged
    assert site.ask("feedback", '{"id": "motor", "right": false, "found": "a loose belt"}')["status"] == "ok"
    cleared = site.alarm_now()
    assert (cleared["active"], cleared["condition"]) == (False, "normal")
    assert cleared["feedback"]["found"] == "a loose belt"
    assert site.ask("self_test", "{}")["data"]["golden_inputs"] > 0
    assert "no samples have come yet" in site.ask("capture", '{"seconds": 12}')["error"]


def test_commands_that_were_switched_off_while_one_waited_are_not_obeyed(site: Site) -> None:
    agent = site.start(", commands: true")
    assert agent.stop() == 0
    site.send("feedback", '{"id": 12, "right": false}')
    site.start("")
    health = site.health_after_now()
    assert (health["commands_done"], health["commands_refused"]) == (0, 0)
    assert site.alarm_now()["active"] is True


def test_a_reload_keeps_the_alarm_names_what_waits_and_is_refused_whole_for_an_error(site: Site) -> None:
    agent = site.start(", commands: true")
    config = site.folder / "agent.yaml"
    right, before = config.read_text(), site.alarm_now()
    config.write_text(f"{right}alerts: {{false_alarms_per_year: 0.2}}\ncaptures: {{keep: 0}}\n")
    refused = site.ask("reload", "{}")
    assert refused["status"] == "error"
    assert "captures.keep: found 0" in refused["error"]
    config.write_text(f"{right}alerts: {{false_alarms_per_year: 0.2}}\nwindow: {{length_s: 10}}\n")
    assert site.ask("reload", "{}")["data"] == {
        "changed": ["alerts.false_alarms_per_year"],
        "needs_restart": ["window.length_s"],
    }
    assert site.alarm_now() == before
    assert agent.stop() == 0
