"""The captures of a site become recordings whose truth people have told, or are left out with the reason."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from small_recordings import a_short_recording

from calibration.recordings.part import DeadRecordingError
from calibration.recordings.site_files import site_parts
from edge_agent.acquire.recordings import RecordingError, read_recording, write_recording
from edge_agent.captures.judged import FILE_NAME, FILE_VERSION, Judged
from edge_agent.state_file import StateFile

NAME = "20260101T000000.000Z_pump_broken_bars.npz"


def an_event(load: float | None) -> dict[str, object]:
    return {"verdict": {"evidence": {"load": load}}}


def a_site(folder: Path, right: bool = True, found: str = "2 broken bars", **changes: object) -> Path:
    """A site with one agent and one judged capture of it; `changes` are those of its meta."""
    state = folder / "edge-3" / "state"
    (state / "captures").mkdir(parents=True)
    recording = a_short_recording(2, motor="unused")
    nameplate = recording.meta["nameplate"] | {"id": "pump"}
    meta = {
        "agent": "edge-3",
        "configuration": {"motor": nameplate},
        "events": [an_event(0.4), an_event(0.8), an_event(None)],
    }
    write_recording(state / "captures" / NAME, replace(recording, meta=meta | changes))
    judged = Judged(NAME, "broken_bars", right, found, 1000.0)
    gone = replace(judged, captured="gone.npz")
    StateFile(state / FILE_NAME, FILE_VERSION).write({"captures": [asdict(judged), asdict(gone)]})
    return folder


def test_a_capture_gets_the_truth_that_people_told(tmp_path: Path) -> None:
    (part,) = site_parts(a_site(tmp_path / "hall-3"))
    assert part.name == f"hall-3_{NAME.removesuffix('.npz')}"
    meta = part.read().meta
    told = {name: meta[name] for name in ("broken_bars", "load", "motor_id", "site", "found")}
    assert told == {
        "broken_bars": 2,
        "load": 0.8,
        "motor_id": "hall-3/edge-3/pump",
        "site": "hall-3",
        "found": "2 broken bars",
    }
    assert meta["nameplate"]["id"] == "pump"


@pytest.mark.parametrize(
    ("right", "found", "bars"),
    [
        (False, "rotor is sound, 28 bars looked at", 0),
        (True, "1 bar", 1),
        (True, "3 cracked rotor bars near the ring", 3),
        (True, "2 bars, yes: 2 broken bars", 2),
        (True, "12 bars", 12),
    ],
)
def test_the_words_of_the_feedback_say_how_many(tmp_path, right, found, bars) -> None:
    (part,) = site_parts(a_site(tmp_path / "hall-3", right, found))
    assert part.read().meta["broken_bars"] == bars


@pytest.mark.parametrize(
    "found", ["", "broken", "bars", "0 bars", "2 or 3 bars; 2 bars", "1.5 bars", "110 bars"]
)
def test_who_does_not_say_how_many_teaches_nothing(tmp_path, found) -> None:
    (part,) = site_parts(a_site(tmp_path / "hall-3", found=found))
    with pytest.raises(DeadRecordingError, match="does not say how many bars"):
        part.read()


@pytest.mark.parametrize("changes", [{"events": []}, {"configuration": None}, {"events": [an_event(None)]}])
def test_a_capture_without_motor_or_load_is_left_out(tmp_path, changes) -> None:
    (part,) = site_parts(a_site(tmp_path / "hall-3", **changes))
    with pytest.raises(DeadRecordingError, match="names no motor, or no load"):
        part.read()


def test_a_folder_without_judged_captures_is_refused_with_what_it_takes(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"no judged capture lies there, expected copies of"):
        site_parts(tmp_path)
    (tmp_path / FILE_NAME).write_text("[]")
    with pytest.raises(RecordingError, match="it is not of version 1"):
        site_parts(tmp_path)


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    site = a_site(tmp_path / "hall-3")
    outside = site / "outside.npz"
    write_recording(outside, read_recording(next(site.rglob("*.npz"))))
    (file,) = site.rglob(FILE_NAME)
    judged = Judged("../../../outside.npz", "broken_bars", False, "", 1000.0)
    StateFile(file, FILE_VERSION).write({"captures": [asdict(judged)]})
    with pytest.raises(RecordingError, match="no judged capture"):
        site_parts(site)
