"""A damaged outbox never stops the agent, and gives what is whole in it to a new one."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.publish import replacement
from edge_agent.publish.event_file import VERSION
from edge_agent.publish.outbox import Outbox
from edge_agent.publish.pages import Images, records
from edge_agent.publish.rows import Event, believed, checksum
from edge_agent.publish.salvage import salvage
from edge_agent.publish.settings import OutboxSettings

FLIPPED_FILES = 100
EVENTS = 40
GARBAGE = b"not a database!!"
WRITER = """
import os, sys
from pathlib import Path
from edge_agent.publish.outbox import Outbox
from edge_agent.publish.settings import OutboxSettings

box = Outbox(OutboxSettings(Path(sys.argv[1])))
fill = int(sys.argv[2])
numbers = [
    box.put_event("edge-agent/a/m/event", lambda n: b'{"id": %d, "fill": "%s"}' % (n, b"x" * (n % 7 * fill)))
    for _ in range(60)
]
box.delete(numbers[::3])
if sys.argv[3] == "closed":
    box.close()
os._exit(0)
"""
VERSION_0 = """
CREATE TABLE event (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL);
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO number VALUES ('last_id', 12), ('dropped', 4);
INSERT INTO event VALUES (11, 'a/event', CAST('{"id": 11}' AS BLOB), 1795000000.0);
INSERT INTO event VALUES (12, 'a/event', CAST('{"id": 12}' AS BLOB), 1795000000.5);
"""
"""An outbox as programs before `user_version` made it."""


def written(folder: Path, fill: int = 300, end: str = "closed") -> Path:
    """Make an outbox of 40 waiting events and 20 confirmed ones; `end` is `closed` or `killed`."""
    folder.mkdir(exist_ok=True)
    path = folder / "outbox.sqlite3"
    subprocess.run([sys.executable, "-c", WRITER, str(path), str(fill), end], check=True)
    return path


def an_outbox(path: Path) -> Outbox:
    return Outbox(OutboxSettings(path))


def events(box: Outbox) -> dict[int, Event]:
    return {event.id: event for event in box.pending((), 1000)}


def change(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def destroy(path: Path) -> bytes:
    """Destroy the beginning of a file and of its log; return what the log is then."""
    path.write_bytes(GARBAGE + path.read_bytes()[len(GARBAGE) :])
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        return b""
    content = bytearray(log.read_bytes())
    content[56 : 56 + len(GARBAGE)] = GARBAGE
    log.write_bytes(content)
    return bytes(content)


def works(box: Outbox) -> bool:
    """True where a new event is kept on disk and goes away when it is confirmed, with all others."""
    number = box.put_event("topic", lambda event: b"new")
    kept = number in events(box) and box.counts.unsaved == 0
    box.delete(list(events(box)))
    return kept and not events(box) and box.counts.problem is None


@pytest.mark.parametrize(("fill", "end"), [(300, "closed"), (300, "killed"), (2000, "closed")])
def test_flipped_bytes_anywhere_stop_nothing_and_cost_no_event_that_is_whole(
    tmp_path: Path, fill: int, end: str
) -> None:
    sound = written(tmp_path / "sound", fill, end).parent
    chance = random.Random(5)
    for number in range(FLIPPED_FILES):
        folder = tmp_path / str(number)
        shutil.copytree(sound, folder)
        path = folder / "outbox.sqlite3"
        before = salvage(Images.read(path)).events
        _flip(chance, [file for file in (path, folder / "outbox.sqlite3-wal") if file.exists()])
        whole = salvage(Images.read(path)).events
        unchecked = before.keys() - {r.rowid for r in records(Images.read(path), 4096) if r.kinds == "ni"}
        box = an_outbox(path)
        found = events(box)
        assert whole.keys() <= found.keys()
        assert found.keys() <= before.keys()
        assert {event.id for event in found.values() if event != before[event.id]} <= unchecked
        assert len(found) == EVENTS or box.counts.dropped > 0
        assert works(box)
        box.close()
        again = an_outbox(path)
        assert (again.counts.waiting, again.counts.put_aside) == (0, None)
        again.close()
        shutil.rmtree(folder)


def _flip(chance: random.Random, files: list[Path]) -> None:
    """Change one to fifty bytes, in a third of the files near the beginning."""
    file = chance.choice(files)
    content = bytearray(file.read_bytes())
    within = min(len(content), 4500) if chance.random() < 0.4 else len(content)
    for _ in range(chance.choice([1, 1, 2, 5, 50])):
        at = chance.randrange(within)
        content[at] = chance.choice([content[at] ^ 1 << chance.randrange(8), chance.randrange(256), 0])
    file.write_bytes(content)


@pytest.mark.parametrize("end", ["closed", "killed"])
@pytest.mark.parametrize("fill", [0, 300, 9000])
def test_a_salvage_finds_what_sqlite_finds(tmp_path: Path, fill: int, end: str) -> None:
    path = written(tmp_path, fill, end)
    found = salvage(Images.read(path))
    box = an_outbox(path)
    assert found.events == events(box)
    assert found.newest == box.newest
    assert not found.broken
    assert len(found.events) == EVENTS


@pytest.mark.parametrize(
    "damage", ["header", "header and log", "log header", "no file but its log", "cut off"]
)
def test_events_that_are_only_in_the_log_are_saved(tmp_path: Path, damage: str) -> None:
    path = written(tmp_path, end="killed")
    log = path.with_name(path.name + "-wal")
    content, log_content = bytearray(path.read_bytes()), bytearray(log.read_bytes())
    if "header" in damage.split():
        content[:16] = b"not a database!!"
    if "and" in damage:
        log_content[32 + 24 : 32 + 24 + 16] = b"not a database!!"
    if damage == "log header":
        log_content[:32] = bytes(32)
    if damage == "cut off":
        content = content[:100]
    path.write_bytes(content)
    log.write_bytes(log_content)
    if damage == "no file but its log":
        path.unlink()
    box = an_outbox(path)
    assert len(events(box)) == EVENTS
    assert box.counts.dropped == 0
    assert works(box)


def test_a_damaged_file_is_put_aside_as_a_whole_and_counted_for_ever(tmp_path: Path) -> None:
    path = written(tmp_path, end="killed")
    log = destroy(path)
    box = an_outbox(path)
    assert box.counts.put_aside is not None
    assert box.counts.put_aside.read_bytes().startswith(GARBAGE)
    assert box.counts.put_aside.with_name(box.counts.put_aside.name + "-wal").read_bytes() == log
    assert "40 waiting events were moved" in str(box.counts.replacement)
    box.close()
    again = an_outbox(path)
    assert (again.counts.put_aside, again.counts.files_put_aside) == (None, 1)


def test_a_second_damaged_file_leaves_the_first_one_and_there_are_never_many(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    for number in range(9):
        path.write_bytes(b"garbage %d" % number * 100)
        box = an_outbox(path)
        assert works(box)
        box.close()
    kept = {file.name: file.read_bytes()[:9] for file in tmp_path.glob("*.damaged*")}
    assert len(kept) == replacement.MAX_PUT_ASIDE
    assert kept["outbox.sqlite3.damaged-9"] == b"garbage 8"
    assert an_outbox(path).counts.files_put_aside == 1  # the counter of a file without rows is lost with it


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET topic = '' WHERE id = {id}",
        "UPDATE event SET topic = 'edge-agent/+/m/event' WHERE id = {id}",
        "UPDATE event SET topic = 'edge-agent/a/m/#' WHERE id = {id}",
        "UPDATE event SET topic = CAST(x'610062' AS TEXT) WHERE id = {id}",
        "UPDATE event SET topic = CAST(x'ff41' AS TEXT) WHERE id = {id}",
        "UPDATE event SET topic = printf('%.70000c', 'x') WHERE id = {id}",
        "UPDATE event SET topic = x'6162' WHERE id = {id}",
        "UPDATE event SET payload = 'text' WHERE id = {id}",
        "UPDATE event SET payload = CAST('{{\"id\": 1' AS BLOB) WHERE id = {id}",
        "UPDATE event SET unix_s = 'noon' WHERE id = {id}",
        "UPDATE event SET unix_s = 9e999 WHERE id = {id}",
        "UPDATE event SET id = -5 WHERE id = {id}",
    ],
)
@pytest.mark.parametrize("with_checksum", [True, False])
def test_a_row_that_cannot_have_been_written_is_never_sent(
    tmp_path: Path, statement: str, with_checksum: bool
) -> None:
    path = written(tmp_path)
    box = an_outbox(path)
    sound = list(events(box))
    box.close()
    change(path, statement.replace("{id}", str(sound[3])).replace("{{", "{"))
    if not with_checksum:
        change(path, "DROP TABLE checksum")
    again = an_outbox(path)
    assert sorted(events(again)) == [number for number in sound if number != sound[3]]
    assert again.counts.put_aside is not None
    assert works(again)


def test_a_payload_with_one_flipped_bit_is_never_sent(tmp_path: Path) -> None:
    event = Event(7, "a/event", b'{"severity": "alarm"}', 1.5)
    flipped = (7, b"a/event", b'{"severity": "alarl"}', 1.5)
    assert believed((7, b"a/event", event.payload, 1.5), checksum(event)) == event
    assert believed(flipped, checksum(event)) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM number WHERE name = 'last_id'",
        "UPDATE number SET value = 'many' WHERE name = 'dropped'",
        "UPDATE number SET value = -1 WHERE name = 'last_id'",
        "DROP TABLE number",
        "ALTER TABLE event RENAME TO evenu",
        "ALTER TABLE event RENAME COLUMN topic TO topjc",
    ],
)
def test_counters_and_tables_that_are_missing_or_wrong_stop_nothing(tmp_path: Path, statement: str) -> None:
    path = written(tmp_path)
    change(path, statement)
    box = an_outbox(path)
    assert len(events(box)) == EVENTS
    assert works(box)


def test_a_row_that_cannot_be_deleted_is_not_sent_again(tmp_path: Path) -> None:
    """A key on the way to a page that is wrong: a scan finds the row, its number does not."""
    path = written(tmp_path, 9000)
    box = an_outbox(path)
    first = min(events(box))
    assert box._file is not None
    box._file._database.execute("DELETE FROM event WHERE id = ?", (first,))
    box.delete([first])
    assert first not in events(box)
    assert works(box)
    assert first not in events(box)


def test_a_file_of_the_version_before_is_taken_over_and_can_go_back(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite3"
    database = sqlite3.connect(path)
    database.executescript(VERSION_0)
    database.close()
    box = an_outbox(path)
    number = box.put_event("a/event", lambda event: b"new")
    assert list(events(box)) == [11, 12, number]
    assert box.counts.dropped == 4
    box.close()
    change(
        path,
        "INSERT OR REPLACE INTO event VALUES (?, 'a/event', CAST('by version 0' AS BLOB), 1.0)".replace(
            "?", str(number + 1)
        ),
        "DELETE FROM event WHERE id = 11",
        f"UPDATE number SET value = {number + 1} WHERE name = 'last_id'",
    )
    again = an_outbox(path)
    assert list(events(again)) == [12, number, number + 1]
    assert again.newest is None  # it is the one that version 0 decided, which nobody noted
    assert again.counts.put_aside is None


@pytest.mark.parametrize("with_rows", [True, False])
def test_a_file_of_a_newer_version_gives_its_events_and_is_kept(tmp_path: Path, with_rows: bool) -> None:
    path = written(tmp_path)
    changes = [f"PRAGMA user_version = {VERSION + 1}", "CREATE TABLE more (id INTEGER PRIMARY KEY)"]
    if not with_rows:
        changes += ["ALTER TABLE event ADD COLUMN kind TEXT", "UPDATE event SET kind = 'x'"]
    change(path, *changes)
    newer = path.read_bytes()
    box = an_outbox(path)
    assert len(events(box)) == (EVENTS if with_rows else 0)
    assert box.counts.put_aside == tmp_path / "outbox.sqlite3.newer"
    assert box.counts.put_aside.read_bytes() == newer
    assert f"version {VERSION + 1}" in str(box.counts.replacement)
    assert works(box)


def _cut_power_before_the_new_file_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, images: Images, kind: str) -> Path:
        raise OSError("power cut")

    monkeypatch.setattr(replacement, "finish_replacement", fail)


def _cut_power_between_log_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def fail(path: Path, to: Path) -> Path:
        if path.name == "outbox.sqlite3":
            raise OSError("power cut")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fail)


@pytest.mark.parametrize(
    "cut_power", [_cut_power_before_the_new_file_is_ready, _cut_power_between_log_and_file]
)
def test_a_power_cut_while_a_file_is_replaced_loses_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_power: Callable[[pytest.MonkeyPatch], None]
) -> None:
    path = written(tmp_path, end="killed")
    destroy(path)
    with monkeypatch.context() as power_cut:
        cut_power(power_cut)
        an_outbox(path)
    box = an_outbox(path)
    assert len(events(box)) == EVENTS
    assert works(box)


def test_damage_while_it_runs_keeps_what_was_confirmed_away(tmp_path: Path) -> None:
    box = an_outbox(tmp_path / "outbox.sqlite3")
    numbers = [box.put_event("topic", lambda event: b"%d" % event) for _ in range(20)]
    box.delete(numbers[:5])
    assert box._file is not None
    box._file._database.execute("UPDATE event SET payload = x'00' WHERE id = ?", (numbers[7],))
    box._file._database.commit()
    events(box)
    assert list(events(box)) == numbers[5:7] + numbers[8:]
    assert box.counts.dropped == 1
    assert works(box)


def test_a_damaged_file_on_a_full_disk_keeps_new_events_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    destroy(path)

    def full(*args: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("edge_agent.publish.outbox.replace_file", full)
        box = an_outbox(path)
        number = box.put_event("topic", lambda event: b"new")
        assert "No space left" in str(box.counts.problem)
        assert list(events(box)) == [number]
    assert len(events(box)) == EVENTS + 1
    assert box.counts.problem is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_not_called_damaged(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.chmod(0o400)
    box = an_outbox(path)
    assert box.counts.put_aside is None
    assert box.counts.problem is not None
