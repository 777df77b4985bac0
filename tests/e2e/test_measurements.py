"""The ordinary figures over a real broker: what an installer sees, and hours that outlive a restart."""

from pathlib import Path

import pytest
from plant import write_config

from calibration.simulator.scenario import Scenario

MEASUREMENTS = "edge-agent/agent/motor/measurements"
RATED_A = Scenario().motor.current_a


def hours(subscriber) -> list[float]:
    return [message.json()["running_hours"] for message in subscriber.on(MEASUREMENTS)]


def test_figures_come_within_a_window_are_retained_and_go_on_after_a_restart(
    tmp_path: Path, mosquitto, subscribe, start_daq, start_agent
) -> None:
    listener = subscribe(mosquitto.port, MEASUREMENTS)
    daq = start_daq("--load", "0.75", "--broken-bars", "0", "--speed", "4")
    config = write_config(
        tmp_path, port=str(daq.link), broker_port=mosquitto.port, window="{length_s: 4, step_s: 1}"
    )
    agent = start_agent(config)
    listener.wait_for(lambda _: len(set(hours(listener))) >= 2)
    assert agent.stop() == 0
    told = listener.on(MEASUREMENTS)[0].json()
    assert told["running"]
    assert told["current_a"] == pytest.approx(dict.fromkeys("abc", 0.85 * RATED_A), rel=0.1)
    assert told["line_frequency_hz"] == pytest.approx(60.0, abs=0.1)
    assert set(told["vibration_mm_s"]) == {"vib_radial", "vib_tangential"}
    before_h = hours(listener)[-1]

    late = subscribe(mosquitto.port, MEASUREMENTS)
    late.wait_for(lambda _: hours(late))
    assert late.on(MEASUREMENTS)[0].retain
    assert hours(late)[0] == before_h
    start_agent(config)
    late.wait_for(lambda _: hours(late)[-1] > before_h)
    # The old life counted a little that it did not tell any more; the new one tells its first window of 4 s.
    first_h = next(own for own in hours(late) if own > before_h)
    assert 4 <= 3600 * (first_h - before_h) <= 60
    assert late.on(MEASUREMENTS)[-1].json()["starts"] == 0
