"""A site to examine: a configuration, and a virtual DAQ that plays a short recording of a motor."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from plates import plate_yaml

from calibration.simulator.conditions import Daq
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.encoders import BlockFrames, CsvLines
from calibration.virtual_daq.pty_port import PtyPort
from calibration.virtual_daq.sources import OneTable, RecordingSource
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.config import Settings, load_with_doubts
from edge_agent.doctor.result import Result

RATE_HZ = 2000.0
PLATE = Scenario().motor.nameplate.model_dump(
    include={
        "rated_power_kw",
        "rated_voltage_v",
        "rated_current_a",
        "rated_speed_rpm",
        "line_frequency_hz",
        "poles",
    }
)
SPEED_RPM = 1737


def write_site(folder: Path, broker_port: int = 1, **sections: str) -> Path:
    """Write a configuration; `sections` replace whole ones, or add to `mqtt` as `mqtt_more`."""
    motor = sections.pop("motor", plate_yaml(**{"id": "m", **PLATE}))
    acquisition = sections.pop("acquisition", f"{{port: {folder / 'port'}}}")
    mqtt = f"{{host: localhost, port: {broker_port}{sections.pop('mqtt_more', '')}}}"
    more = "".join(f"{name}: {text}\n" for name, text in sections.items())
    file = folder / "agent.yaml"
    file.write_text(
        f"agent: {{id: pump-7}}\nmotor: {motor}\nacquisition: {acquisition}\nmqtt: {mqtt}\n"
        f"window: {{length_s: 3}}\nstate_dir: {folder / 'state'}\n{more}"
    )
    return file


def a_site(folder: Path, broker_port: int = 1, **sections: str) -> Settings:
    """Return the settings of such a configuration."""
    return load_with_doubts(write_site(folder, broker_port, **sections))[0]


@cache
def recording() -> Recording:
    """Return ten seconds of a healthy motor at three quarters of its load."""
    daq = Daq(current_rate_hz=RATE_HZ, vibration_rate_hz=RATE_HZ)
    return simulate(Scenario(seed=7, load=0.75, duration_s=10.0, daq=daq))


def with_still_channel(name: str) -> Recording:
    """Return the recording with one channel that keeps its first value."""
    counts = []
    for stream, own in zip(recording().device.streams, recording().counts, strict=True):
        own = own.copy()
        for i, channel in enumerate(stream.channels):
            if channel.name == name:
                own[:, i] = own[0, i]
        counts.append(own)
    return replace(recording(), counts=tuple(counts))


def with_speed() -> Recording:
    """Return the recording with a channel of the shaft's speed beside it."""
    made = recording()
    channel = Channel("speed", ChannelKind.SPEED, "rpm", 1.0)
    speed = np.full((len(made.counts[0]), 1), SPEED_RPM, np.int16)
    number = max(stream.number for stream in made.device.streams) + 1
    streams = (*made.device.streams, Stream(number, RATE_HZ, (channel,)))
    return replace(made, device=replace(made.device, streams=streams), counts=(*made.counts, speed))


@contextmanager
def playing(link: Path, played: Recording, *, speed: float = 1.0, lines: bool = False) -> Iterator[None]:
    """Play a recording on a pseudo-terminal, as frames or lines, so many times faster than it was."""
    source = RecordingSource(played, loop=True)
    source = OneTable(source) if lines else source
    encoder = CsvLines(source.device) if lines else BlockFrames(source.device)
    port = PtyPort(link)
    daq = VirtualDaq(source, encoder, port, 128, speed)
    port.open()
    thread = threading.Thread(target=daq.run, args=([],), daemon=True)
    thread.start()
    try:
        yield
    finally:
        daq.stop()
        thread.join(60)
        port.close()


def of(results: list[Result], name: str) -> list[Result]:
    """Return the results of one name."""
    return [result for result in results if result.name == name]
