"""Whatever the disk or its file does, the outbox keeps the events, and sends what it can meanwhile."""

import os
import sqlite3
from pathlib import Path

import pytest
from outboxes import Clock, bounds, ids, put

from edge_agent.publish.store.outbox import Outbox


@pytest.mark.parametrize(
    "garbage", [b"not a database at all, but long enough for a header" * 40, b"\x00" * 8192]
)
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "outbox.sqlite3").write_bytes(garbage)
    box = Outbox(bounds(tmp_path))
    number = put(box)
    assert ids(box) == [number]
    assert box.counts.unsaved == 0
    assert box.counts.put_aside == tmp_path / "outbox.sqlite3.damaged"
    assert box.counts.put_aside.read_bytes() == garbage


def test_damage_that_shows_only_when_events_are_read_is_survived(tmp_path: Path) -> None:
    box = Outbox(bounds(tmp_path))
    for _ in range(200):
        put(box, 500 * "x")
    box.close()
    path = tmp_path / "outbox.sqlite3"
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = os.urandom(len(content) - 3 * 4096)
    path.write_bytes(content)
    again = Outbox(bounds(tmp_path))
    again.pending((), 1000)
    number = put(again)
    assert ids(again)[-1] == number
    assert again.counts.put_aside is not None
    assert again.counts.unsaved == 0


def test_a_full_disk_keeps_events_in_memory_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Outbox(bounds(tmp_path))
    saved = put(box)
    limit = _fill_disk(monkeypatch, box)
    numbers = [put(box, 50_000 * "x") for _ in range(3)]
    counts = box.counts
    assert counts.unsaved == 3
    assert counts.problem is not None
    assert "full" in counts.problem
    assert ids(box) == [saved, *numbers]
    limit.clear()
    ids(box)  # gives up the connection that still has the limit
    assert ids(box) == [saved, *numbers]
    assert box.counts.unsaved == 0
    assert box.counts.problem is None
    box.close()
    assert ids(Outbox(bounds(tmp_path))) == [saved, *numbers]


def _fill_disk(monkeypatch: pytest.MonkeyPatch, box: Outbox) -> dict[str, int]:
    """Let the file grow no further, as on a full disk, until the returned dictionary is emptied."""
    limit = {"pages": 8}
    connect = sqlite3.connect

    def limited(*args: object, **options: object) -> sqlite3.Connection:
        database = connect(*args, **options)  # type: ignore[call-overload]
        if limit:
            database.execute(f"PRAGMA max_page_count = {limit['pages']}")
        return database  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", limited)
    box.close()
    return limit


def test_a_folder_that_is_missing_keeps_events_in_memory_within_the_bounds(tmp_path: Path) -> None:
    away = tmp_path / "not mounted"
    box = Outbox(bounds(away, max_rows=2))
    numbers = [put(box) for _ in range(3)]
    assert ids(box) == numbers[1:]
    assert box.counts.dropped == 1
    assert box.counts.problem is not None
    assert "unable to open" in box.counts.problem
    away.mkdir()
    box.delete(numbers[:2])
    assert ids(box) == numbers[2:]
    assert box.counts.unsaved == 0


def test_a_file_that_another_process_holds_keeps_events_in_memory(tmp_path: Path) -> None:
    first = Outbox(bounds(tmp_path))
    second = Outbox(bounds(tmp_path))
    number = put(second)
    assert ids(second) == [number]
    assert "locked" in str(second.counts.problem)
    first.close()
    assert ids(second) == [number]
    assert second.counts.problem is None


@pytest.mark.parametrize("since", ["the start", "later"])
def test_what_waits_on_a_disk_that_takes_nothing_is_sent_meanwhile_under_its_number(
    tmp_path: Path, since: str
) -> None:
    box = Outbox(bounds(tmp_path))
    sent, waits = put(box, "sent"), put(box, "waits")
    if since == "the start":
        box.close()
    obstacle = tmp_path / "outbox.sqlite3-wal"  # SQLite can write nothing without its log
    if since == "later":
        box._file.close()
        box._file = None
    obstacle.mkdir()
    box = Outbox(bounds(tmp_path)) if since == "the start" else box
    assert ids(box) == [sent, waits]
    assert (box.counts.waiting, box.counts.unsaved) == (2, 0)
    assert "unable to open" in str(box.counts.problem)
    assert box.newest is not None
    assert box.newest.id == waits
    box.delete([sent])
    new = put(box, "new")
    assert waits < new
    assert ids(box) == [waits, new]
    obstacle.rmdir()
    assert ids(box) == [waits, new]
    assert (box.counts.waiting, box.counts.problem) == (2, None)
    box.close()
    assert ids(Outbox(bounds(tmp_path))) == [waits, new]


def test_an_event_decided_while_the_file_is_out_of_reach_never_meets_one_in_it(tmp_path: Path) -> None:
    clock = Clock()
    first = Outbox(bounds(tmp_path), clock)
    kept = [put(first, str(number)) for number in range(40)]
    first.close()
    other = sqlite3.connect(tmp_path / "outbox.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    second = Outbox(bounds(tmp_path), clock)
    new = put(second, "new")
    other.execute("ROLLBACK")
    other.close()
    assert ids(second) == [*kept, new]
