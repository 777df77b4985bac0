"""Lines of text at the pace of a real DAQ: from a pseudo-terminal to what the broker hears."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from plant import PLATE
from pty_line import PtyLine

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario

RATE_HZ = 2000
STATE = "edge-agent/agent/motor/state"
DIAGNOSIS = "edge-agent/agent/motor/diagnosis"
HEALTH = "edge-agent/agent/health"
CHANNELS = "".join(f"  - {{name: i{p}, kind: current, phase: {p}, unit: A, scale: 1}}\n" for p in "abc")


class Feeder:
    """Writes lines to a port at their rate until it is stopped."""

    def __init__(self, port: PtyLine, make: Callable[[int], bytes]) -> None:
        self._port, self._make, self._stopping = port, make, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(10)

    def _work(self) -> None:
        began_s, sent = time.monotonic(), 0
        while not self._stopping.wait(0.01):
            due = int((time.monotonic() - began_s) * RATE_HZ)
            self._port.write(b"".join(self._make(k) for k in range(sent, due)))
            sent = due


@pytest.fixture
def port(tmp_path: Path) -> Iterator[PtyLine]:
    made = PtyLine(tmp_path / "port")
    made.plug()
    yield made
    made.unplug()


@pytest.fixture
def feed(port: PtyLine) -> Iterator[Callable[[Callable[[int], bytes]], None]]:
    feeders: list[Feeder] = []
    yield lambda make: feeders.append(Feeder(port, make))
    for feeder in feeders:
        feeder.stop()


def a_config(folder: Path, port: PtyLine, broker_port: int, acquisition: str, channels: str) -> Path:
    path = folder / "agent.yaml"
    path.write_text(
        f"agent: {{id: agent}}\n{PLATE}acquisition:\n  port: {port.link}\n{acquisition}"
        + (f"channels:\n{channels}" if channels else "")
        + f"window: {{length_s: 4, step_s: 1}}\n"
        f"mqtt: {{host: 127.0.0.1, port: {broker_port}, heartbeat_s: 1}}\nstate_dir: {folder}/state\n"
    )
    return path


CSV = f"  driver: csv_lines\n  rate_hz: {RATE_HZ}\n"


@pytest.mark.parametrize(
    ("acquisition", "channels", "line", "said"),
    [
        (CSV, CHANNELS, b"%d,512,498,505\n", "4 columns, 3 channels"),
        ("", "", b"%d,512,498,505\r\n", "set acquisition.driver: csv_lines"),
        ("  driver: csv_lines\n", "", b"%d,512,498,505\n", "put into the YAML channels"),
    ],
)
def test_what_is_missing_for_an_arduino_is_said_in_state_health_and_log(
    tmp_path, mosquitto, subscribe, start_agent, port, feed, acquisition, channels, line, said
) -> None:
    listener = subscribe(mosquitto.port, "edge-agent/#")
    agent = start_agent(a_config(tmp_path, port, mosquitto.port, acquisition, channels))
    feed(lambda k: line % k)
    agent.wait_for(lambda text: said in text, 30)
    listener.wait_for(
        lambda _: any(m.json()["reason"] == "samples_not_understood" for m in listener.on(STATE)), 30
    )
    listener.wait_for(lambda _: any(said in str(m.json()["source"]) for m in listener.on(HEALTH)), 30)
    opened = next(n for n, text in enumerate(agent.lines) if text.endswith(": open"))
    assert (
        sum(said in text for text in agent.lines[opened:]) == 1
    )  # before it stands what is strange in the file


def test_counts_taken_for_amperes_are_told_in_the_log_with_what_to_do(
    tmp_path, mosquitto, start_agent, port, feed
) -> None:
    turns = 2 * np.pi * (60 * np.arange(RATE_HZ) / RATE_HZ - np.arange(3)[:, None] / 3)
    counts = np.rint(512 + 230 * np.cos(turns)).astype(int).T.tolist()
    agent = start_agent(a_config(tmp_path, port, mosquitto.port, CSV, CHANNELS))
    agent.wait_for(lambda text: text.endswith(": open"), 30)
    feed(lambda k: b"%d,%d,%d\r\n" % tuple(counts[k % RATE_HZ]))
    agent.wait_for(lambda text: "indeterminate: wrong_scale (" in text and "Check unit and scale" in text, 60)


def test_a_dead_accelerometer_on_the_line_is_named_and_the_currents_are_judged(
    tmp_path, mosquitto, subscribe, start_agent, port, feed
) -> None:
    recording = simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=30.0))
    rates = [stream.rate_hz for stream in recording.device.streams]
    at = int(np.argmin(np.abs(np.array(rates) - 10_000)))
    stream, counts = recording.device.streams[at], recording.counts[at]
    scale = np.array([c.scale for c in stream.channels[:3]])
    amperes = (counts[:: int(stream.rate_hz) // RATE_HZ, :3] * scale).tolist()
    listener = subscribe(mosquitto.port, "edge-agent/#")
    vibration = "  - {name: vib_radial, kind: vibration, unit: m/s2, scale: 1}\n"
    agent = start_agent(a_config(tmp_path, port, mosquitto.port, CSV, CHANNELS + vibration))
    agent.wait_for(lambda text: text.endswith(": open"), 30)
    feed(lambda k: b"%.3f,%.3f,%.3f,nan\n" % tuple(amperes[k % len(amperes)]))
    agent.wait_for(lambda text: "vib_radial gives no values" in text, 30)
    listener.wait_for(lambda _: any("vib_radial" in str(m.json()["source"]) for m in listener.on(HEALTH)), 30)
    listener.wait_for(lambda _: any(m.json()["state"] == "broken_bars" for m in listener.on(DIAGNOSIS)), 40)
    assert {m.json()["window"]["lost_samples"] for m in listener.on(DIAGNOSIS)} == {0}
