"""Where windows stand survives JSON, and is refused where it cannot be used."""

import json
from dataclasses import replace

import numpy as np
import pytest

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.windows.sliding import Windows
from edge_agent.windows.timeline import StreamTime, Timeline

STREAM = Stream(2, 100.0, (Channel("ia", ChannelKind.CURRENT, "A", 1.0),))
MOMENT = Timeline(2.0, 0.3, 7, 0.25, (StreamTime(2, 1000, 1440, 440, 0.01, True),), 0.5)


def windows_of(stream: Stream = STREAM, length_s: float = 2.0, step_s: float = 0.3) -> Windows:
    windows = Windows(length_s, step_s)
    windows.configure(Device("d", "", "", (stream,)))
    return windows


def a_block(first: int, scans: int) -> SampleBlock:
    return SampleBlock(2, first, np.ones((scans, 1), np.int16))


def test_it_is_the_same_after_json() -> None:
    assert Timeline.from_json(json.loads(json.dumps(MOMENT.to_json()))) == MOMENT


@pytest.mark.parametrize(
    "change", [{"streams": 3}, {"length_s": "x"}, {"redated_s": float("nan")}, {"step_s": float("inf")}]
)
def test_what_is_none_is_refused(change: dict[str, object]) -> None:
    assert Timeline.from_json(MOMENT.to_json() | change) is None


def test_before_anything_came_it_is_that_of_fresh_windows() -> None:
    windows = windows_of()
    assert windows.timeline() == Timeline(2.0, 0.3, 0, 0.0, (StreamTime(2, None, 0),))
    assert windows.resume(windows.timeline())
    assert [window.start_s for window in windows.push(a_block(50, 200))] == [0.0]


def test_the_first_window_after_it_holds_nothing_that_came_before() -> None:
    windows = windows_of()
    assert windows.resume(replace(MOMENT, redated_s=0.0))
    windows.push(a_block(1440, 100))
    (window,) = windows.push(a_block(1540, 110))
    assert (window.streams[0].first_scan, window.start_s) == (1450, 4.5)
    assert window.streams[0].counts.dtype == np.int32


def test_a_stream_that_will_be_dated_later_begins_later() -> None:
    windows = windows_of()
    assert windows.resume(MOMENT)
    assert windows.timeline().next_window * 0.3 >= 4.4 + 0.5


@pytest.mark.parametrize(
    "windows",
    [windows_of(length_s=2.1), windows_of(step_s=0.2), windows_of(replace(STREAM, number=3))],
)
def test_that_of_other_windows_changes_nothing(windows: Windows) -> None:
    before = windows.timeline()
    assert not windows.resume(MOMENT)
    assert windows.timeline() == before
