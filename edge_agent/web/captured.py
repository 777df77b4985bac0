"""The captures of events: which there are, and the window that decided, drawn again from one of them."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from edge_agent.acquire.recordings import Recording, RecordingError, read_recording
from edge_agent.motor import Nameplate
from edge_agent.publish.json_values import Payload
from edge_agent.verdict import Evidence
from edge_agent.web.charts import view_of
from edge_agent.windows.sliding import StreamWindow, Window

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}\.npz", re.ASCII)
"""What the name of a capture looks like: no separator of folders, and no hidden file."""


def capture_at(folder: Path, name: str) -> Path | None:
    """Return the path of a capture by its name; None if there is none, or it is no such name."""
    if _NAME.fullmatch(name) is None:
        return None
    path = folder / name
    return path if path.is_file() and not path.is_symlink() else None


def view_of_capture(path: Path, nameplate: Nameplate) -> Payload:
    """Return what the page draws of the window behind the first event of a capture.

    Raises RecordingError if the file is damaged, or does not say which window that was.
    """
    recording = read_recording(path)
    verdict = _told(recording.meta)
    if verdict is None:
        raise RecordingError(f"{path.name} tells of no window")
    known = {field.name for field in fields(Evidence)}
    evidence = Evidence(**{key: value for key, value in verdict["evidence"].items() if key in known})
    window = _window(recording, verdict["window"])
    view = view_of(window, evidence, nameplate, 0.0)
    return view | {"time": verdict["window"]["end"], "evidence": verdict["evidence"]}


def _told(meta: dict[str, Any]) -> dict[str, Any] | None:
    """Return the verdict that a capture was kept for; None if it names no window."""
    verdicts = [event.get("verdict") for event in meta.get("events") or []] + [meta.get("diagnosis")]
    return next((own for own in verdicts if own and own.get("window") and own.get("evidence")), None)


def _window(recording: Recording, span: dict[str, Any]) -> Window:
    """Return the samples of a span, of all streams; those before the recording are cut off."""
    streams = recording.device.streams
    firsts = (0,) * len(streams) if recording.arrivals is None else recording.arrivals.first_scans
    current = next((i for i, stream in enumerate(streams) if stream.phases), 0)
    begin_s = (int(span["first_sample"]) - firsts[current]) / streams[current].rate_hz
    length_s = int(span["samples"]) / streams[current].rate_hz
    cut = []
    for stream, first, counts in zip(streams, firsts, recording.counts, strict=True):
        begin = max(0, round(begin_s * stream.rate_hz))
        own = counts[begin : begin + round(length_s * stream.rate_hz)]
        if not len(own):
            raise RecordingError(f"{recording.name} does not hold the window that it tells of")
        valid = np.asarray(own.any(axis=1))  # what never came is zero in all channels
        cut.append(StreamWindow(stream, first + begin, own.T, valid, 0))
    return Window(begin_s, length_s, tuple(cut), 0.0)
