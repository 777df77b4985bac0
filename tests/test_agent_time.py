"""Heartbeats, pauses of the process, samples that waited, and a clock that is not set."""

import calendar
import math
import time
from datetime import datetime

import numpy as np
import pytest
from agents import Heard, StopsAfter, a_quick_agent, a_refusal, play

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent import wall_clock
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import SampleBlock
from edge_agent.acquire.source import PortOpened
from edge_agent.publish import documents
from edge_agent.publish.documents import Diagnosis, Health
from edge_agent.publish.payloads import payload_of
from edge_agent.supervision import Flag
from edge_agent.verdict import Reason, State


@pytest.mark.parametrize(
    ("reasons", "states"), [((Reason.STARTING,) * 2, 6), ((Reason.UNSTEADY, Reason.LOAD_TOO_LOW), 12)]
)
def test_health_comes_at_every_heartbeat_however_often_the_state_is_said(
    tmp_path, monkeypatch, reasons, states
):
    agent = a_quick_agent(tmp_path, heard := Heard())
    began_s = time.monotonic()
    for turn in range(1, 13):
        now_s = began_s + 31.0 * turn
        monkeypatch.setattr(time, "monotonic", lambda now_s=now_s: now_s)
        agent.lines[0]._source_watch._samples_s = now_s
        agent.lines[0].refuse(a_refusal(reasons[turn % 2]))
        agent._look_after()
    assert heard.kinds.count("Health") == 6
    assert heard.kinds.count("State") == states


def test_the_time_in_the_queue_is_latency_and_dates_no_window_late(tmp_path, monkeypatch, two_bars):
    stop = Flag()
    agent = a_quick_agent(tmp_path, heard := StopsAfter(stop, 1))
    began_unix_s = time.time() - 3.0
    queue, rates_hz = agent._feeds[0].source._queue, {s.number: s.rate_hz for s in two_bars.device.streams}
    clock = time.monotonic
    with monkeypatch.context() as three_seconds_ago:
        three_seconds_ago.setattr(time, "monotonic", lambda: clock() - 3.0)
        queue.put(encode_description(two_bars.device))
        for sequence, block in enumerate(replay_blocks(two_bars, 0.01)):
            queue.put(encode_data(block, rates_hz[block.stream], sequence))
    arrived_unix_s = time.time() - 3.0
    agent.run(stop)
    found = payload_of(heard.of(Diagnosis)[0])
    assert found["latency_ms"] > 3000
    ended = datetime.fromisoformat(found["window"]["end"])
    # Dated by when it was worked on, the window would end three seconds later at least.
    assert began_unix_s - 0.1 <= ended.timestamp() < arrived_unix_s + 2.5


def test_samples_that_waited_too_long_complete_only_windows_that_are_skipped(tmp_path, two_bars):
    agent = a_quick_agent(tmp_path, heard := Heard())
    blocks = list(replay_blocks(two_bars, 0.1))
    agent.lines[0].take(two_bars.device, time.monotonic())
    for block in blocks[: len(blocks) // 2]:
        agent.lines[0].take(block, time.monotonic() - 5.5)
    assert agent.lines[0].pipeline.windows.counts.windows_skipped > 0
    assert not heard.of(Diagnosis)
    for block in blocks[len(blocks) // 2 :]:
        agent.lines[0].take(block, time.monotonic() - 4.0)
    assert 0 < len(heard.of(Diagnosis)) < 5


def test_after_a_pause_of_the_process_an_old_state_is_replaced_before_anything_else(tmp_path, monkeypatch):
    stop, clock = Flag(), [0.0]

    def poll(timeout_s):
        """Wait, while the process is stopped for a minute."""
        clock.append(clock[-1] + 60.0)
        stop.set()
        return [(time.monotonic(), PortOpened("port"))]

    three_looks = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=13.0))
    agent = a_quick_agent(tmp_path, heard := Heard())
    play(agent, three_looks)
    assert agent.lines[0].state.state is State.BROKEN_BARS
    monkeypatch.setattr(agent._feeds[0].source, "poll", poll)
    monkeypatch.setattr(time, "clock_gettime", lambda _: clock[-1])
    agent.run(stop)
    told = [one for one in heard.documents if isinstance(one, documents.Event | documents.State)]
    assert isinstance(told[-2], documents.Event)
    assert told[-2].after.refusal == told[-1].verdict.refusal
    assert told[-1].verdict.refusal.reason is Reason.LOST_SAMPLES


def test_after_a_pause_between_samples_no_heartbeat_says_the_old_state(tmp_path, monkeypatch):
    """SIGSTOP while the loop wrote its files: the first state after it was the one of before."""
    stop, clock, told_before = Flag(), [0.0], []

    def stand_still():
        clock.append(60.0)
        told_before.append(len(heard.documents))
        stop.set()

    agent = a_quick_agent(tmp_path, heard := Heard())
    play(agent, simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=13.0)))
    assert agent.lines[0].state.state is State.BROKEN_BARS
    monkeypatch.setattr(agent._feeds[0].source, "poll", lambda timeout_s: [])
    monkeypatch.setattr(agent._feeds[0], "look_after", stand_still)
    monkeypatch.setattr(time, "clock_gettime", lambda _: clock[-1])
    agent._health_said_s = -math.inf  # a heartbeat is due
    agent.run(stop)
    told = [one for one in heard.documents[told_before[0] :] if isinstance(one, documents.State)]
    assert told
    assert {one.verdict.refusal.reason for one in told} == {Reason.LOST_SAMPLES}


@pytest.mark.parametrize("year", [1970, 2199])
def test_state_and_health_tell_that_the_clock_is_not_set(tmp_path, monkeypatch, year):
    shown_s = float(calendar.timegm((year, 6, 1, 0, 0, 0)))
    agent = a_quick_agent(tmp_path, heard := Heard())
    monkeypatch.setattr(time, "time", lambda: shown_s)
    monkeypatch.setattr(agent.lines[0]._announcer, "_clock", lambda: shown_s)
    monkeypatch.setattr(wall_clock, "kernel_clock_state", lambda: 0)
    agent.lines[0]._say_state(agent.lines[0].state)
    agent._say_health()
    told = [payload_of(one) for kind in (documents.State, Health) for one in heard.of(kind)]
    assert [payload["clock_set"] for payload in told] == [year != 1970] * 2
    assert {str(payload["time"])[:4] for payload in told} == {str(year)}


class SlowLine:
    """Ten times slower than the stream: blocks of 0.1 s take a second each."""

    def __init__(self, agent, monkeypatch, stop, blocks):
        self.taken, self.now_s = 0, time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: self.now_s)
        self.blocks, self.stop, self.line = blocks, stop, agent.lines[0].pipeline
        monkeypatch.setattr(agent._feeds[0].source, "poll", self.poll)
        monkeypatch.setattr(agent.lines[0].pipeline, "push", self.push)

    def poll(self, timeout_s):
        return [(self.now_s, SampleBlock(0, 0, np.zeros((1, 3), np.int16)))] * 100

    def push(self, block, behind, waited_s):
        self.taken += 1
        self.now_s += 1.0
        if self.taken == self.blocks:
            self.stop.set()
        return []


def test_heartbeats_come_and_a_stop_is_seen_between_blocks_however_slow_they_are(tmp_path, monkeypatch):
    stop, began_s = Flag(), time.monotonic()
    agent = a_quick_agent(tmp_path, heard := Heard())
    slow = SlowLine(agent, monkeypatch, stop, blocks=70)
    heartbeat_s, making_s = agent.lines[0].reloading.heartbeat_s, slow.now_s - began_s
    agent.run(stop)
    assert slow.taken == 70
    said_s = [one.uptime_s for one in heard.of(Health)]
    assert said_s[0] <= heartbeat_s + 1.0 + making_s
