"""The source on a real pseudo-terminal: frames in, devices and samples out, through losses of the port."""

from collections.abc import Callable
from time import monotonic

import numpy as np
from broker import wait_until
from pty_line import PATIENCE_S, PtyLine

from edge_agent.acquire.byte_queue import MAX_WAITING_BYTES
from edge_agent.acquire.description import encode_description as encode_description_text
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.acquire.settings import SerialSettings
from edge_agent.acquire.source import PortLost, PortOpened
from edge_agent.supervision import Supervisor

RATE_HZ = 10_000.0


def a_channel(name: str, scale: float = 0.01) -> Channel:
    return Channel(name, ChannelKind.CURRENT, "A", scale, phase=name[-1])


def a_device(name: str = "daq", scale: float = 0.01) -> Device:
    channels = (a_channel("ia", scale), a_channel("ib", scale))
    return Device(name, "1", "1.0", (Stream(0, RATE_HZ, channels),))


def a_block(first_scan: int = 0, scans: int = 32) -> SampleBlock:
    counts = np.arange(2 * scans, dtype=np.int16).reshape(scans, 2) + np.int16(first_scan % 1000)
    return SampleBlock(0, first_scan, counts)


def frames_of(numbers: range) -> bytes:
    return b"".join(encode_data(a_block(32 * n), RATE_HZ, n) for n in numbers)


def a_source(line: PtyLine, channels: tuple[Channel, ...] = (), driver: str = "block_frames") -> SerialSource:
    return SerialSource(SerialSettings(driver, str(line.link), channels=channels))


def polled(source: SerialSource, enough: Callable[[list], bool]) -> list:
    items: list = []
    end_s = monotonic() + PATIENCE_S
    while not enough(items):
        assert monotonic() < end_s, f"not enough came: {items}"
        items += [item for _, item in source.poll(0.2)]
    return items


def number_of(kind: type, wanted: int) -> Callable[[list], bool]:
    return lambda items: sum(isinstance(item, kind) for item in items) >= wanted


def scans(wanted: int) -> Callable[[list], bool]:
    return lambda items: len(indices(items)) >= wanted


def indices(items: list) -> list[int]:
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    return [
        index for block in blocks for index in range(block.first_scan, block.first_scan + len(block.counts))
    ]


def test_gives_opening_device_and_samples_in_order(line: PtyLine) -> None:
    with a_source(line) as source:
        items = polled(source, number_of(PortOpened, 1))
        line.write(encode_description(a_device()) + frames_of(range(3)))
        items += polled(source, scans(96))
    assert items[:2] == [PortOpened(str(line.link)), a_device()]
    assert indices(items) == list(range(96))
    np.testing.assert_array_equal(items[2].counts[:32], a_block().counts)


def test_frames_that_come_together_and_go_on_are_one_block(line: PtyLine) -> None:
    with a_source(line) as source:
        polled(source, number_of(PortOpened, 1))
        sent = encode_description(a_device()) + frames_of(range(3)) + frames_of(range(4, 6))
        line.write(sent)
        wait_until(lambda: source._queue._bytes == len(sent))
        blocks = [item for _, item in source.poll(0.2) if isinstance(item, SampleBlock)]
    assert [(block.first_scan, len(block.counts)) for block in blocks] == [(0, 96), (128, 64)]


def test_an_unchanged_description_is_given_once_and_a_new_one_again(line: PtyLine) -> None:
    with a_source(line) as source:
        polled(source, number_of(PortOpened, 1))
        for n in range(3):
            line.write(encode_description(a_device()) + frames_of(range(n, n + 1)))
        line.write(encode_description(a_device(scale=0.02)) + frames_of(range(3, 4)))
        items = polled(source, scans(128))
    devices = [item for item in items if isinstance(item, Device)]
    assert devices == [a_device(), a_device(scale=0.02)]
    assert items.index(devices[1]) == len(items) - 2


def test_channels_of_the_file_win_over_those_of_the_device(line: PtyLine) -> None:
    calibrated = a_channel("ia", scale=0.5)
    with a_source(line, (calibrated,)) as source:
        polled(source, number_of(PortOpened, 1))
        line.write(encode_description(a_device()))
        (device,) = polled(source, number_of(Device, 1))
    assert device.streams[0].channels == (calibrated, a_channel("ib"))


def test_channels_of_the_file_serve_a_device_that_never_describes_itself(line: PtyLine) -> None:
    channels = (a_channel("ia"), a_channel("ib"))
    with a_source(line, channels) as source:
        polled(source, number_of(PortOpened, 1))
        line.write(b"".join(encode_data(a_block(9000 * n, 9000), RATE_HZ, n) for n in range(5)))
        items = polled(source, scans(1))
    assert items[0].streams == (Stream(0, RATE_HZ, channels),)


def test_a_frame_that_was_cut_by_a_loss_costs_itself_alone(line: PtyLine) -> None:
    with a_source(line) as source:
        polled(source, number_of(PortOpened, 1))
        line.write(encode_description(a_device()) + frames_of(range(2)) + frames_of(range(2, 3))[:40])
        items = polled(source, lambda items: scans(64)(items) and not source.waiting_blocks)
        line.unplug()
        items += polled(source, number_of(PortLost, 1))
        line.plug()
        items += polled(source, number_of(PortOpened, 1))
        line.write(encode_description(a_device()) + frames_of(range(3, 5)))
        items += polled(source, scans(64))
    assert indices(items) == [*range(64), *range(96, 160)]
    assert number_of(Device, 2)(items) is False
    counts = source.counts()
    assert (counts.lost_frames, counts.crc_errors, counts.malformed) == (1, 0, 0)


def test_lines_of_text_are_read_by_their_driver(line: PtyLine) -> None:
    described = encode_description_text(a_device(), index=True)
    with a_source(line, driver="csv_lines") as source:
        polled(source, number_of(PortOpened, 1))
        line.write(b"# " + described + b"\n" + b"".join(b"%d,%d,%d\n" % (n, n, -n) for n in range(64)))
        items = polled(
            source,
            scans(64),
        )
    assert isinstance(items[0], Device)
    assert indices(items) == list(range(64))


def test_a_pipeline_that_is_too_slow_loses_the_oldest_bytes_counted(line: PtyLine) -> None:
    with a_source(line) as source:
        polled(source, number_of(PortOpened, 1))
        sent = MAX_WAITING_BYTES + 100_000
        line.write(encode_description(a_device()) + bytes(sent))
        line.write(encode_description(a_device()) + frames_of(range(1)))
        items = polled(source, scans(1))
    assert items[0] == a_device()
    assert 0 < source.dropped_bytes <= sent


def test_samples_are_stamped_when_they_are_read_and_not_when_they_are_worked_on(line: PtyLine) -> None:
    with a_source(line) as source:
        polled(source, number_of(PortOpened, 1))
        sent, written_s = encode_description(a_device()) + frames_of(range(3)), monotonic()
        line.write(sent)
        wait_until(lambda: source._queue._bytes == len(sent))
        worked_on_s = monotonic()
        found = source.poll(0.2)
    arrived_s = [arrived_s for arrived_s, item in found if isinstance(item, SampleBlock)]
    assert arrived_s
    assert written_s <= min(arrived_s)
    assert max(arrived_s) <= worked_on_s


def test_a_silent_port_gives_nothing_and_is_no_failure(line: PtyLine) -> None:
    supervisor = Supervisor()
    with a_source(line) as source:
        supervisor.watch(source.watched)
        polled(source, number_of(PortOpened, 1))
        assert source.poll(0.01) == []
        assert source.waiting_blocks == 0
        supervisor.check()


def test_a_wrong_description_is_named_as_the_reason_for_the_silence_until_a_right_one_comes(line: PtyLine):
    wrong = encode_description(a_device(scale=0.0))
    with a_source(line) as source:
        line.write(wrong)
        polled(source, lambda items: source.counts().bad_descriptions > 0)
        assert "scale is 0" in source.silence().text
        line.write(encode_description(a_device()))
        polled(source, lambda items: a_device() in items)
        assert source.silence().text == "no samples come"


def test_samples_that_nobody_described_are_named_as_the_reason_for_the_silence(line: PtyLine):
    with a_source(line) as source:
        line.write(frames_of(range(3)))
        polled(source, lambda items: source.counts().undescribed == 3)
        assert "give channels" in source.silence().text


def test_samples_that_contradict_the_description_are_named_as_the_reason_for_the_silence(line: PtyLine):
    with a_source(line) as source:
        line.write(encode_description(a_device()) + frames_of(range(2)))
        polled(source, lambda items: any(isinstance(item, SampleBlock) for item in items))
        line.write(encode_data(a_block(64), 2 * RATE_HZ, 2))
        polled(source, lambda items: source.counts().contradicting == 1)
        assert "another rate" in source.silence().text
