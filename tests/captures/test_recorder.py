"""When a capture is made, what it is called, how long it is, and what shares it."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.captures import recorder
from edge_agent.captures import store as store_module
from edge_agent.captures.recorder import Captures
from edge_agent.captures.settings import CaptureSettings
from edge_agent.diagnose.decision import starting
from edge_agent.publish.documents import Diagnosis, Event, Origin
from edge_agent.verdict import Severity, State
from edge_agent.windows.sliding import Windows

RATE_HZ = 100.0
DEVICE = Device("daq", "", "", (Stream(0, RATE_HZ, (Channel("ia", ChannelKind.CURRENT, "A", 1.0),)),))
ORIGIN = Origin("a", "m", "model", "0" * 64)
UNDECIDED = starting()
HEALTHY = replace(UNDECIDED, state=State.HEALTHY, severity=Severity.OK, refusal=None)
NOW_UNIX_S = 1_800_000_000.25
NAME = "20270115T080000.250Z_m_healthy.npz"


class Line:
    """Captures beside the windows of a pipeline."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder / "captures"
        self.windows = Windows(2.0, 1.0)
        self.windows.configure(DEVICE)
        chosen = CaptureSettings(**({"seconds_before": 10.0, "seconds_after": 3.0} | settings))
        self.captures = Captures(
            chosen, self.folder, self.windows, ORIGIN, {"window": {}}, clock=lambda: NOW_UNIX_S
        )
        self.captures.begin(DEVICE)
        self.scan = 0

    def run(self, seconds: float) -> None:
        """Let so many seconds of samples come."""
        for _ in range(round(10 * seconds)):
            block = SampleBlock(0, self.scan, np.zeros((10, 1), np.int16))
            self.captures.add(block)
            self.windows.push(block)
            self.captures.look_after()
            self.scan += 10

    def event(self, after=HEALTHY) -> str | None:
        """Let an event happen, and be told."""
        name = self.captures.of_event(after)
        self.captures.take(Event(ORIGIN, UNDECIDED, after, 0.0, 1, name))
        return name

    def written(self) -> dict[str, Recording]:
        """Stop, and return what was written."""
        with self.captures:
            pass
        return {path.name: read_recording(path) for path in sorted(self.folder.glob("*"))}


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def seconds_of(recording: Recording) -> float:
    return len(recording.counts[0]) / RATE_HZ


def test_the_name_says_when_which_motor_and_what(line: Line) -> None:
    line.run(1)
    assert line.event() == NAME
    assert list(line.written()) == [NAME]


@pytest.mark.parametrize("unix_s", [1e17, 9e18, -1e10])
def test_a_clock_that_no_calendar_has_costs_no_capture(line: Line, unix_s: float) -> None:
    line.captures._clock = lambda: unix_s
    line.run(1)
    name = line.event()
    assert name is not None
    assert list(line.written()) == [name]


def test_it_holds_the_seconds_before_and_after(line: Line) -> None:
    line.run(60)
    line.event()
    line.run(20)
    (kept,) = line.written().values()
    assert 13.0 <= seconds_of(kept) <= 14.5
    (first,) = kept.arrivals.first_scans
    assert 48.5 <= first / RATE_HZ <= 50.0


def test_the_window_that_decided_is_in_it_however_few_seconds_are_wanted(tmp_path: Path) -> None:
    line = Line(tmp_path, seconds_before=0.0, seconds_after=0.0)
    line.run(60)
    line.event()
    line.run(5)
    (kept,) = line.written().values()
    assert seconds_of(kept) >= 2.0 + recorder._MARGIN_S


def test_nothing_is_written_before_the_event_is_told(tmp_path: Path) -> None:
    line = Line(tmp_path, seconds_after=0.0)
    line.run(5)
    name = line.captures.of_event(HEALTHY)
    assert line.captures._writer._jobs.empty()
    line.captures.take(Event(ORIGIN, UNDECIDED, HEALTHY, 0.0, 9, name))
    line.captures.look_after()
    assert line.captures._writer._jobs.qsize() == 1
    assert [event["id"] for event in line.written()[NAME].meta["events"]] == [9]


def test_events_close_together_share_one_capture(line: Line) -> None:
    line.run(20)
    assert line.event() == line.event(UNDECIDED) == NAME
    line.run(1)
    assert line.event() == NAME
    line.run(9)
    (kept,) = line.written().values()
    assert len(kept.meta["events"]) == 3


def test_an_event_after_it_is_closed_has_its_own(line: Line) -> None:
    line.run(20)
    first = line.event()
    line.run(5)
    assert line.event(UNDECIDED) != first
    assert len(line.written()) == 2


def test_a_flood_of_events_is_one_capture_that_tells_of_the_first_ones(line: Line) -> None:
    line.run(5)
    assert {line.event() for _ in range(500)} == {NAME}
    assert len(line.written()[NAME].meta["events"]) == recorder._MAX_EVENTS


def test_never_is_never_and_a_request_is_heard_all_the_same(tmp_path: Path) -> None:
    line = Line(tmp_path, when="never")
    line.run(30)
    assert line.event() is None
    name = line.captures.capture_now(4.0)
    assert name.endswith("_m_requested.npz")
    line.run(20)
    assert 4.0 <= seconds_of(line.written()[name]) <= 6.0


def test_without_samples_there_is_nothing_to_keep(line: Line) -> None:
    assert line.event() is None
    with pytest.raises(ValueError, match="no samples have come yet"):
        line.captures.capture_now(5.0)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 601.0, float("nan"), float("inf")])
def test_a_request_for_an_impossible_time_is_refused(line: Line, seconds: float) -> None:
    line.run(1)
    with pytest.raises(ValueError, match="expected more than 0 and at most 600"):
        line.captures.capture_now(seconds)


def test_a_request_makes_an_open_capture_longer(line: Line) -> None:
    line.run(30)
    assert line.captures.capture_now(20.0) == line.captures.capture_now(1.0) != NAME
    line.run(40)
    (kept,) = line.written().values()
    assert 30.0 <= seconds_of(kept) <= 31.5


@pytest.mark.parametrize(
    ("when", "verdict", "kept"),
    [
        ("events", UNDECIDED, 0),
        ("indeterminate", UNDECIDED, 1),
        ("indeterminate", HEALTHY, 0),
        ("all", HEALTHY, 1),
    ],
)
def test_mere_windows_are_kept_where_that_is_wanted_but_not_one_after_the_other(
    tmp_path: Path, when: str, verdict, kept: int
) -> None:
    line = Line(tmp_path, when=when)
    for _ in range(60):
        line.run(1)
        line.captures.take(Diagnosis(ORIGIN, verdict, 0.0))
    assert len(line.written()) == kept


def test_a_device_that_changes_ends_the_capture_and_nothing_of_it_is_in_the_next(line: Line) -> None:
    line.run(30)
    line.event()
    line.captures.begin(DEVICE)
    assert line.event(UNDECIDED) is None
    assert 10.0 <= seconds_of(line.written()[NAME]) <= 11.5


def test_a_jump_of_the_count_ends_the_capture(line: Line) -> None:
    line.run(30)
    line.event()
    line.scan += 10**15
    line.run(1)
    (kept,) = line.written().values()
    assert seconds_of(kept) <= 11.5


def test_when_no_samples_follow_the_capture_is_written_all_the_same(line: Line, monkeypatch) -> None:
    line.run(30)
    line.event()
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s + 3.0 + recorder._WAIT_S)
    line.captures.look_after()
    monkeypatch.undo()
    assert line.captures._writer._jobs.qsize() == 1


def test_with_little_memory_fewer_seconds_before_are_kept_and_all_those_after(
    tmp_path: Path, monkeypatch
) -> None:
    line = Line(tmp_path, seconds_before=500.0)
    line.run(30)
    monkeypatch.setattr(recorder, "_MAX_BYTES", line.captures._recent.held_bytes)
    line.run(30)
    line.event()
    line.run(9)
    (kept,) = line.written().values()
    (first,) = kept.arrivals.first_scans
    assert first / RATE_HZ + seconds_of(kept) >= 63.0
    assert 26.0 <= seconds_of(kept) <= 31.0


def test_too_much_memory_ends_a_capture_rather_than_lose_the_window_that_decided(
    tmp_path: Path, monkeypatch
) -> None:
    line = Line(tmp_path)
    line.run(30)
    name = line.captures.capture_now(600.0)
    monkeypatch.setattr(recorder, "_MAX_BYTES", line.captures._recent.held_bytes + 20_000)
    line.run(60)
    kept = line.written()[name]
    (first,) = kept.arrivals.first_scans
    assert 22.5 <= first / RATE_HZ <= 30.0 - 2.0 - recorder._MARGIN_S


def test_a_full_disk_is_counted(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, recording: Recording) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module, "write_recording", full)
    line.run(30)
    line.event()
    assert line.written() == {}
    assert (line.captures.counts.captures_written, line.captures.counts.captures_failed) == (0, 1)


def test_what_is_written_is_counted(line: Line) -> None:
    line.run(30)
    line.event()
    line.written()
    assert (line.captures.counts.captures_written, line.captures.counts.captures_failed) == (1, 0)


def test_other_settings_count_from_the_next_capture_on(tmp_path: Path) -> None:
    line = Line(tmp_path, when="never", keep=1)
    line.run(20)
    assert line.event() is None
    line.captures.change(CaptureSettings(seconds_before=10.0, seconds_after=1.0, keep=2))
    line.run(20)
    assert line.event() == NAME
    line.captures.change(CaptureSettings(when="never", keep=2))
    line.run(5)
    (kept,) = line.written().values()
    assert 11.0 <= seconds_of(kept) <= 12.5
