"""What is whole in an SQLite file is found without SQLite, and what is not is named as broken."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.publish.store.pages import Images, records
from edge_agent.publish.store.rows import MAX_ID, Event, checksum
from edge_agent.publish.store.salvage import Salvaged, salvage

TABLES = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL
);
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE checksum (id INTEGER PRIMARY KEY, crc32 INTEGER NOT NULL);
CREATE TABLE newest (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL,
    crc32 INTEGER NOT NULL
);
"""


def an_event(number: int, fill: int = 20) -> Event:
    return Event(number, "a/event", b'{"id": %d, "fill": "%s"}' % (number, b"x" * fill), 1000.5 + number)


def a_database(
    events: Iterable[Event] = (),
    checksums: Iterable[Event] = (),
    numbers: dict[str, object] | None = None,
    newest: tuple[Event, int] | None = None,
    page_bytes: int = 4096,
) -> Images:
    """Return the bytes of a database with these rows."""
    database = sqlite3.connect(":memory:")
    database.execute(f"PRAGMA page_size = {page_bytes}")
    database.executescript(TABLES)
    for event in events:
        row = (event.id, event.topic, event.payload, event.unix_s)
        database.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)
    for event in checksums:
        database.execute("INSERT INTO checksum VALUES (?, ?)", (event.id, checksum(event)))
    for number in (numbers or {}).items():
        database.execute("INSERT INTO number VALUES (?, ?)", number)
    if newest is not None:
        event, crc32 = newest
        row = (event.id, event.topic, event.payload, event.unix_s, crc32)
        database.execute("INSERT INTO newest VALUES (?, ?, ?, ?, ?)", row)
    database.commit()
    content = database.serialize()
    database.close()
    return Images(content, b"")


def test_nothing_is_found_where_there_is_no_file(tmp_path: Path) -> None:
    assert salvage(Images.read(tmp_path / "missing")) == Salvaged()


@pytest.mark.parametrize("page_bytes", [512, 4096, 65_536])
@pytest.mark.parametrize("fill", [0, 9000])
def test_all_rows_are_found_whatever_the_page_size(page_bytes: int, fill: int) -> None:
    """The larger payloads flow over to pages of their own."""
    events = [an_event(number, fill) for number in (1, 2, 300, MAX_ID)]
    newest = an_event(MAX_ID)
    images = a_database(
        events, events, {"last_id": MAX_ID, "dropped": 3}, (newest, checksum(newest)), page_bytes
    )
    found = salvage(images)
    assert found.events == {event.id: event for event in events}
    assert found.numbers == {"last_id": MAX_ID, "dropped": 3}
    assert found.newest == newest
    assert found.broken == set()


def test_rows_of_a_program_that_wrote_no_checksums_are_found() -> None:
    found = salvage(a_database([an_event(1), an_event(2)]))
    assert found.events == {1: an_event(1), 2: an_event(2)}
    assert found.broken == set()
    assert found.newest is None


def test_without_any_checksum_a_row_that_cannot_have_been_written_is_broken() -> None:
    half = Event(2, "a/event", b'{"id": 2', 1.0)
    found = salvage(a_database([an_event(1), half]))
    assert found.events == {1: an_event(1)}
    assert found.broken == {2}


def test_a_row_that_does_not_fit_its_checksum_is_broken() -> None:
    found = salvage(a_database([an_event(1), an_event(2)], [an_event(1), an_event(2, fill=21)]))
    assert found.events == {1: an_event(1)}
    assert found.broken == {2}


def test_a_checksum_without_its_event_tells_that_there_was_one() -> None:
    found = salvage(a_database([an_event(1)], [an_event(1), an_event(5)]))
    assert found.events == {1: an_event(1)}
    assert found.broken == {5}


def test_where_there_are_checksums_a_broken_row_without_one_is_no_event() -> None:
    """A page that SQLite no longer uses still holds rows of events that were delivered long ago."""
    half = Event(2, "a/event", b'{"id": 2', 1.0)
    assert salvage(a_database([an_event(1), half], [an_event(1)])).broken == set()


def test_a_number_that_cannot_be_one_of_an_event_is_not_even_broken() -> None:
    outside = [Event(number, "a/event", b"x", 1.0) for number in (-5, 0, MAX_ID + 1)]
    found = salvage(a_database(outside))
    assert (found.events, found.broken) == ({}, set())
    found = salvage(a_database(outside, outside))
    assert (found.events, found.broken) == ({}, set())


@pytest.mark.parametrize(
    ("value", "is_taken"), [(-1, False), (0, True), (MAX_ID, True), (MAX_ID + 1, False), ("many", False)]
)
def test_a_counter_is_a_whole_number_within_bounds(value: object, is_taken: bool) -> None:
    found = salvage(a_database(numbers={"last_id": value}))
    assert found.numbers == ({"last_id": value} if is_taken else {})


def test_a_newest_event_with_a_wrong_checksum_is_none() -> None:
    event = an_event(3)
    assert salvage(a_database(newest=(event, checksum(event) ^ 1))).newest is None
    assert salvage(a_database(newest=(event, checksum(event)))).newest == event


def test_a_time_that_was_stored_as_a_whole_number_is_found() -> None:
    """SQLite stores a real number without a fraction as an integer."""
    event = Event(1, "a/event", b"x", 1000.0)
    found = salvage(a_database([event], [event], newest=(event, checksum(event))))
    assert found.events == {1: event}
    assert found.newest == event


def test_rows_of_other_tables_are_passed_over() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(TABLES)
    database.executescript("CREATE TABLE later (id INTEGER PRIMARY KEY, topic TEXT, payload BLOB)")
    database.execute("INSERT INTO later VALUES (4, 'a/event', x'00')")
    database.commit()
    found = salvage(Images(database.serialize(), b""))
    assert (found.events, found.broken, found.newest) == ({}, set(), None)


WHOLE = {number: an_event(number, 300) for number in range(1, 30)}
SOUND = a_database(WHOLE.values(), WHOLE.values(), {"last_id": 29})


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(100, len(SOUND.database) - 1), st.integers(0, 255)), min_size=1, max_size=40
    )
)
def test_bytes_that_changed_behind_the_header_change_no_event_that_has_a_checksum(
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(SOUND.database)
    for at, byte in changes:
        content[at] = byte
    images = Images(bytes(content), b"")
    checked = {row.rowid for row in records(images, 4096) if row.kinds == "ni"}
    found = salvage(images)
    for number in found.events.keys() & checked:
        assert found.events[number] == WHOLE[number]
    assert not found.broken & found.events.keys()


@pytest.mark.parametrize("pages", range(1, len(SOUND.database) // 4096))
def test_of_a_file_that_was_cut_off_only_whole_events_are_found(pages: int) -> None:
    found = salvage(Images(SOUND.database[: pages * 4096], b""))
    assert found.events.items() <= WHOLE.items()
    assert len(found.events) < len(WHOLE)


@pytest.mark.parametrize("length", range(1, 10))
def test_a_last_page_of_a_few_bytes_is_passed_over(length: int) -> None:
    tail = b"\x0d\x00\x00\x01\xff\xff\xff\xff\xff"[:length]
    assert salvage(Images(bytes(3 * 4096) + tail, b"")).events == {}
