"""A file that cannot be used is put aside as a whole, whatever happens meanwhile."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from damaged_outbox import EVENTS, GARBAGE, an_outbox, change, destroy, events, works, written

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store import replacement
from edge_agent.publish.store.event_file import VERSION, is_damage
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.store.pages import Images

VERSION_0 = """
CREATE TABLE event (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL);
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO number VALUES ('last_id', 12), ('dropped', 4);
INSERT INTO event VALUES (11, 'a/event', CAST('{"id": 11}' AS BLOB), 1795000000.0);
INSERT INTO event VALUES (12, 'a/event', CAST('{"id": 12}' AS BLOB), 1795000000.5);
"""
"""An outbox as programs before `user_version` made it."""


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


def test_events_of_a_damaged_file_on_a_full_disk_are_sent_with_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    highest = max(events(kept := an_outbox(path)))
    kept.close()
    destroy(path)

    def full(*args: object) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("edge_agent.publish.store.outbox.replace_file", full)
        box = an_outbox(path)
        number = box.put_event("topic", lambda event: b"new")
        assert number > highest
        assert "No space left" in str(box.counts.problem)
        assert len(events(box)) == EVENTS + 1
        assert max(events(box)) == number
    assert len(events(box)) == EVENTS + 1
    assert (box.counts.problem, box.counts.dropped) == (None, 0)


def test_a_replacement_that_cannot_be_finished_yet_keeps_events_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, end="killed")
    destroy(path)
    with monkeypatch.context() as disk:
        _cut_power_between_log_and_file(disk)
        an_outbox(path)
        box = Outbox(OutboxSettings(path), clock=lambda: 0.0)
        number = box.put_event("topic", lambda event: b"new")
        assert list(events(box)) == [number]
        assert "cannot be replaced" in str(box.counts.problem)
    assert max(events(box)) == number
    assert len(events(box)) == EVENTS + 1
    assert box.counts.problem is None


@pytest.mark.parametrize(
    ("code", "writable", "damaged"),
    [
        (sqlite3.SQLITE_READONLY, False, False),
        (sqlite3.SQLITE_READONLY, True, True),  # a damaged header says so, too
        (sqlite3.SQLITE_FULL, True, False),
        (sqlite3.SQLITE_BUSY, True, False),
        (sqlite3.SQLITE_IOERR_FSYNC, True, False),
        (sqlite3.SQLITE_CORRUPT_VTAB, True, True),
        (sqlite3.SQLITE_NOTADB, False, True),
    ],
)
def test_a_disk_that_takes_nothing_is_not_called_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, writable: bool, damaged: bool
) -> None:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    monkeypatch.setattr(os, "access", lambda path, mode: writable)
    assert is_damage(error, tmp_path / "outbox.sqlite3") == damaged


@pytest.mark.parametrize("left", ["empty", "gone", "empty, and no index of the log"])
def test_events_in_the_log_of_a_file_that_is_empty_or_gone_are_kept(tmp_path: Path, left: str) -> None:
    path = written(tmp_path, end="killed")
    if left == "gone":
        path.unlink()
    else:
        path.write_bytes(b"")
    if left == "empty, and no index of the log":
        path.with_name(path.name + "-shm").unlink(missing_ok=True)
    box = an_outbox(path)
    assert len(events(box)) == EVENTS
    assert "it is empty, but its log is not" in str(box.counts.replacement)
    box.close()
    assert len(events(an_outbox(path))) == EVENTS
