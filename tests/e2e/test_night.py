"""The night after an alarm: what a person sees in the morning, though motor, agent and broker stopped."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
from plant import write_config

from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.limits import STATE as LIMITS

MOTOR = "edge-agent/agent/motor"
ALARM = f"{MOTOR}/alarm"
STATE = f"{MOTOR}/state"


def newest(listener, topic: str) -> dict[str, object]:
    return listener.on(topic)[-1].json()


def is_active(listener) -> bool:
    return bool(listener.on(ALARM)) and newest(listener, ALARM)["active"]


def tell(port: int, name: str, command: dict[str, object]) -> None:
    """Send a command as a person would."""
    publish = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-q", "1"]
    topic = ["-t", f"edge-agent/agent/command/{name}", "-m", json.dumps(command)]
    subprocess.run([*publish, *topic], check=True, timeout=60)


def at_rest(path: Path) -> Path:
    """Write the recording of a motor that is switched off: nothing but the noise of the converter."""
    from calibration.simulator.recording import simulate
    from calibration.simulator.scenario import Scenario

    running = simulate(Scenario(seed=1_000_007, load=0.75, duration_s=1.0))
    random = np.random.default_rng(1)
    counts = tuple(random.integers(-1, 2, counts.shape).astype(counts.dtype) for counts in running.counts)
    write_recording(path, Recording("at_rest", running.device, counts))
    return path


def test_the_alarm_of_the_evening_is_there_in_the_morning(
    tmp_path: Path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    rest = at_rest(tmp_path / "rest.npz")
    evening = subscribe(mosquitto.port, "edge-agent/#", name="evening")
    daq = start_daq("--load", "0.75", "--broken-bars", "2", "--speed", "6")
    config = write_config(tmp_path, port=str(daq.link), broker_port=mosquitto.port, mqtt="commands: true")
    agent = start_agent(config)
    evening.wait_for(lambda _: is_active(evening))
    raised = newest(evening, ALARM)

    daq.stop()
    daq = start_daq("--play", str(rest), "--loop", "--speed", "6")
    evening.wait_for(lambda _: newest(evening, STATE)["reason"] == "motor_off")
    assert is_active(evening)

    assert agent.stop() == 0
    agent = start_agent(config)
    evening.wait_for(lambda _: newest(evening, STATE)["reason"] == "starting")
    evening.wait_for(lambda _: newest(evening, STATE)["reason"] == "motor_off")
    mosquitto.stop()
    mosquitto.start()
    agent.wait_for(lambda line: "MQTT: connected" in line)

    morning = subscribe(mosquitto.port, "edge-agent/#", name="morning")
    morning.wait_for(lambda _: morning.on(ALARM) and morning.on(STATE))
    seen = newest(morning, ALARM)
    kept = ("active", "fault", "since", "summary", "advice", "event_id", "captured", "condition")
    assert {key: seen[key] for key in kept} == {key: raised[key] for key in kept}
    assert seen["condition"] == "unacknowledged"
    assert "broken bar" in str(seen["summary"])
    assert str(seen["captured"]).endswith("_broken_bars.npz")

    tell(mosquitto.port, "acknowledge", {"id": "motor", "by": "Ana", "note": "stop on Sunday"})
    morning.wait_for(lambda _: newest(morning, ALARM)["condition"] == "acknowledged")
    assert agent.stop() == 0
    daq.stop()

    daq = start_daq("--load", "0.75", "--broken-bars", "0", "--speed", "6")
    agent = start_agent(config)
    said = agent.wait_for(lambda line: "the alarm is cleared" in line)
    assert int(re.findall(r"cleared: (\d+) healthy looks", said)[0]) >= LIMITS.looks_up
    morning.wait_for(lambda _: not newest(morning, ALARM)["active"])
    cleared = newest(morning, ALARM)
    assert cleared["condition"] == "normal"
    assert cleared["acknowledged"]["by"] == "Ana"
