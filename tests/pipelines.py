"""Pipelines with a network that believes in two bars, and the samples of whole windows for them."""

from collections.abc import Iterator

from answers import NAMEPLATE, TWO_BARS, a_model, a_window

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.windows.sliding import Window

BROKEN = a_window()
OFF = a_window(amplitude_a=0.01)
BLOCK = 1000


def a_pipeline(**more: object) -> Pipeline:
    return Pipeline(NAMEPLATE, a_model(TWO_BARS), BROKEN.length_s, BROKEN.length_s, **more)


def device_of(window: Window, identity: str = "daq") -> Device:
    return Device(identity, "", "", tuple(s.stream for s in window.streams))


def blocks_of(*windows: Window) -> Iterator[SampleBlock]:
    """Samples of windows one after the other, their streams in turns."""
    for number, window in enumerate(windows):
        scans = window.streams[0].counts.shape[1]
        for start in range(0, scans, BLOCK):
            for stream in window.streams:
                counts = stream.counts[:, start : start + BLOCK].T
                yield SampleBlock(stream.stream.number, number * scans + start, counts)


def pushed(pipeline: Pipeline, *windows: Window) -> Iterator[Answer]:
    for block in blocks_of(*windows):
        yield from pipeline.push(block)
