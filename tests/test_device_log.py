"""What can be said with a device is logged when it comes, and again only when that has changed."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from plates import plate_yaml

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.config import load_settings
from edge_agent.device_log import DeviceLog
from edge_agent.diagnose.decision import starting
from edge_agent.signals.checks.vibration import DeadChannel
from edge_agent.verdict import Reason, Refusal, Severity, State

CURRENTS = tuple(Channel(f"i{phase}", ChannelKind.CURRENT, "A", 0.001, phase=phase) for phase in "abc")
VIBRATION = Channel("vib_radial", ChannelKind.VIBRATION, "m/s2", 0.001)
DEVICE = Device("daq", "", "", (Stream(0, 4000.0, (*CURRENTS, VIBRATION)),))
NO_VIBRATION = Device("daq", "", "", (Stream(0, 4000.0, CURRENTS),))


@pytest.fixture
def log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> DeviceLog:
    caplog.set_level(logging.INFO)
    config = tmp_path / "agent.yaml"
    config.write_text(
        f"motor: {plate_yaml(id='m')}\n"
        f"acquisition: {{port: {tmp_path / 'port'}}}\nmqtt: {{host: localhost}}\nstate_dir: {tmp_path}\n"
        "channels:\n"
        + "".join(f"  - {{name: i{p}, kind: current, phase: {p}, unit: A, scale: 0.001}}\n" for p in "abc")
        + "  - {name: vib_radial, kind: vibration, unit: m/s2, scale: 0.001}\n"
    )
    return DeviceLog(load_settings(config))


def said(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == level]


def test_the_same_device_is_described_once_and_another_one_anew(
    log: DeviceLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.device_came(DEVICE)
    first = said(caplog, logging.INFO)
    log.device_came(DEVICE)
    assert first
    assert said(caplog, logging.INFO) == first
    log.device_came(NO_VIBRATION)
    second = said(caplog, logging.INFO)[len(first) :]
    assert second
    assert second != first


@pytest.mark.parametrize(("device", "missing"), [(DEVICE, 0), (NO_VIBRATION, 1)])
def test_a_configured_channel_that_the_device_lacks_is_named(
    log: DeviceLog, caplog: pytest.LogCaptureFixture, device: Device, missing: int
) -> None:
    log.device_came(device)
    expected = "channels: the device has no channel vib_radial; it has ['ia', 'ib', 'ic']"
    assert said(caplog, logging.WARNING) == [expected] * missing


def test_a_channel_that_tells_nothing_is_named_once_for_each_device(
    log: DeviceLog, caplog: pytest.LogCaptureFixture
) -> None:
    dead = (DeadChannel("vib_radial", "it stands at 0 m/s2"), DeadChannel("vib_axial", "it clips"))
    for _ in range(2):
        log.device_came(DEVICE)
        log.dead(())
        log.dead(dead[:1])
        log.dead(dead)
    names = [line.split()[0] for line in said(caplog, logging.WARNING)]
    assert names == 2 * ["vib_radial", "vib_axial"]


def test_each_reason_is_given_once_until_there_is_an_answer(
    log: DeviceLog, caplog: pytest.LogCaptureFixture
) -> None:
    off, load, healthy = (
        replace(starting(), refusal=Refusal(Reason.MOTOR_OFF, "x", 0.0, 1.0)),
        replace(starting(), refusal=Refusal(Reason.LOAD_TOO_LOW, "x", 0.0, 1.0)),
        replace(starting(), state=State.HEALTHY, severity=Severity.OK, refusal=None),
    )
    for state in (off, load, off, healthy, load):
        log.refused(state, lambda: "")
    log.refused(off, lambda: "because")
    assert said(caplog, logging.INFO) == [
        "indeterminate: motor_off",
        "indeterminate: load_too_low",
        "indeterminate: load_too_low",
        "indeterminate: motor_off because",
    ]
