"""The SQLite file in which events wait for the broker."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, unix_s REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT OR IGNORE INTO number VALUES ('last_id', 0), ('dropped', 0);
"""
_SIGNS_OF_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOCK_TIMEOUT_S = 0.1


@dataclass(frozen=True, slots=True)
class Event:
    """One message that must arrive."""

    id: int
    """Rises from event to event, over restarts too; never used twice."""
    topic: str
    """Where it is published."""
    payload: bytes
    """What is published."""
    unix_s: float
    """Host clock when it was decided."""


class EventFile:
    """Events in an SQLite database (WAL), held exclusively by one process.

    Every method raises sqlite3.Error when the disk is full, away or damaged. A change is on the medium
    when its method returns. May be used from several threads, one at a time.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S, check_same_thread=False)
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_SCHEMA)
            numbers = dict(self._database.execute("SELECT name, value FROM number"))
        except sqlite3.Error:
            self._database.close()
            raise
        self.last_id: int = numbers["last_id"]
        """Highest number that the file knows of, also of events long gone."""
        self.dropped: int = numbers["dropped"]
        """Events given up, as last saved."""

    def sizes(self) -> list[tuple[int, int, float]]:
        """Give (id, bytes of the payload, Unix time) of every event, in order."""
        rows = self._database.execute("SELECT id, length(payload), unix_s FROM event ORDER BY id")
        return [(int(number), int(size), float(unix_s)) for number, size, unix_s in rows]

    def oldest(self, skip: Collection[int], limit: int) -> list[Event]:
        """Give the oldest events but those numbered in `skip`, at most `limit`, in order."""
        rows = self._database.execute(
            "SELECT id, topic, payload, unix_s FROM event ORDER BY id LIMIT ?", (limit + len(skip),)
        )
        return [Event(*row) for row in rows if row[0] not in skip][:limit]

    def save(self, new: Iterable[Event], gone: Iterable[int], last_id: int, dropped: int) -> None:
        """Take new events, delete those that are gone, and note the two numbers, all or nothing."""
        with self._database as database:
            database.executemany("DELETE FROM event WHERE id = ?", [(number,) for number in gone])
            database.executemany(
                "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?)",
                [(event.id, event.topic, event.payload, event.unix_s) for event in new],
            )
            database.executemany(
                "UPDATE number SET value = ? WHERE name = ? AND value <> ?",
                [(last_id, "last_id", last_id), (dropped, "dropped", dropped)],
            )

    def close(self) -> None:
        """Close the file; a failure of the disk at this point changes nothing."""
        try:
            self._database.close()
        except sqlite3.Error:
            return


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether the file itself is damaged, rather than full, locked or out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _SIGNS_OF_DAMAGE  # the upper bits only say where


def put_aside(path: Path) -> Path:
    """Rename a damaged file out of the way, with its log; give the new name. Raises OSError."""
    kept = path.with_name(path.name + ".damaged")
    path.rename(kept)
    for companion in ("-wal", "-shm"):
        path.with_name(path.name + companion).unlink(missing_ok=True)
    return kept
