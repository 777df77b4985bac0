"""The ordinary figures over a real broker: what an installer sees, and hours that outlive a restart."""

from pathlib import Path

import pytest
from plant import write_config

from calibration.simulator.scenario import Scenario

MEASUREMENTS = "edge-agent/agent/motor/measurements"
RATED_A = Scenario().motor.current_a


def test_figures_come_within_a_window_are_retained_and_go_on_after_a_restart(
    tmp_path: Path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, MEASUREMENTS)
    daq = start_daq("--load", "0.75", "--broken-bars", "0", "--speed", "4")
    config = write_config(
        tmp_path, port=str(daq.link), broker_port=mosquitto.port, window="{length_s: 4, step_s: 1}"
    )
    agent = start_agent(config)
    listener.wait_for(lambda _: len(listener.on(MEASUREMENTS)) >= 3)
    assert agent.stop() == 0
    told = [message.json() for message in listener.on(MEASUREMENTS)]
    assert all(own["running"] for own in told)
    assert told[0]["current_a"] == pytest.approx(dict.fromkeys("abc", 0.85 * RATED_A), rel=0.1)
    assert told[0]["line_frequency_hz"] == pytest.approx(60.0, abs=0.1)
    assert set(told[0]["vibration_mm_s"]) == {"vib_radial", "vib_tangential"}
    hours = [own["running_hours"] for own in told]
    assert hours == sorted(hours)

    start_agent(config)
    late = subscribe(mosquitto.port, MEASUREMENTS)
    late.wait_for(lambda _: len(late.on(MEASUREMENTS)) >= 3)
    first, newest = late.on(MEASUREMENTS)[0], late.on(MEASUREMENTS)[-1].json()
    assert first.retain
    assert first.json()["running_hours"] >= hours[-1]
    assert newest["running_hours"] > first.json()["running_hours"]
    assert newest["starts"] == 0
