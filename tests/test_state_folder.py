"""What is wrong with the state folder is told, and one that is deleted is made again."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from agents import Heard, a_quick_agent

from edge_agent.publish.documents import Health
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.state_file import StateFile
from edge_agent.state_folder import StateFolder


def a_disk(*, free_blocks: int = 1_000_000, free_files: int = 1000, flags: int = 0) -> os.statvfs_result:
    """Return what a disk says of itself, with blocks of 4096 bytes."""
    return os.statvfs_result(
        (4096, 4096, 2_000_000, free_blocks, free_blocks, 9999, free_files, free_files, flags, 255)
    )


def put(box: Outbox, text: str) -> int:
    return box.put_event("topic", lambda number: text.encode())


def test_a_folder_that_is_well_or_not_made_yet_is_no_problem(tmp_path: Path, caplog) -> None:
    for path in (tmp_path, tmp_path / "later"):
        folder = StateFolder(path)
        folder.look_after()
        assert folder.problem is None
    assert not caplog.records
    assert not (tmp_path / "later").exists()


@pytest.mark.parametrize(
    ("disk", "words"),
    [
        (a_disk(free_blocks=100), "full disk"),
        (a_disk(free_files=0), "full disk"),
        (a_disk(flags=os.ST_RDONLY), "read-only"),
    ],
)
def test_a_disk_that_takes_nothing_is_told_as_long_as_it_lasts(tmp_path: Path, caplog, disk, words) -> None:
    now = [disk]
    folder = StateFolder(tmp_path, lambda path: now[0])
    for _ in range(3):
        folder.look_after()
        assert words in str(folder.problem)
    assert len(caplog.records) == 1
    now[0] = a_disk()
    folder.look_after()
    assert folder.problem is None


def test_a_file_that_cannot_be_written_is_told_until_it_can(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    file = folder.file("a.json", 1)
    (tmp_path / "a.json").mkdir()
    assert not file.write({"hours": 1})
    assert "a.json cannot be written" in str(folder.problem)
    (tmp_path / "a.json").rmdir()
    assert file.write({"hours": 1})
    assert folder.problem is None


def test_a_deleted_folder_is_made_again_with_its_files_and_that_is_told(tmp_path: Path, caplog) -> None:
    path = tmp_path / "state"
    folder = StateFolder(path)
    file = folder.file("a.json", 1)
    file.write({"hours": 1.5})
    folder.look_after()
    shutil.rmtree(path)
    folder.look_after()
    assert StateFile(path / "a.json", 1).read() == {"hours": 1.5}
    assert "was deleted while the agent ran" in str(folder.problem)
    folder.look_after()
    assert len(caplog.records) == 1


def test_a_deleted_folder_that_cannot_be_made_again_is_told_and_tried_again(tmp_path: Path) -> None:
    above = tmp_path / "above"
    folder = StateFolder(above / "state")
    folder.file("a.json", 1).write({})
    folder.look_after()
    shutil.rmtree(above)
    above.touch()
    folder.look_after()
    assert "cannot be made again" in str(folder.problem)
    above.unlink()
    folder.look_after()
    assert (above / "state" / "a.json").exists()


def test_events_of_a_deleted_outbox_wait_in_a_new_one(tmp_path: Path) -> None:
    settings = OutboxSettings(tmp_path / "state" / "outbox.sqlite3")
    settings.path.parent.mkdir()
    box = Outbox(settings)
    numbers = [put(box, "before"), put(box, "confirmed"), put(box, "also before")]
    box.delete(numbers[1:2])
    shutil.rmtree(settings.path.parent)
    box.look_after()
    assert settings.path.exists()
    numbers.append(put(box, "after"))
    box.close()
    again = Outbox(settings)
    assert [event.payload for event in again.pending((), 9)] == [b"before", b"also before", b"after"]
    assert put(again, "next") > numbers[-1]
    again.close()


def test_the_health_of_an_agent_tells_of_a_locked_outbox_and_of_a_deleted_folder(tmp_path: Path) -> None:
    agent = a_quick_agent(tmp_path, heard := Heard())

    def said() -> str:
        agent._say_health()
        return str(heard.of(Health)[-1].state_folder)

    agent._say_pulse()
    assert said() == "None"
    outbox = agent._sinks[0]._outbox
    outbox.close()
    other = sqlite3.connect(tmp_path / "outbox.sqlite3")
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    put(outbox, "x")
    assert "locked" in said()
    other.close()
    assert outbox.pending((), 9)
    assert said() == "None"
    shutil.rmtree(tmp_path)
    agent._say_pulse()
    assert "was deleted" in said()
    assert (tmp_path / "outbox.sqlite3").exists()
    outbox.close()


def test_health_tells_of_damage_to_any_file(tmp_path: Path) -> None:
    (line,) = a_quick_agent(tmp_path / "other").lines
    names = {file._path.name for file in line.folder._files}
    assert names > {"alarm.json", "baseline.json", "learned.json", "self_test.json"}
    for name in sorted(names | {"trend.sqlite3", "page_events.json", "retained.json", "home_assistant.json"}):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text("{ this is no file that anybody could use")
        more = "http: {listen: 127.0.0.1:8642}\nhomeassistant: {enabled: true}\n"
        agent = a_quick_agent(folder, heard := Heard(), more=more)
        (line,) = agent.lines
        line.say_beside_health()  # which reads the trend
        agent._say_health()
        told = str(heard.of(Health)[-1].state_folder)
        assert f"{name} cannot be used" in told, (name, told)


def test_a_damaged_file_is_told_in_health_until_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    folder = StateFolder(tmp_path)
    assert folder.file("a.json", 1).read() is None
    assert folder.problem is not None
    assert "a.json cannot be used" in folder.problem
    again = StateFolder(tmp_path)
    assert again.file("a.json", 1).read() is None
    assert again.problem is None
