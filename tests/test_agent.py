from dataclasses import replace

import pytest

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import SampleBlock
from edge_agent.acquire.source import PortLost, PortOpened
from edge_agent.agent import Agent, Line
from edge_agent.config import load_settings
from edge_agent.diagnose.model import Model
from edge_agent.diagnose.verdict import Reason, State

MODEL = Model.load("builtin")


@pytest.fixture(scope="module")
def two_bars():
    return simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=8.0))


def a_line(scenario_recording, length_s=4.0, step_s=1.0):
    line = Line(Scenario().motor.nameplate, MODEL, length_s, step_s)
    line.configure(scenario_recording.device)
    return line


def verdicts(recording, block_s=0.1, lost=()):
    line, found = a_line(recording), []
    for number, block in enumerate(replay_blocks(recording, block_s)):
        if number not in lost:
            found += [replace(answer.verdict, latency_ms=None, window=None) for answer in line.push(block)]
    return found


def test_broken_bars_are_found_in_every_window(two_bars):
    found = verdicts(two_bars)
    assert len(found) == 5
    assert {verdict.state for verdict in found} == {State.BROKEN_BARS}


@pytest.mark.parametrize("block_s", [0.0128, 0.05, 1.7])
def test_the_pieces_in_which_samples_come_change_no_verdict(two_bars, block_s):
    assert verdicts(two_bars, block_s) == verdicts(two_bars)


def test_a_second_of_lost_samples_is_refused_and_no_more(two_bars):
    found = verdicts(two_bars, lost=range(60, 80))
    reasons = [verdict.refusal and verdict.refusal.reason for verdict in found]
    assert Reason.LOST_SAMPLES in reasons
    assert {r for r in reasons if r is not None} == {Reason.LOST_SAMPLES}


def test_a_changed_device_starts_over(two_bars):
    line = a_line(two_bars)
    blocks = list(replay_blocks(two_bars, 0.1))
    for block in blocks[:60]:
        list(line.push(block))
    line.configure(two_bars.device)
    moved = [SampleBlock(b.stream, b.first_scan, b.counts) for b in blocks[60:]]
    answers = [answer for block in moved for answer in line.push(block)]
    assert all(answer.window.streams[0].lost_samples == 0 for answer in answers)


def test_windows_are_skipped_whole_when_the_work_is_behind(two_bars):
    line = a_line(two_bars)
    answers = [a for block in replay_blocks(two_bars, 0.1) for a in line.push(block, behind=True)]
    assert answers == []
    assert line.windows.counts.windows_skipped == 5


def an_agent(tmp_path):
    config = tmp_path / "agent.yaml"
    config.write_text(
        "motor: {id: m, rated_power_kw: 0.75, rated_voltage_v: 220, rated_current_a: 2.98,\n"
        "        rated_speed_rpm: 1715, line_frequency_hz: 60, poles: 4}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: localhost}}\nstate_dir: {tmp_path}\n"
    )
    return Agent(load_settings(config), MODEL)


def test_the_reason_why_the_port_is_away_outlasts_the_silence(tmp_path, monkeypatch):
    agent = an_agent(tmp_path)
    said = []
    monkeypatch.setattr(agent._health, "source_problem", said.append)
    agent._take(PortLost("port", "permission denied"))
    agent._samples_s -= 60.0
    agent._look_after()
    agent._take(PortOpened("port"))
    agent._look_after()
    assert said == ["port: permission denied"] * 2 + ["no samples come"]


def test_a_device_that_was_just_found_is_starting_rather_than_silent(tmp_path, two_bars):
    agent = an_agent(tmp_path)
    agent._samples_s -= 60.0
    agent._take(two_bars.device)
    agent._look_after()
    assert agent._line.decision.state.refusal.reason is Reason.STARTING
