"""Several motors in one agent: each has its own states, alarm and files, and none disturbs another."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from broker import Mosquitto, Subscriber, free_port
from plant import START_S, Agent, Daq, Program
from plates import plate_yaml
from serving import get, wait_for

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import ChannelKind

BASE = "edge-agent/hall"


def write_config(folder: Path, broker: Mosquitto, motors: str, more: str = "") -> Path:
    path = folder / "agent.yaml"
    path.write_text(
        f"agent: {{id: hall}}\nmotors:\n{motors}{more}window: {{length_s: 4, step_s: 1}}\n"
        f"mqtt: {{host: 127.0.0.1, port: {broker.port}, heartbeat_s: 1, commands: true}}\n"
        f'state_dir: "{folder}/state"\n'
    )
    return path


def newest(listener: Subscriber, below: str) -> dict:
    messages = listener.on(f"{BASE}/{below}")
    return dict(messages[-1].json()) if messages else {}


def state_of(listener: Subscriber, motor: str) -> object:
    return newest(listener, f"{motor}/state").get("state")


def states(listener: Subscriber, motor: str) -> set[object]:
    return {message.json()["state"] for message in listener.on(f"{BASE}/{motor}/state")}


def ask(broker: Mosquitto, command: str, payload: str) -> None:
    topic = f"{BASE}/command/{command}"
    subprocess.run(
        ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", topic, "-m", payload],
        check=True,
        timeout=START_S,
    )


@pytest.fixture
def two_daqs(tmp_path: Path, started: Callable[[Program], Program]) -> dict[str, Daq]:
    """A pump without and a fan with broken bars, each at a DAQ of its own."""
    daqs = {}
    for motor, bars in (("pump", 0), ("fan", 2)):
        folder = tmp_path / motor
        folder.mkdir()
        daqs[motor] = Daq(folder, "--load", "0.75", "--broken-bars", str(bars))
        started(daqs[motor])
    return daqs


def entries_of(daqs: dict[str, Daq]) -> str:
    """Return the entries of motors in the configuration, each at its own DAQ."""
    return "".join(
        f'  - motor: {plate_yaml(id=motor)}\n    acquisition: {{port: "{daq.link}"}}\n'
        for motor, daq in daqs.items()
    )


def acknowledge_the_fan(broker: Mosquitto, listener: Subscriber) -> None:
    """Acknowledge the fan's alarm: without a word on the motor it is refused, with it it is done."""
    ask(broker, "acknowledge", '{"id": "fan", "by": "someone"}')
    listener.wait_for(lambda _: newest(listener, "reply/acknowledge"), START_S)
    assert "pump, fan" in str(newest(listener, "reply/acknowledge")["error"])
    ask(broker, "acknowledge", '{"id": "fan", "by": "someone", "motor": "fan"}')
    listener.wait_for(lambda _: newest(listener, "fan/alarm").get("condition") == "acknowledged", START_S)


def test_a_daq_that_dies_is_seen_on_its_motor_alone_and_a_restart_keeps_each_alarm(
    tmp_path: Path,
    mosquitto: Mosquitto,
    subscribe: Callable[..., Subscriber],
    two_daqs: dict[str, Daq],
    start_agent: Callable[[Path], Agent],
) -> None:
    listener = subscribe(mosquitto.port, f"{BASE}/#")
    port = free_port()
    listen = f"http: {{listen: '127.0.0.1:{port}'}}\n"
    config = write_config(tmp_path, mosquitto, entries_of(two_daqs), listen)
    agent = start_agent(config)
    listener.wait_for(lambda _: state_of(listener, "pump") == "healthy", START_S)
    listener.wait_for(lambda _: newest(listener, "fan/alarm").get("active"), START_S)
    assert newest(listener, "pump/alarm")["active"] is False
    wait_for(port, "/readyz", lambda answer: answer.status == 200)
    metrics = get(port, "/metrics").text.splitlines()
    for motor, alarm in (("pump", "0.0"), ("fan", "1.0")):
        assert f'edge_agent_motor_alarm_active{{motor="{motor}"}} {alarm}' in metrics
        assert get(port, f"/motor/{motor}/").status == 200

    acknowledge_the_fan(mosquitto, listener)

    two_daqs["fan"].kill()
    listener.wait_for(lambda _: newest(listener, "fan/state").get("reason") == "lost_samples", START_S)
    seen = len(listener.on(f"{BASE}/pump/diagnosis"))
    listener.wait_for(lambda _: len(listener.on(f"{BASE}/pump/diagnosis")) >= seen + 5, START_S)
    assert state_of(listener, "pump") == "healthy"
    wait_for(
        port, "/readyz", lambda answer: answer.status == 503 and answer.text.startswith("fan: no samples")
    )
    assert "pump" not in get(port, "/readyz").text
    listener.wait_for(lambda _: newest(listener, "health").get("source") is not None, START_S)
    assert str(newest(listener, "health")["source"]).startswith("fan: ")
    assert "pump:" not in str(newest(listener, "health")["source"])

    assert agent.stop() == 0
    events = {motor: len(listener.on(f"{BASE}/{motor}/event")) for motor in two_daqs}
    before = len(listener.on(f"{BASE}/fan/alarm"))
    start_agent(config)
    listener.wait_for(lambda _: len(listener.on(f"{BASE}/fan/alarm")) > before, START_S)
    alarm = newest(listener, "fan/alarm")
    assert (alarm["active"], alarm["condition"]) == (True, "acknowledged")
    listener.wait_for(lambda _: state_of(listener, "pump") == "healthy", START_S)
    assert events == {motor: len(listener.on(f"{BASE}/{motor}/event")) for motor in two_daqs}
    assert {path.name for path in (tmp_path / "state").iterdir()} >= {"pump", "fan", "outbox.sqlite3"}
    assert (tmp_path / "state/fan/alarm.json").is_file()


def both_at_one_daq(one: Recording, other: Recording) -> Recording:
    """Return a recording of the currents of two motors, in one stream of six channels."""
    stream = one.device.streams[0]
    assert all(channel.kind is ChannelKind.CURRENT for channel in stream.channels)
    channels = tuple(
        replace(channel, name=f"{channel.name}_{motor}")
        for motor in ("pump", "fan")
        for channel in stream.channels
    )
    return replace(
        one,
        device=replace(one.device, streams=(replace(stream, channels=channels),)),
        counts=(np.concatenate((one.counts[0], other.counts[0]), axis=1),),
    )


def test_one_daq_serves_two_motors_each_of_which_takes_its_channels(
    tmp_path: Path,
    mosquitto: Mosquitto,
    subscribe: Callable[..., Subscriber],
    start_daq: Callable[..., Daq],
    start_agent: Callable[[Path], Agent],
) -> None:
    sound, broken = (
        simulate(Scenario(seed=1_000_042, broken_bars=bars, load=0.7, duration_s=20.0)) for bars in (0, 2)
    )
    recording = tmp_path / "both.npz"
    write_recording(recording, both_at_one_daq(sound, broken))
    names = [channel.name for channel in sound.device.streams[0].channels]
    rotor_bars = Scenario().motor.nameplate.rotor_bars  # without vibration they alone show the slip
    entries = "".join(
        f"  - motor: {plate_yaml(id=motor, rotor_bars=rotor_bars)}\n    channels:\n"
        + "".join(f"      - {{name: {name}_{motor}}}\n" for name in names)
        for motor in ("pump", "fan")
    )
    listener = subscribe(mosquitto.port, f"{BASE}/#")
    daq = start_daq("--play", str(recording))
    start_agent(write_config(tmp_path, mosquitto, entries, f'acquisition: {{port: "{daq.link}"}}\n'))
    listener.wait_for(lambda _: "broken_bars" in states(listener, "fan"), START_S)
    listener.wait_for(lambda _: "healthy" in states(listener, "pump"), START_S)
    assert "broken_bars" not in states(listener, "pump")
    assert "healthy" not in states(listener, "fan")
    told = newest(listener, "fan/info")
    assert "ia_fan" in str(told)
    assert "ia_pump" not in str(told)
