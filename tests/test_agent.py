import calendar
import logging
import math
import socket
import time
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from agents import Heard, StopsAfter, agent_of, play
from plates import plate_yaml

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent import wall_clock
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.acquire.source import PortLost, PortOpened
from edge_agent.diagnose.decision import starting
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish import documents
from edge_agent.publish.documents import Diagnosis, Health
from edge_agent.publish.payloads import payload_of
from edge_agent.signals.analysis import Analysis
from edge_agent.supervision import Flag
from edge_agent.verdict import Reason, Refusal, Severity, State
from edge_agent.windows.sliding import Window

MODEL = Model.load("builtin")


@pytest.fixture(scope="module")
def two_bars():
    return simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=8.0))


def a_line(scenario_recording, length_s=4.0, step_s=1.0):
    line = Pipeline(Scenario().motor.nameplate, MODEL, length_s, step_s)
    line.configure(scenario_recording.device)
    return line


def undated(verdict):
    others = tuple(replace(other, window=None) for other in verdict.others)
    return replace(verdict, latency_ms=None, window=None, others=others)


def verdicts(recording, block_s=0.1, lost=()):
    line, found = a_line(recording), []
    for number, block in enumerate(replay_blocks(recording, block_s)):
        if number not in lost:
            found += [undated(answer.verdict) for answer in line.push(block)]
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


def an_agent(tmp_path, *more):
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m')}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: localhost}}\nstate_dir: {tmp_path}\n"
        "window: {length_s: 4, step_s: 1}\n"
    )
    return agent_of(config, MODEL, *more)


def test_the_reason_why_the_port_is_away_outlasts_the_silence(tmp_path, monkeypatch):
    agent = an_agent(tmp_path)
    said = []
    monkeypatch.setattr(agent._health, "source_problem", lambda motor, problem: said.append(problem))
    agent.lines[0].take(PortLost("port", "permission denied"), time.monotonic())
    agent.lines[0]._source_watch._samples_s -= 60.0
    agent._look_after()
    agent.lines[0].take(PortOpened("port"), time.monotonic())
    agent._look_after()
    assert said == ["port: permission denied"] * 2 + ["no samples come"]


def test_a_device_that_was_just_found_is_starting_rather_than_silent(tmp_path, two_bars):
    agent = an_agent(tmp_path)
    agent.lines[0]._source_watch._samples_s -= 60.0
    agent.lines[0].take(two_bars.device, time.monotonic())
    agent._look_after()
    assert agent.lines[0].pipeline.decision.state.refusal.reason is Reason.STARTING


def test_each_window_is_shown_to_every_sink_with_its_samples(tmp_path, two_bars):
    class Shown(Heard):
        windows = ()

        def show(self, answer, motor):
            self.windows = (*self.windows, answer.window.start_s)

    sinks = Shown(), Shown()
    agent = an_agent(tmp_path, *sinks)
    agent.lines[0].take(two_bars.device, time.monotonic())
    for block in replay_blocks(two_bars, 0.5):
        agent.lines[0].take(block, time.monotonic())
    assert sinks[0].windows
    assert sinks[0].windows == sinks[1].windows
    assert len(sinks[0].windows) == len(sinks[0].of(Diagnosis))


def test_a_vibration_channel_that_tells_nothing_is_logged_once_for_each_device(tmp_path, two_bars, caplog):
    agent = an_agent(tmp_path)
    currents, vibration = two_bars.counts
    dead = replace(two_bars, counts=(currents, np.zeros_like(vibration)))
    for _ in range(2):
        agent.lines[0].take(dead.device, time.monotonic())
        for block in replay_blocks(dead, 0.5):
            agent.lines[0].take(block, time.monotonic())
    said = [record.message for record in caplog.records if "tells nothing" in record.message]
    names = [channel.name for channel in dead.device.streams[1].channels]
    assert [line.split()[0] for line in said] == 2 * names
    assert all("it stays at 0 m/s2" in line for line in said)


def said_of_windows(agent, caplog, *verdicts):
    """Log lines of windows with these verdicts, one after another."""
    caplog.clear()
    for verdict in verdicts:
        before = agent.lines[0].pipeline.decision.state
        agent.seen_s = getattr(agent, "seen_s", 0.0) + 400.0  # longer than a state is held
        changed = agent.lines[0].pipeline.decision.update(verdict, agent.seen_s, agent.seen_s + 12.0)
        state = agent.lines[0].pipeline.decision.state
        analysis, window = Analysis(verdict.evidence, verdict.refusal), Window(0.0, 4.0, (), 0.0)
        agent.lines[0]._tell(Answer(verdict, before, state, changed, True, analysis, window))
    return [record.getMessage() for record in caplog.records if "event" not in record.getMessage()]


def test_the_log_says_why_there_is_no_answer_each_reason_once_until_there_is_one(
    tmp_path, caplog, monkeypatch
):
    caplog.set_level(logging.INFO)
    agent = an_agent(tmp_path)
    monkeypatch.setattr(
        "edge_agent.motor_line.say_why",
        lambda answer, plate: f"{answer.verdict.refusal.quantity} {plate.poles}",
    )
    scale, load = (
        replace(starting(), refusal=refused(reason)) for reason in (Reason.WRONG_SCALE, Reason.LOAD_TOO_LOW)
    )
    healthy = replace(starting(), state=State.HEALTHY, severity=Severity.OK, refusal=None)
    both = [f"indeterminate: {reason} x 4" for reason in ("wrong_scale", "load_too_low")]
    assert said_of_windows(agent, caplog, scale, scale, load, load, load, scale) == both
    assert said_of_windows(agent, caplog, healthy, healthy, healthy) == []
    assert said_of_windows(agent, caplog, load, load, load) == both[1:]


def test_the_log_names_an_event_with_its_severity_or_reason(tmp_path, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("edge_agent.motor_line.say_why", lambda *_: "")
    agent = an_agent(tmp_path)
    healthy = replace(starting(), state=State.HEALTHY, severity=Severity.OK, refusal=None)
    off = replace(starting(), refusal=refused(Reason.MOTOR_OFF))
    said_of_windows(agent, caplog, healthy, healthy, healthy, off, off, off)
    events = [record.getMessage() for record in caplog.records if "event" in record.getMessage()]
    assert [event.split(": ", 1)[1] for event in events] == [
        "indeterminate -> healthy: ok",
        "healthy -> indeterminate: motor_off",
    ]


def refused(reason):
    return Refusal(reason, "x", 0.0, 1.0)


def test_a_reason_that_changes_is_published_and_makes_no_event(tmp_path):
    agent = an_agent(tmp_path, heard := Heard())
    for reason in (Reason.UNSTEADY, Reason.LOAD_TOO_LOW, Reason.LOAD_TOO_LOW, Reason.UNSTEADY):
        agent.lines[0].refuse(refused(reason))
    assert heard.kinds == ["State"] * 3


def test_a_state_that_changes_is_an_event_told_before_the_state(tmp_path):
    three_looks = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=13.0))
    agent = an_agent(tmp_path, heard := Heard())
    agent.lines[0].pipeline.configure(three_looks.device)
    for block in replay_blocks(three_looks, 0.1):
        agent.lines[0].take(block, time.monotonic())
    agent.lines[0].refuse(refused(Reason.UNSTEADY))
    told = ["Event", "State", "Alarm", "Event", "State"]
    assert [kind for kind in heard.kinds if kind not in ("Diagnosis", "Measurements")] == told


@pytest.mark.parametrize(
    ("reasons", "states"), [((Reason.STARTING,) * 2, 6), ((Reason.UNSTEADY, Reason.LOAD_TOO_LOW), 12)]
)
def test_health_comes_at_every_heartbeat_however_often_the_state_is_said(
    tmp_path, monkeypatch, reasons, states
):
    agent = an_agent(tmp_path, heard := Heard())
    began_s = time.monotonic()
    for turn in range(1, 13):
        now_s = began_s + 31.0 * turn
        monkeypatch.setattr(time, "monotonic", lambda now_s=now_s: now_s)
        agent.lines[0]._source_watch._samples_s = now_s
        agent.lines[0].refuse(refused(reasons[turn % 2]))
        agent._look_after()
    assert heard.kinds.count("Health") == 6
    assert heard.kinds.count("State") == states


def test_the_time_in_the_queue_is_latency_and_dates_no_window_late(tmp_path, monkeypatch, two_bars):
    stop = Flag()
    agent = an_agent(tmp_path, heard := StopsAfter(stop, 1))
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


def test_systemd_is_told_each_state_that_is_said(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        agent = an_agent(tmp_path)
        agent.lines[0].refuse(refused(Reason.LOST_SAMPLES))
        ear.settimeout(60.0)
        assert ear.recv(100) == b"STATUS=indeterminate: lost_samples"


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
    agent = an_agent(tmp_path, heard := Heard())
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
    agent = an_agent(tmp_path)
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
    return agent_of(config, MODEL, *more)


def test_after_a_pause_of_the_process_an_old_state_is_replaced_before_anything_else(tmp_path, monkeypatch):
    stop, clock = Flag(), [0.0]

    def poll(timeout_s):
        """Wait, while the process is stopped for a minute."""
        clock.append(clock[-1] + 60.0)
        stop.set()
        return [(time.monotonic(), PortOpened("port"))]

    three_looks = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=13.0))
    agent = an_agent(tmp_path, heard := Heard())
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

    agent = an_agent(tmp_path, heard := Heard())
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
    agent = an_agent(tmp_path, heard := Heard())
    monkeypatch.setattr(time, "time", lambda: shown_s)
    monkeypatch.setattr(agent.lines[0]._announcer, "_clock", lambda: shown_s)
    monkeypatch.setattr(wall_clock, "kernel_clock_state", lambda: 0)
    agent.lines[0]._say_state(agent.lines[0].state)
    agent._say_health()
    told = [payload_of(one) for kind in (documents.State, Health) for one in heard.of(kind)]
    assert [payload["clock_set"] for payload in told] == [year != 1970] * 2
    assert {str(payload["time"])[:4] for payload in told} == {str(year)}


def test_samples_that_waited_too_long_complete_only_windows_that_are_skipped(tmp_path, two_bars):
    agent = an_agent(tmp_path, heard := Heard())
    blocks = list(replay_blocks(two_bars, 0.1))
    agent.lines[0].take(two_bars.device, time.monotonic())
    for block in blocks[: len(blocks) // 2]:
        agent.lines[0].take(block, time.monotonic() - 5.5)
    assert agent.lines[0].pipeline.windows.counts.windows_skipped > 0
    assert not heard.of(Diagnosis)
    for block in blocks[len(blocks) // 2 :]:
        agent.lines[0].take(block, time.monotonic() - 4.0)
    assert 0 < len(heard.of(Diagnosis)) < 5


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
    agent = an_agent(tmp_path, heard := Heard())
    slow = SlowLine(agent, monkeypatch, stop, blocks=70)
    heartbeat_s, making_s = agent.lines[0].reloading.heartbeat_s, slow.now_s - began_s
    agent.run(stop)
    assert slow.taken == 70
    said_s = [one.uptime_s for one in heard.of(Health)]
    assert said_s[0] <= heartbeat_s + 1.0 + making_s
