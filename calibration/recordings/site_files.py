"""The captures of a site, with what people found at the rotors: the truth that a fleet learns from.

A site is a folder with copies of its agents' state folders. Only captures whose alarm somebody has judged are
read. The words of the feedback must say how many bars were broken: a count by the network's own verdict would
teach it its errors.
"""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from calibration.recordings.part import DeadRecordingError, Part
from edge_agent.acquire.recordings import Recording, RecordingError, read_recording
from edge_agent.captures.judged import FILE_NAME, FILE_VERSION, Judged, judged_in
from edge_agent.captures.recorder import FOLDER
from edge_agent.verdict import Fault

_COUNT = re.compile(r"(?<![\d.,])(\d{1,2})(?![\d.,]*\d)")
"""A whole number of one or two digits that is no part of a longer or a decimal one."""
_BARS = re.compile(rf"{_COUNT.pattern}\s+(?:broken\s+|cracked\s+)?(?:rotor\s+)?bars?\b", re.IGNORECASE)
"""A number of bars in the words of whoever looked, e.g. `2 broken bars`."""


def site_parts(folder: Path) -> list[Part]:
    """Return the judged captures below a site's folder, each named after site and capture.

    Raises RecordingError if no state folder lies there in which a capture was judged.
    """
    parts = [
        Part(f"{folder.name}_{Path(judged.captured).stem}", partial(_read, folder.name, path, judged), True)
        for file in sorted(folder.rglob(FILE_NAME))
        for judged in _judged_in(file)
        if (path := file.parent / FOLDER / Path(judged.captured).name).is_file()
    ]
    if not parts:
        raise RecordingError(
            f"{folder}: no judged capture lies there, expected copies of state folders: {FILE_NAME} beside "
            f"{FOLDER}/ with the recordings that it names"
        )
    return parts


def _judged_in(file: Path) -> tuple[Judged, ...]:
    """Return the judgements in a file of an agent; raises RecordingError that names it."""
    try:
        content = json.loads(file.read_bytes())
        if not isinstance(content, dict) or content.get("version") != FILE_VERSION:
            raise ValueError(f"it is not of version {FILE_VERSION}")
        return judged_in(content)
    except (OSError, ValueError) as error:
        raise RecordingError(f"{file}: {error}") from error


def _read(site: str, path: Path, judged: Judged) -> Recording:
    """Return a capture with its truth in `meta`.

    Raises DeadRecordingError if the truth is not known, and RecordingError if the file is damaged.
    """
    recording = read_recording(path)
    configuration = recording.meta.get("configuration")
    nameplate = configuration.get("motor") if isinstance(configuration, dict) else None
    load = _load_of(recording.meta)
    if not isinstance(nameplate, dict) or load is None:
        raise DeadRecordingError(f"{path}: left out: its meta names no motor, or no load at its event")
    truth = {
        "broken_bars": _broken_bars(path, judged),
        "load": load,
        "motor_id": "/".join((site, str(recording.meta.get("agent")), str(nameplate.get("id")))),
        "nameplate": nameplate,
        "site": site,
        "found": judged.found,
    }
    return replace(recording, meta={**recording.meta, **truth})


def _broken_bars(path: Path, judged: Judged) -> int:
    """Return how many bars were broken; raises DeadRecordingError if nobody has said so."""
    if judged.fault != Fault.BROKEN_BARS:
        raise DeadRecordingError(f"{path}: left out: its alarm was for {judged.fault}, not for broken bars")
    if not judged.right:
        return 0
    counts = {int(count) for count in _BARS.findall(judged.found)}
    if len(counts) != 1 or counts == {0}:
        raise DeadRecordingError(
            f"{path}: left out: the alarm was right, but {judged.found!r} does not say how many bars were "
            "broken; give feedback again, with found: '2 broken bars'"
        )
    return counts.pop()


def _load_of(meta: dict[str, Any]) -> float | None:
    """Return the load, per unit, at the newest event of a capture that knew it; None if none did."""
    loads = [
        event.get("verdict", {}).get("evidence", {}).get("load")
        for event in meta.get("events", ())
        if isinstance(event, dict)
    ]
    known = [float(load) for load in loads if isinstance(load, (int, float))]
    return known[-1] if known else None
