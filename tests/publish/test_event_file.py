"""The file of events keeps what was saved, all or nothing, and tells damage from a full disk."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from damaged_outbox import change
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.publish.store.event_file import (
    VERSION,
    DamagedFileError,
    EventFile,
    NewerFileError,
    Numbers,
    is_damage,
)
from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.rows import MAX_ID, Event


def an_event(number: int, payload: bytes = b"{}") -> Event:
    return Event(number, "a/event", payload, 1000.5 + number)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[EventFile]:
    file = EventFile(path, Images.read(path))
    try:
        yield file
    finally:
        file.close()


def with_events(path: Path, *ids: int) -> Path:
    with opened(path) as file:
        file.save([an_event(number) for number in ids], [], None, Numbers(max(ids), 0, 0))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


def test_a_new_file_is_empty_and_of_this_version(path: Path) -> None:
    with opened(path) as file:
        assert (file.numbers, file.newest, file.sizes) == (Numbers(0, 0, 0), None, [])
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.close()


def test_what_was_saved_is_there_when_the_file_is_opened_again(path: Path) -> None:
    newest = an_event(7, b"newest")
    with opened(path) as file:
        file.save([an_event(3, b"abc"), an_event(1)], [], newest, Numbers(7, 2, 1))
        assert file.newest == newest
    with opened(path) as file:
        assert file.numbers == Numbers(7, 2, 1)
        assert file.newest == newest
        assert file.sizes == [(1, 2), (3, 3)]
        assert file.read([3, 1]) == [an_event(1), an_event(3, b"abc")]


def test_an_event_with_a_known_number_takes_the_place_of_the_former_one(path: Path) -> None:
    with_events(path, 1)
    with opened(path) as file:
        file.save([an_event(1, b"other")], [], None, Numbers(1, 0, 0))
        assert file.read([1]) == [an_event(1, b"other")]


def test_a_row_that_cannot_be_found_to_delete_it_means_damage_and_nothing_is_changed(path: Path) -> None:
    with opened(with_events(path, 1, 2)) as file:
        with pytest.raises(DamagedFileError, match="1 rows cannot be found"):
            file.save([an_event(4)], [1, 3], an_event(4), Numbers(4, 1, 0))
        assert file.read([1, 2]) == [an_event(1), an_event(2)]
        assert file.newest is None
    with opened(path) as file:
        assert (file.numbers, file.sizes) == (Numbers(2, 0, 0), [(1, 2), (2, 2)])


def test_an_event_that_is_not_there_cannot_be_read(path: Path) -> None:
    with opened(with_events(path, 1)) as file, pytest.raises(DamagedFileError, match="event 2 is gone"):
        file.read([1, 2])


def test_nothing_is_read_for_no_numbers(path: Path) -> None:
    with opened(path) as file:
        assert file.read([]) == []


def test_the_newest_event_stays_where_no_other_is_given(path: Path) -> None:
    with opened(path) as file:
        file.save([], [], an_event(1), Numbers(1, 0, 0))
        file.save([], [], None, Numbers(1, 5, 0))
        assert file.newest == an_event(1)


def test_the_newest_event_is_unknown_once_another_program_has_given_a_higher_number(path: Path) -> None:
    with opened(path) as file:
        file.save([], [], an_event(1), Numbers(1, 0, 0))
    change(path, "UPDATE number SET value = 2 WHERE name = 'last_id'")
    with opened(path) as file:
        assert file.newest is None
        assert file.numbers.last_id == 2


def test_a_file_of_version_0_gets_the_missing_tables_and_keeps_its_events(path: Path) -> None:
    with_events(path, 1, 2)
    change(path, "DROP TABLE checksum", "DROP TABLE newest", "PRAGMA user_version = 0")
    change(path, "DELETE FROM number WHERE name = 'put_aside'")
    with opened(path) as file:
        assert file.sizes == [(1, 2), (2, 2)]
        assert file.numbers == Numbers(2, 0, 0)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE event SET payload = x'7b7e' WHERE id = 2", "event 2 is damaged"),
        ("UPDATE event SET topic = 'b/event' WHERE id = 2", "event 2 is damaged"),
        ("UPDATE event SET payload = 'text' WHERE id = 2", "event 2 is damaged"),
        ("UPDATE event SET unix_s = 5 WHERE id = 2", "event 2 is damaged"),
        ("UPDATE checksum SET crc32 = crc32 + 1 WHERE id = 2", "event 2 is damaged"),
        ("UPDATE number SET value = 'many' WHERE name = 'dropped'", "a counter is not a number"),
        ("UPDATE number SET value = -1 WHERE name = 'last_id'", "a counter is not a number"),
        (f"UPDATE number SET value = {MAX_ID + 1} WHERE name = 'last_id'", "a counter is not a number"),
        ("DELETE FROM number WHERE name = 'last_id'", "counters are missing"),
        ("DROP TABLE event", "tables are missing"),
        ("DROP TABLE number", "tables are missing"),
        ("PRAGMA user_version = -1", "SQLite finds"),
    ],
)
def test_what_is_damaged_is_told(path: Path, statement: str, told: str) -> None:
    change(with_events(path, 1, 2), statement)
    with pytest.raises(DamagedFileError, match=told), opened(path):
        pass


def test_a_file_of_a_newer_version_is_refused_as_such(path: Path) -> None:
    change(with_events(path, 1), f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(NewerFileError, match=f"version {VERSION + 1}"), opened(path):
        pass


def test_a_file_that_is_no_database_is_damaged(path: Path) -> None:
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(DamagedFileError), opened(path):
        pass


def test_a_file_that_another_program_holds_is_not_damaged(path: Path) -> None:
    with opened(with_events(path, 1)), pytest.raises(sqlite3.Error) as caught, opened(path):
        pass
    assert not isinstance(caught.value, DamagedFileError)


def test_a_file_in_a_folder_that_is_not_there_is_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error) as caught, opened(tmp_path / "none" / "events.db"):
        pass
    assert not isinstance(caught.value, DamagedFileError)


def test_a_file_may_be_closed_twice(path: Path) -> None:
    file = EventFile(path, Images.read(path))
    file.close()
    file.close()


@pytest.mark.parametrize(
    ("code", "damaged"),
    [
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_IOERR_WRITE, False),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, False),
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_CORRUPT_INDEX, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_READONLY, True),
    ],
)
def test_damage_is_told_from_a_disk_that_is_full_or_away(path: Path, code: int, damaged: bool) -> None:
    path.touch()
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = code
    assert is_damage(error, path) is damaged


def test_a_read_only_file_that_is_not_there_is_not_damaged(path: Path) -> None:
    error = sqlite3.OperationalError()
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY
    assert not is_damage(error, path)


def test_an_error_without_a_code_counts_as_damage(path: Path) -> None:
    assert is_damage(sqlite3.OperationalError(), path)


EVENTS = st.builds(
    Event,
    st.integers(1, MAX_ID),
    st.text(st.characters(codec="utf-8", exclude_characters="+#\x00"), min_size=1, max_size=20),
    st.binary(max_size=100),
    st.floats(0.0, 1e12),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(EVENTS, max_size=6, unique_by=lambda event: event.id), st.data())
def test_any_events_come_back_as_they_were_but_for_those_that_are_gone(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("events") / "events.db"
    gone = {event.id for event in events if data.draw(st.booleans())}
    last_id = max((event.id for event in events), default=0)
    with opened(path) as file:
        file.save(events, [], None, Numbers(last_id, 0, 0))
        file.save([], gone, None, Numbers(last_id, len(gone), 0))
    left = sorted((event for event in events if event.id not in gone), key=lambda event: event.id)
    with opened(path) as file:
        assert file.sizes == [(event.id, len(event.payload)) for event in left]
        assert file.read([event.id for event in left]) == left
        assert file.numbers == Numbers(last_id, len(gone), 0)
