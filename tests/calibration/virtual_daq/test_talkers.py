"""DAQs that obey commands, on a pseudo-terminal, and the drivers that talk to them."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from played import PATIENCE_S, RampSource, a_device, expected_counts

from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.errors import DaqError
from calibration.virtual_daq.pty_port import PtyPort
from calibration.virtual_daq.talkers import TALKERS, DataqScans, DueFrames, Talker
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import PortLost, PortOpened

RATE_HZ = 84e6 / 42 / 3 / 200
"""A rate that the clock of a Due gives three channels."""
ENOUGH = 3000


class Rig:
    """A virtual DAQ that runs, and a source that reads it."""

    def __init__(self, folder: Path, name: str, inputs: tuple[str, ...] = ()) -> None:
        device = a_device(rate_hz=RATE_HZ)
        self.talker = TALKERS[name](device)
        self.port = PtyPort(folder / "port")
        self.daq = VirtualDaq(RampSource(device), self.talker, self.port, 128, speed=1.0)
        self.port.open()
        self._thread = threading.Thread(target=self.daq.run, args=([],), daemon=True)
        self._thread.start()
        driver = {"due_daq": "fixed_frame"}.get(name, name)
        self.settings = SerialSettings(
            driver,
            str(self.port.link),
            channels=device.streams[0].channels,
            rate_hz=RATE_HZ,
            preset="due_daq" if driver == "fixed_frame" else None,
            inputs=inputs,
        )

    def close(self) -> None:
        self.daq.stop()
        self._thread.join(10.0)
        self.port.close()

    def poll(self, source: SerialSource, enough: Callable[[list[object]], bool]) -> list[object]:
        items: list[object] = []
        end_s = time.monotonic() + PATIENCE_S
        while not enough(items):
            assert time.monotonic() < end_s, f"not enough came: {items[-3:]}"
            items += [item for _, item in source.poll(0.2)]
        return items


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(name: str, inputs: tuple[str, ...] = ()) -> Rig:
        made.append(Rig(tmp_path, name, inputs))
        return made[-1]

    yield make
    for each in made:
        each.close()


def scans_in(items: list[object]) -> int:
    return sum(len(item.counts) for item in items if isinstance(item, SampleBlock))


def check_order(items: list[object], columns: tuple[int, ...] = (0, 1, 2)) -> None:
    """Each block holds consecutive scans of the ramp, each channel in its column."""
    for block in items:
        if isinstance(block, SampleBlock):
            ramp = expected_counts(0, 3, 0, 30_000)[:, columns[0]]
            first = int(np.flatnonzero(ramp == block.counts[0, 0])[0])
            expected = expected_counts(0, 3, first, first + len(block.counts))[:, list(columns)]
            assert np.array_equal(block.counts, expected)


@pytest.mark.parametrize(
    ("name", "inputs", "columns"),
    [("due_daq", ("A2", "A0", "A1"), (2, 0, 1)), ("dataq", ("1", "2", "0"), (1, 2, 0))],
)
def test_a_driver_starts_the_daq_reads_each_channel_from_its_input_and_stops_it(
    rig: Callable[..., Rig], name: str, inputs: tuple[str, ...], columns: tuple[int, ...]
) -> None:
    at = rig(name, inputs)
    with SerialSource(at.settings) as source:
        items = at.poll(source, lambda items: scans_in(items) >= ENOUGH)
        assert source.counts().lost_frames == 0
    (device,) = [item for item in items if isinstance(item, Device)]
    assert device.streams[0].rate_hz == pytest.approx(RATE_HZ, rel=1e-3)
    check_order(items, columns)
    end_s = time.monotonic() + PATIENCE_S
    while at.talker.sending:
        assert time.monotonic() < end_s, "it still sends"
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["due_daq", "dataq"])
def test_a_daq_that_was_unplugged_is_started_again(rig: Callable[..., Rig], name: str) -> None:
    at = rig(name)
    with SerialSource(at.settings) as source:
        before = at.poll(source, lambda items: scans_in(items) >= 200)
        at.daq.vanish(0.3)
        # Unplugged, the device loses its settings and stops, as at power on.
        at.talker.hear(b"STOP\n" if name == "due_daq" else b"stop\r")
        at.poll(source, lambda items: any(isinstance(item, PortLost) for item in items))
        after = at.poll(source, lambda items: scans_in(items) >= 200)
        anew = [item for item in after if isinstance(item, SampleBlock) and item.overrun]
        assert any(isinstance(item, PortOpened) for item in after)
        assert len(anew) == 1
    check_order(before)
    check_order(after)


def test_the_wrong_device_is_told_by_its_answer(rig: Callable[..., Rig]) -> None:
    at = rig("due_daq")
    settings = SerialSettings("dataq", at.settings.port, channels=at.settings.channels, rate_hz=RATE_HZ)
    with SerialSource(settings) as source:
        items = at.poll(source, lambda items: any(isinstance(item, PortLost) for item in items))
    (lost, *_) = [item for item in items if isinstance(item, PortLost)]
    assert "the DAQ answered nothing to 'encode 0', expected 'encode 0'" in lost.reason


def test_a_dataq_repeats_commands_only_while_it_does_not_scan() -> None:
    daq = DataqScans(a_device())
    assert daq.hear(b"encode 0\rsli") == b"encode 0\r"
    assert daq.hear(b"st 0 8\r") == b"slist 0 8\r"
    assert not daq.sending
    assert daq.hear(b"start\r") == b""
    assert daq.sending
    assert daq.hear(b"srate 999\r") == b""
    assert daq.hear(b"stop\r") == b"stop\r"
    assert not daq.sending


def test_a_due_sends_frames_of_the_size_that_it_was_told() -> None:
    daq = DueFrames(a_device())
    block = SampleBlock(0, 0, expected_counts(0, 3, 0, 1000))
    assert daq.data(block) == b""
    daq.hear(b"SETCHANNEL 192\nSETDMABUFFERSIZE 1000\nSETDMABUFFERSIZE 999\nSTART\n")
    sent = daq.data(block)
    assert len(sent) == 2 * (6 + 2 * 1000)
    assert sent[:6] == b"\xff\xff\x01\x00\x00\x00"
    columns = np.frombuffer(sent[6:2006], "<i2").reshape(500, 2)
    assert np.array_equal(columns, block.counts[:500, [1, 0]])


@pytest.mark.parametrize("talker", TALKERS.values())
def test_a_source_of_two_clocks_is_refused_and_the_speed_of_the_line_is_known(talker: type[Talker]) -> None:
    with pytest.raises(DaqError, match="one clock"):
        talker(a_device(vibration_hz=5000.0))
    assert talker(a_device()).bytes_per_s(128) >= 2 * 3 * 10_000
    assert talker(a_device()).description() == b""
