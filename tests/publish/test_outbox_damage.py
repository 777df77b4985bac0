"""A damaged outbox never stops the agent, and gives what is whole in it to a new one."""

import json
import random
import shutil
from pathlib import Path

import pytest
from damaged_outbox import EVENTS, an_outbox, change, events, works, written

from edge_agent.publish.store.pages import Images, records
from edge_agent.publish.store.rows import Event, believed, checksum
from edge_agent.publish.store.salvage import salvage

FLIPPED_FILES = 100
FRAME_HEAD_BYTES = 24
FRAME_BYTES = FRAME_HEAD_BYTES + 4096


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
        again = found.keys() - before.keys()  # confirmed, and their deletion is damaged: they come again
        assert all(json.loads(found[number].payload)["id"] == number for number in again)
        changed = {number for number in found.keys() - again if found[number] != before[number]}
        assert changed <= unchecked
        assert len(found) >= EVENTS or box.counts.dropped > 0
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


@pytest.mark.parametrize("torn", range(4))
def test_a_transaction_that_a_power_cut_tore_costs_nothing_before_it(tmp_path: Path, torn: int) -> None:
    """Of the last frames of the log one has its head and no page; the end of the transaction is there."""
    path = written(tmp_path, end="killed")
    before = salvage(Images.read(path)).events
    log = path.with_name(path.name + "-wal")
    content = log.read_bytes()
    at = len(content) - (torn + 1) * FRAME_BYTES + FRAME_HEAD_BYTES
    page = bytes(FRAME_BYTES - FRAME_HEAD_BYTES)
    log.write_bytes(content[:at] + page + content[at + len(page) :])
    box = an_outbox(path)
    assert before.keys() <= events(box).keys()
    assert (box.counts.dropped, box.counts.files_put_aside, box.counts.problem) == (0, 0, None)
    assert works(box)
    box.close()


@pytest.mark.parametrize("torn", range(4))
def test_an_event_that_a_power_cut_tore_costs_none_before_it_and_the_file_only_with_its_own_page(
    tmp_path: Path, torn: int
) -> None:
    """Of its frames one has no page, and those behind it are whole: SQLite reads none of them.

    Where the page of the event itself is gone, a flipped bit could have done that to one that was decided.
    """
    box = an_outbox(tmp_path / "outbox.sqlite3")
    decided = [box.put_event("t", lambda n: b'{"id": %d}' % n) for _ in range(5)]
    log_bytes = (tmp_path / "outbox.sqlite3-wal").stat().st_size
    torn_one = box.put_event("t", lambda n: b'{"id": %d}' % n)
    images = Images.read(tmp_path / "outbox.sqlite3")
    box.close()
    assert len(images.log) - log_bytes == 4 * FRAME_BYTES
    first = log_bytes + torn * FRAME_BYTES
    page = slice(first + FRAME_HEAD_BYTES, first + FRAME_BYTES)
    log = bytearray(images.log)
    lost = int(b'{"id": %d}' % decided[0] in log[page])  # the page of all events
    log[page] = bytes(page.stop - page.start)
    path = tmp_path / "after" / "outbox.sqlite3"
    path.parent.mkdir()
    path.write_bytes(images.database)
    path.with_name(path.name + "-wal").write_bytes(log)
    again = an_outbox(path)
    assert set(decided) <= events(again).keys() <= {*decided, torn_one}
    assert (again.counts.files_put_aside, again.counts.dropped) == (lost, lost)
    known = {*decided, *events(again)}  # an event that is gone was never sent: its number may come again
    assert again.put_event("t", lambda n: b"new") > max(known)
    assert works(again)
    again.close()


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


@pytest.mark.parametrize("left", ["of another page", "of another file"])
def test_a_kill_between_the_head_and_the_page_of_a_frame_costs_only_what_was_not_reported(
    tmp_path: Path, left: str
) -> None:
    path = written(tmp_path, end="killed")
    log = path.with_name(path.name + "-wal")
    content = log.read_bytes()
    page = content[32 + 24 :][:4096] if left == "of another page" else b"\xa5" * 4096
    log.write_bytes(content[:-4096] + page)
    box = an_outbox(path)
    assert len(events(box)) == EVENTS + 20  # the last transaction confirmed these 20
    assert (box.counts.put_aside, box.counts.dropped) == (None, 0)
    assert works(box)
