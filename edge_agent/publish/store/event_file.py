"""The SQLite file in which events wait for the broker.

Versions (`PRAGMA user_version`), the way up, and the way back:

- 0: `event` and `number`. 1: also `checksum`, a CRC-32 for each row of `event`, and `newest`, the event that
  was decided last. The way up: a file of version 0 gets the missing tables when it is opened.
- The way back to a program of version 0: it finds `event` and `number` as it knows them, and leaves the rest
  alone. Rows that it wrote have no checksum and are believed where they are well-formed.
- The way back from a version that this program does not know: the rows that it understands are taken over to
  a new file of its own version, and the newer file is put aside as a whole.
- Whoever changes the file raises `VERSION`, adds tables rather than changes these, and adds a line here.
"""

import contextlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.rows import MAX_ID, Event, believed, checksum
from edge_agent.publish.store.salvage import salvage

VERSION = 1
"""Version of the file that this program writes; the list above says what each one holds."""
_TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS checksum (id INTEGER PRIMARY KEY, crc32 INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS newest (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL,
    crc32 INTEGER NOT NULL
);
INSERT OR IGNORE INTO number VALUES ('last_id', 0), ('dropped', 0), ('put_aside', 0);
DELETE FROM checksum WHERE id NOT IN (SELECT id FROM event);
"""
_SELECT = """
SELECT event.id, iif(typeof(topic) = 'text', topic, NULL), iif(typeof(payload) = 'blob', payload, NULL),
    unix_s, crc32 FROM event LEFT JOIN checksum USING (id)
"""
_NOT_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
    }
)
"""Errors of the disk and of other programs, not of what is in the file; judgement, after SQLite's list."""
_LOCK_TIMEOUT_S = 0.1
"""How long another program may hold the file before events go to memory; judgement."""


class DamagedFileError(sqlite3.DatabaseError):
    """The file cannot be used as it is: what is whole in it must move to a new one."""


class NewerFileError(DamagedFileError):
    """The file is of a version that this program does not know."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The counters that outlive a restart."""

    last_id: int
    """Highest number that was given to an event, also to one long gone."""
    dropped: int
    """Events given up, ever."""
    put_aside: int
    """Files put aside, ever."""


class EventFile:
    """Events in an SQLite database (WAL), held exclusively by one process.

    Every method raises sqlite3.Error when the disk is full or away, and DamagedFileError when the file is
    damaged. A change is on the medium when its method returns. May be used from several threads, one at
    a time.
    """

    def __init__(self, path: Path, images: Images) -> None:
        """Open the file and check every row. Raises as the methods do, and NewerFileError.

        `images` are the bytes before it is opened: SQLite says nothing of a log that it does not read on.
        """
        self._path = path
        self._database = sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S, check_same_thread=False)
        self._database.text_factory = bytes  # damaged text is no text
        self.rescued: list[Event] = []
        """Events of a transaction that a power cut tore; they are not in the file."""
        self._torn_id = 0
        try:
            with telling_damage(self._path):
                self._open(images)
                self.numbers = self._read_numbers()
                """The counters, as last saved before the file was opened."""
                self.newest = self._read_newest()
                """The event that was decided last; None if that is not known."""
                self.sizes = [(event.id, len(event.payload)) for event in self._read_all()]
                """(number, bytes of the payload) of every event when the file was opened, in order."""
                self._identity = _identity(path)
        except sqlite3.Error:
            self.close()
            raise

    @property
    def is_deleted(self) -> bool:
        """True if the file is not in its place any more; it can be read as long as it is open."""
        return _identity(self._path) != self._identity

    def read(self, ids: Collection[int]) -> list[Event]:
        """Return the events of these numbers, in the order of the numbers."""
        with telling_damage(self._path):
            return [self._read_one(number) for number in sorted(ids)]

    def save(self, new: Iterable[Event], gone: Collection[int], newest: Event | None, now: Numbers) -> None:
        """Take new events, delete those that are gone, and note the rest, all or nothing."""
        rows = list(new)
        with telling_damage(self._path), self._database as database:
            found = 0
            for number in gone:
                found += database.execute("DELETE FROM event WHERE id = ?", (number,)).rowcount
                database.execute("DELETE FROM checksum WHERE id = ?", (number,))
            if found != len(gone):
                # A damaged page: these rows would be sent again for ever.
                raise DamagedFileError(f"{len(gone) - found} rows cannot be found to delete them")
            for event in rows:
                self._insert(database, event)
            if newest is not None and newest != self.newest:
                database.execute("DELETE FROM newest")
                row = (*_row(newest), checksum(newest))
                database.execute("INSERT INTO newest VALUES (?, ?, ?, ?, ?)", row)
            counters = {"last_id": now.last_id, "dropped": now.dropped, "put_aside": now.put_aside}
            database.executemany(
                "UPDATE number SET value = ?2 WHERE name = ?1 AND value <> ?2", list(counters.items())
            )
        self.newest = newest or self.newest

    def close(self) -> None:
        """Close the file; a failure of the disk at this point changes nothing."""
        with contextlib.suppress(sqlite3.Error):
            self._database.close()

    def _open(self, images: Images) -> None:
        self._check_presence(images)
        execute = self._database.execute
        for setting in ("locking_mode = EXCLUSIVE", "trusted_schema = OFF", "cell_size_check = ON"):
            execute(f"PRAGMA {setting}")
        self._check_structure()
        self._check_log(images)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            execute(f"PRAGMA {setting}")
        self._database.executescript(_TABLES + f"PRAGMA user_version = {VERSION}; COMMIT;")

    def _check_presence(self, images: Images) -> None:
        """Refuse an empty file beside a log with events: SQLite would delete the log without a word."""
        empty = not self._path.exists() or self._path.stat().st_size == 0
        if empty and images.log and images.commits_after(0):
            raise DamagedFileError("it is empty, but its log is not")

    def _check_structure(self) -> None:
        execute = self._database.execute
        (version,) = execute("PRAGMA user_version").fetchone()
        (pages,) = execute("PRAGMA page_count").fetchone()
        (complaint,) = execute("PRAGMA quick_check(1)").fetchone()
        (encoding,) = execute("PRAGMA encoding").fetchone()
        tables = {name for (name,) in execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if version > VERSION:
            raise NewerFileError(f"it is of version {version}, this program knows {VERSION}")
        if complaint != b"ok" or encoding != b"UTF-8" or version < 0:
            raise DamagedFileError(f"SQLite finds: {str(complaint, 'utf-8', 'replace')[:100]}")
        if not tables >= {b"event", b"number"} and (tables or pages > 1):
            raise DamagedFileError("tables are missing")
        if tables and not self._read_counters().keys() >= {b"last_id", b"dropped"}:
            raise DamagedFileError("counters are missing")

    def _check_log(self, images: Images) -> None:
        """See that SQLite reads the log to its last transaction, and not only to a damaged frame.

        A power cut tears the last transaction alone: what is whole in it is rescued.
        """
        _, frames, _ = self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        unread = images.commits_after(max(0, frames))
        if not unread:
            return
        torn = salvage(images)
        seen = {number for (number,) in self._database.execute("SELECT id FROM event")}
        rescued = [event for number, event in torn.events.items() if number not in seen]
        self._torn_id = torn.numbers.get("last_id", 0)
        news = rescued or self._torn_id != self._read_counters().get(b"last_id")
        if news and (unread > 1 or torn.broken):
            raise DamagedFileError("its log is damaged")
        self.rescued = rescued

    def _read_numbers(self) -> Numbers:
        found = self._read_counters()
        values = [found.get(name) for name in (b"last_id", b"dropped", b"put_aside")]
        counts = [value for value in values if isinstance(value, int) and 0 <= value <= MAX_ID]
        if len(counts) < len(values):
            raise DamagedFileError("a counter is not a number")
        last_id, *others = counts
        return Numbers(max(last_id, self._torn_id, *(event.id for event in self.rescued)), *others)

    def _read_counters(self) -> dict[object, object]:
        return dict(self._database.execute("SELECT name, value FROM number"))

    def _read_newest(self) -> Event | None:
        """Return the newest event, unless a program of version 0 has decided another one since."""
        row = self._database.execute("SELECT id, topic, payload, unix_s, crc32 FROM newest").fetchone()
        event = None if row is None else believed(row[:4], row[4])
        return event if event is not None and event.id == self.numbers.last_id else None

    def _read_all(self) -> Iterator[Event]:
        return map(_event, self._database.execute(f"{_SELECT} ORDER BY event.id"))

    def _read_one(self, number: int) -> Event:
        row = self._database.execute(f"{_SELECT} WHERE event.id = ?", (number,)).fetchone()
        if row is None:
            raise DamagedFileError(f"event {number} is gone")
        return _event(row)

    def _insert(self, database: sqlite3.Connection, event: Event) -> None:
        database.execute("INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)", _row(event))
        database.execute("INSERT OR REPLACE INTO checksum VALUES (?, ?)", (event.id, checksum(event)))


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of its name; None if there is none, or the disk is away."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _row(event: Event) -> tuple[int, str, bytes, float]:
    return event.id, event.topic, event.payload, event.unix_s


def _event(row: tuple[object, ...]) -> Event:
    event = believed(row[:4], row[4])
    if event is None:
        raise DamagedFileError(f"event {row[0]!r} is damaged")
    return event


@contextlib.contextmanager
def telling_damage(path: Path) -> Iterator[None]:
    """Turn whatever a damaged database makes SQLite or Python raise into a DamagedFileError."""
    try:
        yield
    except DamagedFileError:
        raise
    except sqlite3.Error as error:
        if is_damage(error, path):
            raise DamagedFileError(str(error)) from error
        raise
    except (ValueError, TypeError, OverflowError) as error:  # text in a message that is no UTF-8
        raise DamagedFileError(f"unreadable: {type(error).__name__}") from error


def is_damage(error: sqlite3.Error, path: Path) -> bool:
    """True if the file itself is damaged, and not the disk full, locked or unreachable."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the upper bits only say where
    if code == sqlite3.SQLITE_READONLY:  # a damaged header says so, too
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return code not in _NOT_THE_FILE


def is_locked(error: sqlite3.Error) -> bool:
    """True if another program has the file."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
