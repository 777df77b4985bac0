"""One motor's channels of a DAQ that serves several: their samples, and nothing of the others."""

import numpy as np

from edge_agent.acquire.part import Part
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.acquire.source import PortLost


def a_stream(number: int, *names: str) -> Stream:
    return Stream(number, 1000.0, tuple(Channel(name, ChannelKind.CURRENT, "A", 1.0) for name in names))


DEVICE = Device("daq", "", "", (a_stream(0, "a1", "a2", "b1"), a_stream(1, "c2")))
BLOCK = SampleBlock(0, 7, np.arange(6, dtype=np.int16).reshape(2, 3), invalid=np.eye(2, 3, dtype=bool))


def test_a_device_has_the_channels_of_the_motor_alone() -> None:
    part = Part(["b1", "a1"]).of(DEVICE)
    assert isinstance(part, Device)
    assert [(s.number, [c.name for c in s.channels]) for s in part.streams] == [(0, ["a1", "b1"])]


def test_samples_are_those_of_its_columns() -> None:
    part = Part(["b1", "a1"])
    part.of(DEVICE)
    block = part.of(BLOCK)
    assert isinstance(block, SampleBlock)
    assert (block.first_scan, block.counts.tolist()) == (7, [[0, 2], [3, 5]])
    assert block.invalid is not None
    assert block.invalid.tolist() == [[True, False], [False, False]]


def test_samples_of_a_stream_without_its_channels_are_left_out() -> None:
    part = Part(["c2"])
    part.of(DEVICE)
    assert part.of(BLOCK) is None


def test_what_happens_to_the_port_concerns_every_motor() -> None:
    lost = PortLost("port", "gone")
    assert Part(["a1"]).of(lost) is lost
