"""The window behind an event is found in its capture, and nothing but captures is given out."""

from pathlib import Path

import numpy as np
import pytest
from answers import NAMEPLATE, POLE_PASS_HZ, RATE_HZ, a_window, an_answer

from edge_agent.acquire.recordings import Recording, RecordingError, write_recording
from edge_agent.acquire.samples import Device
from edge_agent.publish.documents import Event, Origin
from edge_agent.publish.payloads import payload_of
from edge_agent.web.captured import capture_at, view_of_capture

NAME = "20261129T120000.000Z_motor_broken_bars.npz"
BEFORE_S = 4.0
"""Seconds of silence in the recording before the window."""


def write_capture(folder: Path, **meta: object) -> Path:
    """Write a capture: silence, then the window behind an event."""
    answer = an_answer(a_window())
    event = payload_of(Event(Origin("a", "m", "n", "0"), answer.verdict, answer.verdict, 1.0, 7, NAME))
    before = round(BEFORE_S * RATE_HZ)
    event["verdict"]["window"]["first_sample"] = before  # type: ignore[index]
    streams = answer.window.streams
    counts = tuple(np.pad(own.counts.T, ((before, 0), (0, 0))) for own in streams)
    device = Device("daq", "", "", tuple(own.stream for own in streams))
    path = folder / NAME
    with path.open("wb"):
        write_recording(path, Recording(path.stem, device, counts, {"events": [event]} | meta))
    return path


def test_the_window_behind_the_event_is_drawn_with_its_evidence(tmp_path: Path) -> None:
    view = view_of_capture(write_capture(tmp_path), NAMEPLATE)
    curve = view["current"]
    frequencies = curve["from_hz"] + curve["step_hz"] * np.arange(len(curve["levels_db"]))
    near = np.abs(frequencies - (60 - POLE_PASS_HZ)) < 0.1
    assert np.array(curve["levels_db"])[near].max() == pytest.approx(20 * np.log10(0.02), abs=0.3)
    assert view["evidence"]["lower_sideband_dbc"] == pytest.approx(20 * np.log10(0.02), abs=0.3)
    assert view["length_s"] == pytest.approx(6.0)


def test_a_capture_without_a_window_is_refused_in_words(tmp_path: Path) -> None:
    for meta in ({"events": []}, {"events": [], "diagnosis": None}, {"events": [{"verdict": {}}]}):
        with pytest.raises(RecordingError, match="tells of no window"):
            view_of_capture(write_capture(tmp_path, **meta), NAMEPLATE)


def test_a_damaged_capture_is_refused_in_words(tmp_path: Path) -> None:
    path = write_capture(tmp_path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RecordingError, match="damaged"):
        view_of_capture(path, NAMEPLATE)


def test_a_capture_that_lacks_its_window_is_refused_in_words(tmp_path: Path) -> None:
    span = {"first_sample": 10**9, "samples": 12_000, "lost_samples": 0, "end": "x"}
    event = {"verdict": {"window": span, "evidence": {"slip": None}}}
    with pytest.raises(RecordingError, match="does not hold the window"):
        view_of_capture(write_capture(tmp_path, events=[event]), NAMEPLATE)


def test_only_captures_are_found(tmp_path: Path) -> None:
    captures = tmp_path / "captures"
    captures.mkdir()
    path = write_capture(captures)
    (tmp_path / "secret.npz").write_text("x")
    (captures / "link.npz").symlink_to(tmp_path / "secret.npz")
    (captures / "folder.npz").mkdir()
    (captures / f"{NAME}.part").write_text("x")
    assert capture_at(captures, NAME) == path
    names = (
        "../secret.npz",
        "..",
        "",
        "link.npz",
        "folder.npz",
        f"{NAME}.part",
        "/etc/passwd",
        f"./{NAME}",
        ".npz",
    )
    for name in (*names, f"{NAME}\n", f"{NAME}\0", "a\\..\\b.npz", "absent.npz", "x" * 5000 + ".npz"):
        assert capture_at(captures, name) is None, name
    assert capture_at(tmp_path / "no-folder", NAME) is None
