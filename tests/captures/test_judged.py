"""What people found at the rotor stays with the captures, over restarts and later alarms."""

from dataclasses import replace
from pathlib import Path

from said import ALARM

from edge_agent.alarm import Feedback
from edge_agent.captures.judged import FILE_NAME, FILE_VERSION, JudgedCaptures, judged_in
from edge_agent.state_file import StateFile


def a_file(folder: Path) -> StateFile:
    return StateFile(folder / FILE_NAME, FILE_VERSION)


def kept_in(folder: Path) -> dict[str, tuple[bool, str]]:
    content = a_file(folder).read() or {"captures": []}
    return {one.captured: (one.right, one.found) for one in judged_in(content)}


def an_alarm_of(captured: str | None, right: bool | None, found: str = ""):
    feedback = None if right is None else Feedback(right, 1000.0, found)
    return replace(ALARM, captured=captured, feedback=feedback)


def test_the_judgement_outlives_restart_and_the_next_alarm(tmp_path: Path) -> None:
    JudgedCaptures(a_file(tmp_path)).note(an_alarm_of("first.npz", True, "2 broken bars"))
    again = JudgedCaptures(a_file(tmp_path))
    again.note(an_alarm_of("second.npz", False, "rotor is sound"))
    assert kept_in(tmp_path) == {
        "first.npz": (True, "2 broken bars"),
        "second.npz": (False, "rotor is sound"),
    }


def test_who_looks_again_corrects_the_judgement(tmp_path: Path) -> None:
    judged = JudgedCaptures(a_file(tmp_path))
    judged.note(an_alarm_of("first.npz", True))
    judged.note(an_alarm_of("first.npz", True, "3 bars"))
    assert kept_in(tmp_path) == {"first.npz": (True, "3 bars")}


def test_an_alarm_without_judgement_or_capture_leaves_nothing(tmp_path: Path) -> None:
    judged = JudgedCaptures(a_file(tmp_path))
    judged.note(None)
    judged.note(an_alarm_of("first.npz", None))
    judged.note(an_alarm_of(None, True))
    assert not (tmp_path / FILE_NAME).exists()


def test_the_oldest_judgements_go_first(tmp_path: Path) -> None:
    judged = JudgedCaptures(a_file(tmp_path))
    for number in range(502):
        judged.note(an_alarm_of(f"{number}.npz", False))
    kept = list(kept_in(tmp_path))
    assert (len(kept), kept[0], kept[-1]) == (500, "2.npz", "501.npz")


def test_a_file_that_is_none_is_put_aside(tmp_path: Path) -> None:
    a_file(tmp_path).write({"captures": [{"captured": 3}]})
    JudgedCaptures(a_file(tmp_path)).note(an_alarm_of("first.npz", False))
    assert kept_in(tmp_path) == {"first.npz": (False, "")}
