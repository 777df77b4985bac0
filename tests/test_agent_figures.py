"""The agent tells the ordinary figures after the first window, then new ones at every heartbeat."""

import json
import time
from pathlib import Path

import pytest
from agents import Heard, StopsAfter, a_quick_agent, play

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.acquire.samples import SampleBlock
from edge_agent.publish.documents import Diagnosis, Measurements
from edge_agent.supervision import Flag


@pytest.fixture(scope="module")
def motor() -> Recording:
    return simulate(Scenario(seed=1_000_007, load=0.7, duration_s=8.0))


def test_the_first_window_of_a_device_is_told_at_once_and_the_others_are_not(
    tmp_path: Path, motor: Recording
) -> None:
    agent = a_quick_agent(tmp_path, heard := Heard())
    play(agent, motor)
    assert len(heard.of(Diagnosis)) == 5
    (told,) = heard.of(Measurements)
    assert isinstance(told, Measurements)
    assert heard.kinds[heard.kinds.index("Measurements") :].count("Diagnosis") == 4
    assert told.figures.running
    assert set(told.figures.current_a) == set("abc")
    assert told.running.running_hours == pytest.approx(4.0 / 3600, rel=0.02)
    play(agent, motor)
    assert len(heard.of(Measurements)) == 2


def test_the_newest_window_is_told_at_a_heartbeat_once(
    tmp_path: Path, motor: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = a_quick_agent(tmp_path, heard := Heard())
    play(agent, motor)
    began_s = time.monotonic()
    for turn in (1, 2, 3):
        now_s = began_s + 61.0 * turn
        monkeypatch.setattr(time, "monotonic", lambda now_s=now_s: now_s)
        agent.lines[0]._source_watch._samples_s = now_s
        agent._look_after()
    assert heard.kinds.count("Health") == 3
    _, newest = heard.of(Measurements)
    assert isinstance(newest, Measurements)
    assert newest.running.running_hours == pytest.approx(8.0 / 3600, rel=0.02)


def test_a_stop_in_order_keeps_hours_and_starts(tmp_path: Path, motor: Recording) -> None:
    stop = Flag()
    agent = a_quick_agent(tmp_path, StopsAfter(stop, 5))
    rates_hz = {s.number: s.rate_hz for s in motor.device.streams}
    agent._feeds[0].source._queue.put(encode_description(motor.device))  # type: ignore[attr-defined]
    for sequence, block in enumerate(replay_blocks(motor, 0.05)):
        agent._feeds[0].source._queue.put(encode_data(block, rates_hz[block.stream], sequence))  # type: ignore[attr-defined]
    agent.run(stop)
    kept = json.loads((tmp_path / "running_time.json").read_text())
    assert kept["running_hours"] == pytest.approx(8.0 / 3600, rel=0.02)
    assert a_quick_agent(tmp_path).lines[0]._running.time.running_hours == kept["running_hours"]


def test_figures_that_fail_cost_no_more_than_themselves(
    tmp_path: Path, motor: Recording, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no figures today")

    monkeypatch.setattr("edge_agent.pipeline.measure_figures", fail)
    agent = a_quick_agent(tmp_path, heard := Heard())
    play(agent, motor)
    assert heard.of(Measurements) == []
    assert len(heard.of(Diagnosis)) == 5
    assert sum("no figures today" in record.getMessage() for record in caplog.records) == 1
    agent.lines[0].pipeline.failures.check()


def test_a_device_without_currents_has_measurements_too(tmp_path: Path, motor: Recording) -> None:
    agent = a_quick_agent(tmp_path, heard := Heard())
    vibration = motor.device.streams[1]
    agent.lines[0].take(motor.device.__class__("d", "", "", (vibration,)), time.monotonic())
    for block in replay_blocks(motor, 0.1):
        if block.stream == vibration.number:
            agent.lines[0].take(SampleBlock(block.stream, block.first_scan, block.counts), time.monotonic())
    (told,) = heard.of(Measurements)
    assert isinstance(told, Measurements)
    assert not told.figures.running
    assert told.figures.current_a == {}
    assert set(told.figures.vibration_mm_s) == {channel.name for channel in vibration.channels}
