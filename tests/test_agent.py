"""What an agent says of windows, reasons and states: to its sinks, in its log and to systemd."""

import logging
import socket
import time
from dataclasses import replace

import numpy as np
from agents import Heard, a_quick_agent, a_refusal

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.diagnose.decision import starting
from edge_agent.pipeline import Answer
from edge_agent.publish.documents import Diagnosis
from edge_agent.signals.analysis import Analysis
from edge_agent.verdict import Reason, Severity, State
from edge_agent.windows.sliding import Window


def test_each_window_is_shown_to_every_sink_with_its_samples(tmp_path, two_bars):
    class Shown(Heard):
        windows = ()

        def show(self, answer, motor):
            self.windows = (*self.windows, answer.window.start_s)

    sinks = Shown(), Shown()
    agent = a_quick_agent(tmp_path, *sinks)
    agent.lines[0].take(two_bars.device, time.monotonic())
    for block in replay_blocks(two_bars, 0.5):
        agent.lines[0].take(block, time.monotonic())
    assert sinks[0].windows
    assert sinks[0].windows == sinks[1].windows
    assert len(sinks[0].windows) == len(sinks[0].of(Diagnosis))


def test_a_reason_that_changes_is_published_and_makes_no_event(tmp_path):
    agent = a_quick_agent(tmp_path, heard := Heard())
    for reason in (Reason.UNSTEADY, Reason.LOAD_TOO_LOW, Reason.LOAD_TOO_LOW, Reason.UNSTEADY):
        agent.lines[0].refuse(a_refusal(reason))
    assert heard.kinds == ["State"] * 3


def test_a_state_that_changes_is_an_event_told_before_the_state(tmp_path):
    three_looks = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=13.0))
    agent = a_quick_agent(tmp_path, heard := Heard())
    agent.lines[0].pipeline.configure(three_looks.device)
    for block in replay_blocks(three_looks, 0.1):
        agent.lines[0].take(block, time.monotonic())
    agent.lines[0].refuse(a_refusal(Reason.UNSTEADY))
    told = ["Event", "State", "Alarm", "Event", "State"]
    assert [kind for kind in heard.kinds if kind not in ("Diagnosis", "Measurements")] == told


def test_systemd_is_told_each_state_that_is_said(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        agent = a_quick_agent(tmp_path)
        agent.lines[0].refuse(a_refusal(Reason.LOST_SAMPLES))
        ear.settimeout(60.0)
        assert ear.recv(100) == b"STATUS=indeterminate: lost_samples"


def test_a_vibration_channel_that_tells_nothing_is_logged_once_for_each_device(tmp_path, two_bars, caplog):
    agent = a_quick_agent(tmp_path)
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
    agent = a_quick_agent(tmp_path)
    monkeypatch.setattr(
        "edge_agent.motor_line.say_why",
        lambda answer, plate: f"{answer.verdict.refusal.quantity} {plate.poles}",
    )
    scale, load = (
        replace(starting(), refusal=a_refusal(reason)) for reason in (Reason.WRONG_SCALE, Reason.LOAD_TOO_LOW)
    )
    healthy = replace(starting(), state=State.HEALTHY, severity=Severity.OK, refusal=None)
    both = [f"indeterminate: {reason} x 4" for reason in ("wrong_scale", "load_too_low")]
    assert said_of_windows(agent, caplog, scale, scale, load, load, load, scale) == both
    assert said_of_windows(agent, caplog, healthy, healthy, healthy) == []
    assert said_of_windows(agent, caplog, load, load, load) == both[1:]


def test_the_log_names_an_event_with_its_severity_or_reason(tmp_path, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("edge_agent.motor_line.say_why", lambda *_: "")
    agent = a_quick_agent(tmp_path)
    healthy = replace(starting(), state=State.HEALTHY, severity=Severity.OK, refusal=None)
    off = replace(starting(), refusal=a_refusal(Reason.MOTOR_OFF))
    said_of_windows(agent, caplog, healthy, healthy, healthy, off, off, off)
    events = [record.getMessage() for record in caplog.records if "event" in record.getMessage()]
    assert [event.split(": ", 1)[1] for event in events] == [
        "indeterminate -> healthy: ok",
        "healthy -> indeterminate: motor_off",
    ]
