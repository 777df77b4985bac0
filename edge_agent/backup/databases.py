"""A consistent copy of an SQLite database, also of one that a running agent holds."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from edge_agent.publish.store.pages import Images

_LOCK_TIMEOUT_S = 0.5
"""How long a database may be locked before it counts as held, s; judgement: a transaction takes less."""
_TRIES = 50
"""How often a held database is read until it stands still; judgement."""
_PAUSE_S = 0.2
"""Wait between two of these, s; with an event a second, most reads then see none."""


class CopyError(Exception):
    """A database cannot be copied; the message says why, and what to do."""


def copy_database(path: Path, copy: Path) -> None:
    """Copy a database to a file that is not there yet: one file, without a log beside it.

    Raises CopyError if the database is damaged or never stands still, OSError of the disk.
    """
    try:
        try:
            _copy_by_sqlite(path, copy)
        except sqlite3.OperationalError:
            # The agent holds its outboxes for itself alone, and lets no other connection read them.
            _remove(copy)
            _copy_bytes(path, copy)
        _make_one_file(copy)
    except sqlite3.Error as error:
        raise CopyError(f"{path} cannot be copied: {error}; the agent mends it when it starts") from error


def _copy_by_sqlite(path: Path, copy: Path) -> None:
    address = f"{path.absolute().as_uri()}?mode=ro"
    source = sqlite3.connect(address, uri=True, timeout=_LOCK_TIMEOUT_S, isolation_level=None)
    with closing(source), closing(sqlite3.connect(copy)) as target:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it holds the lock
        source.backup(target, progress=_give_up_if_locked)


def _give_up_if_locked(status: int, remaining: int, total: int) -> None:
    """Raise what SQLite would have; Python would try again for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise sqlite3.OperationalError("database is locked")


def _copy_bytes(path: Path, copy: Path) -> None:
    """Copy the file and its log as they were at one moment.

    Two reads in a row that are equal show what was there between them: the very bytes that a power cut would
    have left. SQLite recovers from these by design.
    """
    before = Images.read(path)
    for _ in range(_TRIES):
        now = Images.read(path)
        if now == before and now.database:
            copy.write_bytes(now.database)
            if now.log:
                copy.with_name(f"{copy.name}-wal").write_bytes(now.log)
            return
        before = now
        time.sleep(_PAUSE_S)
    raise CopyError(f"{path} cannot be read, or changes all the time; back up again later")


def _make_one_file(copy: Path) -> None:
    """Bring the log of a copy into it, and check it."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA journal_mode = DELETE")
        (complaint,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if complaint != "ok":
        raise sqlite3.DatabaseError(complaint)


def _remove(copy: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
