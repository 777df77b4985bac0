"""Blocks that were kept give the same windows again: gaps, lateness, drifting clocks and flags included."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_agent.acquire.recordings import read_recording, replay_blocks, write_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.captures import assembly
from edge_agent.captures.assembly import TooLongError, recording_of, timeline_in
from edge_agent.captures.recent import RecentSamples, Stretch, blocks_of
from edge_agent.windows.sliding import Window, Windows

LENGTH_S, STEP_S = 2.0, 0.3
CURRENTS = Stream(0, 103.7, tuple(Channel(n, ChannelKind.CURRENT, "A", 0.01) for n in ("ia", "ib")))
VIBRATION = Stream(5, 250.0, (Channel("vib_radial", ChannelKind.VIBRATION, "m/s2", 0.01),))
DEVICE = Device("daq", "17", "2.1", (CURRENTS, VIBRATION))


def a_block(stream: Stream, first: int, scans: int, rng: np.random.Generator) -> SampleBlock:
    shape = (scans, len(stream.channels))
    return SampleBlock(
        stream=stream.number,
        first_scan=first,
        counts=rng.integers(-9, 9, shape).astype(np.int32 if rng.random() < 0.02 else np.int16),
        clipped=bool(rng.random() < 0.05),
        overrun=bool(rng.random() < 0.05),
        invalid=rng.random(shape) < 0.3 if rng.random() < 0.05 else None,
    )


def a_bad_line(seed: int, seconds: float, slow: float) -> list[SampleBlock]:
    """Blocks of both streams, the second of which has a clock that runs slower than it says."""
    rng = np.random.default_rng(seed)
    blocks, at = [], [10**9, 4]
    for _ in range(round(seconds / 0.1)):
        for place, stream in enumerate(DEVICE.streams):
            scans = int(0.1 * stream.rate_hz * (slow if place else 1.0) + rng.random())
            if rng.random() < 0.02:
                at[place] += int(rng.integers(0, 40))
            if rng.random() > 0.01 and scans:
                blocks.append(a_block(stream, at[place], scans, rng))
            at[place] += scans
    for n in range(0, len(blocks) - 9, 37):
        blocks[n], blocks[n + 8] = blocks[n + 8], blocks[n]
    return blocks


def lived(blocks: list[SampleBlock]) -> tuple[RecentSamples, list[Window]]:
    """Let windows and recent samples take blocks; return both, and the windows that were given."""
    windows = Windows(LENGTH_S, STEP_S)
    windows.configure(DEVICE)
    recent, given = RecentSamples(windows), []
    recent.begin(DEVICE)
    for block in blocks:
        recent.take(block)
        given += windows.push(block)
    return recent, given


def again(path: Path) -> list[Window]:
    recording = read_recording(path)
    windows = Windows(LENGTH_S, STEP_S)
    windows.configure(recording.device)
    assert windows.resume(timeline_in(recording))
    return [window for block in replay_blocks(recording, 0.1) for window in windows.push(block)]


def told(window: Window) -> list[object]:
    return [window.start_s] + [
        (
            s.first_scan,
            s.counts.dtype,
            s.counts.tolist(),
            s.valid.tolist(),
            s.clipped_scans,
            s.overruns,
            s.dead,
        )
        for s in window.streams
    ]


@pytest.mark.parametrize("slow", [1.0, 0.97, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_the_windows_of_a_capture_are_those_of_the_live_stream(tmp_path, seed: int, slow: float) -> None:
    recent, given = lived(a_bad_line(seed, 60.0, slow))
    then = {window.start_s: told(window) for window in given}
    for begins_s in (0.0, 3.3, 17.9, 40.0):
        path = tmp_path / "capture.npz"
        write_recording(path, recording_of("capture", DEVICE, recent.since(begins_s), {}))
        found = again(path)
        assert len(found) > 5
        assert [told(window) for window in found] == [then[window.start_s] for window in found]


def test_blocks_come_again_as_they_came(tmp_path) -> None:
    recent, _ = lived(a_bad_line(7, 20.0, 1.0))
    write_recording(tmp_path / "a.npz", recording_of("a", DEVICE, recent.since(4.0), {"x": 1}))
    kept, blocks = read_recording(tmp_path / "a.npz"), blocks_of(recent.since(4.0))
    assert (kept.device.streams, kept.meta["x"]) == (DEVICE.streams, 1)
    assert kept.meta["device"] == {"name": "daq", "serial_number": "17", "firmware": "2.1"}
    came = list(replay_blocks(kept, 0.1))
    assert len(came) == len(blocks)
    for own, block in zip(came, blocks, strict=True):
        assert (own.stream, own.first_scan, own.clipped, own.overrun, own.counts.dtype) == (
            block.stream,
            block.first_scan,
            block.clipped,
            block.overrun,
            block.counts.dtype,
        )
        np.testing.assert_array_equal(own.counts, block.counts)


def a_stretch(*blocks: SampleBlock) -> Stretch:
    windows = Windows(LENGTH_S, STEP_S)
    windows.configure(DEVICE)
    return Stretch(0.0, windows.timeline(), list(blocks))


def test_what_comes_twice_counts_the_first_time_and_what_never_came_is_zero() -> None:
    first, second, third = (
        SampleBlock(5, n, np.full((4, 1), c, np.int16)) for n, c in ((8, 1), (10, 2), (16, 3))
    )
    recording = recording_of("r", DEVICE, [a_stretch(first, second, third)], {})
    assert recording.counts[1][:, 0].tolist() == [1, 1, 1, 1, 2, 2, 0, 0, 3, 3, 3, 3]
    assert recording.arrivals.first_scans == (0, 8)


def test_a_stream_of_which_nothing_came_stays_a_stream(tmp_path) -> None:
    recording = recording_of("r", DEVICE, [a_stretch(SampleBlock(5, 8, np.ones((9, 1), np.int16)))], {})
    write_recording(tmp_path / "r.npz", recording)
    kept = read_recording(tmp_path / "r.npz")
    assert kept.device.streams == DEVICE.streams
    assert [block.stream for block in replay_blocks(kept, 0.1)] == [5]


def test_samples_that_span_too_much_time_are_no_recording(monkeypatch) -> None:
    monkeypatch.setattr(assembly, "_MAX_VALUES", 100)
    far = a_stretch(*(SampleBlock(5, n, np.ones((1, 1), np.int16)) for n in (0, 50)))
    with pytest.raises(TooLongError, match="153 values"):
        recording_of("r", DEVICE, [far], {})


@pytest.mark.parametrize("timeline", [None, 3, {}, {"length_s": 1}, "text"])
def test_a_recording_that_says_nothing_of_its_windows_has_no_timeline(timeline: object) -> None:
    recording = recording_of("r", DEVICE, [a_stretch(SampleBlock(5, 8, np.ones((9, 1), np.int16)))], {})
    assert timeline_in(replace(recording, meta={"timeline": timeline})) is None
