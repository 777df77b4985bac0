"""Events that wait where an earlier version kept its outbox are still sent."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.former import take_over
from edge_agent.publish.store.outbox import Outbox

OURS = "edge-agent/pi/pump/event"
VERSION_0 = """
CREATE TABLE event (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL);
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO number VALUES ('last_id', 12), ('dropped', 0);
"""
TAKE_OVER = """
import sys
from pathlib import Path
from edge_agent.publish.store.former import take_over
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.settings import OutboxSettings
box = Outbox(OutboxSettings(Path(sys.argv[2])))
take_over(box, Path(sys.argv[1]), [sys.argv[3]])
print(box.counts.waiting)
"""


def a_former(folder: Path, *topics: str) -> Path:
    path = folder / "outbox.sqlite3"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(VERSION_0)
    rows = [(number, topic, b'{"id": %d}' % number, 1.5) for number, topic in enumerate(topics, 11)]
    database.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", rows)
    database.commit()
    database.close()
    return path


def an_outbox(folder: Path) -> Outbox:
    (folder / "own").mkdir()
    return Outbox(OutboxSettings(folder / "own" / "outbox.sqlite3"))


def topics(box: Outbox) -> list[str]:
    return [event.topic for event in box.pending((), 10)]


@pytest.mark.parametrize("own", [0, 2])
def test_they_move_to_the_new_place_beside_what_is_there(tmp_path: Path, own: int) -> None:
    former, box = a_former(tmp_path, OURS, OURS), an_outbox(tmp_path)
    for _ in range(own):
        box.put_event("new", lambda number: b"new")
    take_over(box, former, [OURS])
    assert topics(box) == [OURS, OURS] + own * ["new"]
    assert box.counts.unsaved == 0
    assert not list(tmp_path.glob("outbox.sqlite3*"))


def test_those_of_another_motor_stay(tmp_path: Path) -> None:
    former, box = a_former(tmp_path, "edge-agent/pi/fan/event"), an_outbox(tmp_path)
    take_over(box, former, [OURS])
    assert topics(box) == []
    assert former.exists()


def test_those_of_two_motors_in_one_file_move_together(tmp_path: Path) -> None:
    former, box = a_former(tmp_path, "edge-agent/pi/fan/event", OURS), an_outbox(tmp_path)
    take_over(box, former, [OURS])
    assert topics(box) == ["edge-agent/pi/fan/event", OURS]


def test_a_file_that_another_agent_has_open_is_left_alone(tmp_path: Path) -> None:
    former, box = a_former(tmp_path, OURS), an_outbox(tmp_path)
    holder = sqlite3.connect(former)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    command = [sys.executable, "-c", TAKE_OVER, str(former), str(tmp_path / "other"), OURS]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "0\n"
    holder.close()
    take_over(box, former, [OURS])
    assert topics(box) == [OURS]


def test_a_damaged_one_gives_what_is_whole_and_is_kept(tmp_path: Path) -> None:
    former, box = a_former(tmp_path, OURS, OURS), an_outbox(tmp_path)
    former.write_bytes(former.read_bytes().replace(b'{"id": 12}', b'{"id": 1#}'))
    take_over(box, former, [OURS])
    assert topics(box) == [OURS]
    assert [path.name for path in tmp_path.glob("outbox.sqlite3*")] == ["outbox.sqlite3.damaged"]


@pytest.mark.parametrize("missing", [True, False])
def test_none_or_an_empty_one_is_no_trouble(tmp_path: Path, missing: bool) -> None:
    box = an_outbox(tmp_path)
    if not missing:
        (tmp_path / "outbox.sqlite3").touch()
    take_over(box, tmp_path / "outbox.sqlite3", [OURS])
    take_over(box, None, [OURS])
    assert topics(box) == []
