"""What one motor among several told last outlives a restart."""

from pathlib import Path

from said import BROKEN, MOTOR_OFF, ORIGIN

from edge_agent.publish.documents import Event
from edge_agent.state_file import StateFile
from edge_agent.told_file import FILE_VERSION, ToldFile


def test_what_the_last_event_told_is_read_after_a_restart(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "told.json", FILE_VERSION)
    assert ToldFile(file).read() is None
    for number, after in ((6, MOTOR_OFF), (7, BROKEN)):
        ToldFile(file).write(Event(ORIGIN, MOTOR_OFF, after, 5.0, number, "kept.npz"))
    told = ToldFile(file).read()
    assert told is not None
    assert (told.state, told.severity, told.number) == ("broken_bars", "alarm", 7)
    assert told.captured == "kept.npz"


def test_a_file_that_nobody_wrote_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "told.json").write_text('{"version": 1, "state": 3}')
    assert ToldFile(StateFile(tmp_path / "told.json", FILE_VERSION)).read() is None
    assert (tmp_path / "told.json.unusable").exists()
