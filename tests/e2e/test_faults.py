"""What breaks in the field: the port, the broker, the power; nothing decided is lost."""

import contextlib
import itertools
import random
import signal
import subprocess

import pytest
from plant import write_config

STATE = "edge-agent/agent/motor/state"
EVENT = "edge-agent/agent/motor/event"
STATUS = "edge-agent/agent/status"
DIAGNOSIS = "edge-agent/agent/motor/diagnosis"
SHORT_WINDOWS = "{length_s: 4, step_s: 0.5}"


def event_number(line: str) -> int:
    return int(line.split("event ")[1].split(":")[0])


def events_logged(agent) -> set[int]:
    return {event_number(line) for line in agent.lines if "event " in line and "->" in line}


def test_a_port_that_vanishes_and_returns_is_told_and_forgiven(
    tmp_path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--load", "0.75")
    agent = start_agent(
        write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port, window=SHORT_WINDOWS)
    )
    listener.wait_for(lambda _: listener.on(DIAGNOSIS))
    daq.tell("close 2")
    agent.wait_for(lambda line: str(daq.link) in line and not line.endswith(": open"))
    agent.wait_for(lambda line: line.endswith(": open"))
    # Diagnoses of before the gap may be still to come.
    listener.wait_for(lambda _: any(m.json()["window"]["lost_samples"] > 0 for m in listener.on(DIAGNOSIS)))
    listener.wait_for(
        lambda _: any(
            m.json()["reason"] == "lost_samples" for m in listener.on(STATE) + listener.on(DIAGNOSIS)
        )
    )


def test_events_of_a_broker_outage_all_arrive_once_and_in_order(
    tmp_path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--load", "0.75", "--speed", "3")
    agent = start_agent(
        write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port, window=SHORT_WINDOWS)
    )
    agent.wait_for(lambda line: "event " in line and "healthy" in line)
    mosquitto.stop()
    for bars, state in ((2, "-> broken_bars"), (0, "-> healthy"), (3, "-> broken_bars")):
        daq.tell(f"break {bars}")
        agent.wait_for(lambda line, state=state: state in line)
    mosquitto.start()
    wanted = sorted(events_logged(agent))
    listener.wait_for(lambda _: {m.json()["id"] for m in listener.on(EVENT)} >= set(wanted))
    arrived = list(dict.fromkeys(m.json()["id"] for m in listener.on(EVENT)))
    assert arrived[: len(wanted)] == wanted


@pytest.mark.timeout(900)
def test_no_decided_event_is_lost_when_the_power_fails(
    tmp_path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--load", "0.75", "--speed", "8")
    config = write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port, window=SHORT_WINDOWS)
    moments, decided = random.Random(20), set()
    for kill in range(20):
        agent = start_agent(config)
        listener.wait_for(lambda _, start=kill + 1: decided_since(listener, start))
        daq.tell(f"break {2 - 2 * (kill % 2)}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            agent.process.wait(moments.uniform(0.0, 1.5))
        agent.kill()
        decided |= events_logged(agent)
    agent = start_agent(config)
    listener.wait_for(lambda _: {m.json()["id"] for m in listener.on(EVENT)} >= decided)
    assert len(decided) >= 5
    before = states_before_online(listener)
    assert len(before) >= 19  # the last one may be still to come
    assert all(before)
    told = list({m.json()["id"]: m.json() for m in listener.on(EVENT)}.values())
    for before, after in itertools.pairwise(told):  # a restart changes nothing of what was told
        assert in_short(after["before"]) == in_short(before["after"])
        assert in_short(before["before"]) != in_short(before["after"])


def in_short(part: dict) -> tuple[str, str]:
    return part["state"], part["severity"]


def states_before_online(listener) -> list[bool]:
    """Return for each restart whether a state of its own had come when the agent was online again.

    Else a subscriber would see it online beside the retained state of before.
    """
    found, seen = [], None
    for message in listener.messages:
        if message.topic == STATUS and message.payload == "offline":
            seen = False
        elif message.topic == STATE and seen is not None:
            seen = True
        elif message.topic == STATUS and seen is not None:
            found.append(seen)
    return found


def decided_since(listener, start: int) -> bool:
    """True if a state was decided since the agent came online for the given time, counted from 1."""
    online = [n for n, m in enumerate(listener.messages) if m.topic == STATUS and m.payload == "online"]
    if len(online) < start:
        return False
    states = [m for m in listener.messages[online[start - 1] :] if m.topic == STATE]
    return any(m.json()["state"] != "indeterminate" for m in states)


def test_noise_flips_and_lost_frames_cost_frames_and_nothing_else(
    tmp_path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    daq = start_daq("--load", "0.75", "--speed", "4")
    start_agent(write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port, window=SHORT_WINDOWS))
    listener.wait_for(lambda _: listener.on(DIAGNOSIS))
    for harm in ("noise 300", "flip", "drop", "repeat", "reorder"):
        daq.tell(harm)
    listener.wait_for(
        lambda _: any(m.json()["frames_lost"] >= 2 for m in listener.on("edge-agent/agent/health"))
    )
    seen = len(listener.on(STATE))
    listener.wait_for(lambda _: len(listener.on(STATE)) > seen and listener.on(STATE)[-1].json())
    listener.wait_for(lambda _: listener.on(STATE)[-1].json()["state"] == "healthy")


def test_a_hangup_reloads_the_configuration_and_an_error_in_it_changes_nothing(tmp_path, start_agent) -> None:
    config = write_config(tmp_path, port=str(tmp_path / "none"))
    agent = start_agent(config)
    agent.wait_for(lambda line: "there is no such port" in line)
    right = config.read_text()
    config.write_text(f"{right}log_levl: debug\n")
    agent.process.send_signal(signal.SIGHUP)
    agent.wait_for(lambda line: "did you mean log_level?" in line)
    agent.wait_for(lambda line: "SIGHUP: the configuration has errors" in line)
    config.write_text(
        f"{right}log_level: debug\nmodel: {{file: builtin}}\nagent: {{id: other}}\n".replace(
            "agent: {id: agent}\n", "", 1
        )
    )
    agent.process.send_signal(signal.SIGHUP)
    agent.wait_for(lambda line: "the configuration is reloaded; changed: log_level" in line)
    agent.wait_for(lambda line: "restart the agent: agent.id" in line)
    assert agent.process.poll() is None
    assert agent.stop() == 0


def test_a_hangup_while_it_starts_does_not_end_it(tmp_path, start_agent) -> None:
    agent = start_agent(write_config(tmp_path, port=str(tmp_path / "none")))
    agent.wait_for(lambda line: "model " in line)
    for _ in range(20):
        agent.process.send_signal(signal.SIGHUP)
    agent.wait_for(lambda line: "the configuration is reloaded; changed: nothing" in line)
    assert agent.stop() == 0
