"""When no samples come, or none that are understood, log, health and state name the true reason."""

import time

import pytest
from agents import Heard, a_quick_agent, agent_of
from plates import plate_yaml

from edge_agent.acquire.drivers.block_frames import encode_description
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.acquire.source import PortLost, PortOpened
from edge_agent.diagnose.model import Model
from edge_agent.publish.documents import Health
from edge_agent.verdict import Reason


def test_the_reason_why_the_port_is_away_outlasts_the_silence(tmp_path, monkeypatch):
    agent = a_quick_agent(tmp_path)
    said = []
    monkeypatch.setattr(agent._health, "source_problem", lambda motor, problem: said.append(problem))
    agent.lines[0].take(PortLost("port", "permission denied"), time.monotonic())
    agent.lines[0]._source_watch._samples_s -= 60.0
    agent._look_after()
    agent.lines[0].take(PortOpened("port"), time.monotonic())
    agent._look_after()
    assert said == ["port: permission denied"] * 2 + ["no samples come"]


def test_a_device_that_was_just_found_is_starting_rather_than_silent(tmp_path, two_bars):
    agent = a_quick_agent(tmp_path)
    agent.lines[0]._source_watch._samples_s -= 60.0
    agent.lines[0].take(two_bars.device, time.monotonic())
    agent._look_after()
    assert agent.lines[0].pipeline.decision.state.refusal.reason is Reason.STARTING


@pytest.mark.parametrize(
    ("data", "reason", "said"),
    [
        (b"", Reason.LOST_SAMPLES, "no samples come"),
        (40 * b"123,512,498,505\n", Reason.SAMPLES_NOT_UNDERSTOOD, "set acquisition.driver: csv_lines"),
        (bytes(range(1, 256)) * 8, Reason.SAMPLES_NOT_UNDERSTOOD, "check acquisition.baud_rate"),
        (
            encode_description(
                Device("d", "", "", (Stream(0, 1.0, (Channel("ia", ChannelKind.CURRENT, "A", 1),)),))
            ),
            Reason.SAMPLES_NOT_UNDERSTOOD,
            "not their rms values",
        ),
    ],
)
def test_the_reason_of_a_silence_is_the_true_one_in_log_health_and_state(
    tmp_path, caplog, data, reason, said
):
    agent = a_quick_agent(tmp_path, heard := Heard())
    if data:
        agent._feeds[0].source._queue.put(data)
    for arrived_s, item in agent._feeds[0].source.poll(0.0):
        agent.lines[0].take(item, arrived_s)
    agent.lines[0]._source_watch._samples_s -= 4.5 if data else 5.5
    for _ in range(5):
        agent._look_after()
    agent._say_health()
    refusal = agent.lines[0].pipeline.decision.state.refusal
    assert refusal.reason is reason
    assert said in heard.of(Health)[-1].source
    assert sum(said in record.getMessage() for record in caplog.records) == 1


def test_reasons_of_a_silence_that_take_turns_are_logged_once_each(tmp_path, caplog):
    agent = a_quick_agent(tmp_path)
    agent._feeds[0].source._queue.put(40 * b"123,512,498,505\n")
    agent._feeds[0].source.poll(0.0)
    for _ in range(20):
        agent.lines[0]._source_watch._samples_s -= 60.0
        agent._look_after()
        agent._feeds[0].source._bytes_s -= 60.0
        agent._look_after()
        agent._feeds[0].source._bytes_s += 60.0
    said = [record.getMessage() for record in caplog.records if record.name == "edge_agent.source_watch"]
    assert len(said) == 2
    assert "csv_lines" in said[0]
    assert said[1] == "no samples come"


def a_csv_agent(tmp_path, *more):
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m')}\n"
        f"acquisition: {{driver: csv_lines, rate_hz: 2000, port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {tmp_path}\nwindow: {{length_s: 4, step_s: 1}}\nchannels:\n"
        "  - {name: ia, kind: current, phase: a, unit: A, scale: 1}\n"
        "  - {name: ib, kind: current, phase: b, unit: A, scale: 1}\n"
        "  - {name: ic, kind: current, phase: c, unit: A, scale: 1}\n"
        "  - {name: vib_radial, kind: vibration, unit: m/s2, scale: 1}\n"
    )
    return agent_of(config, Model.load("builtin"), *more)


def test_a_dead_channel_is_named_once_in_the_log_and_in_health_until_it_is_back(tmp_path, caplog):
    agent = a_csv_agent(tmp_path, heard := Heard())
    for value, problem in ((b"nan", "vib_radial gives no values"), (b"0.5", None)):
        for _ in range(10):
            agent._feeds[0].source._queue.put(600 * (b"1.5,2.5,-4.0," + value + b"\n"))
            for arrived_s, item in agent._feeds[0].source.poll(0.0):
                agent.lines[0].take(item, arrived_s)
        agent._say_health()
        source = heard.of(Health)[-1].source
        assert (source is None) if problem is None else (problem in source)
    assert sum("vib_radial gives no values" in record.getMessage() for record in caplog.records) == 1
