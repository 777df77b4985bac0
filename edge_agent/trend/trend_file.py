"""The SQLite file with the rows of ten years.

Table `hour` holds the rows of hours that are over. Table `open_hour` holds the hour in which the agent was
stopped, with every value: it is put together with the rest of that hour, and becomes rows when that is over.
Both have a checksum for each row. Version 1 (`PRAGMA user_version`) is the first one.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_agent.publish.store.event_file import DamagedFileError, NewerFileError, telling_damage
from edge_agent.trend.hour_rows import HourRow, believed, checked, checksum, united
from edge_agent.trend.tally import HourTally

VERSION = 1
"""Version of the file that this program writes."""
_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE hour (
    hour INTEGER NOT NULL, load_bin INTEGER NOT NULL, windows INTEGER NOT NULL, looks INTEGER NOT NULL,
    median_bars REAL, p10_bars REAL, p90_bars REAL, limit_bars REAL, running_share REAL NOT NULL,
    refusals TEXT NOT NULL, crc32 INTEGER NOT NULL, PRIMARY KEY (hour, load_bin)
) WITHOUT ROWID;
CREATE TABLE open_hour (hour INTEGER PRIMARY KEY, content TEXT NOT NULL, crc32 INTEGER NOT NULL);
PRAGMA user_version = {VERSION};
COMMIT;
"""
_LOCK_TIMEOUT_S = 1.0
"""How long another program may hold the file before a write is put off to the next hour, s. Judgement."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is kept; beyond it the oldest hours go."""

    max_hours: int = 87_660
    """Hours with windows: ten years of a motor that always runs."""
    max_bytes: int = 64_000_000
    """Bytes in use; ten years at two loads take about 20 million."""


class TrendFile:
    """The rows of a motor in an SQLite database (WAL): one process writes, others may read meanwhile.

    Every method raises sqlite3.Error when the disk is full or away, and DamagedFileError when the file is
    damaged. May be used from several threads, one at a time.
    """

    def __init__(self, path: Path, bounds: Bounds, *, read_only: bool = False) -> None:
        """Open the file and check it. Raises as the methods do, and NewerFileError.

        One that is opened to read must exist.
        """
        self._path = path
        self._bounds = bounds
        self._damaged: set[tuple[str, object, object]] = set()
        mode = "ro" if read_only else "rwc"
        self._database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_LOCK_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        self._database.text_factory = _text
        try:
            with telling_damage(self._path):
                self._open(read_only)
        except sqlite3.Error:
            self.close()
            raise

    def add(self, tallies: Mapping[int, HourTally], running_hour: int) -> None:
        """Add what was counted in some hours, all or nothing; on the medium when this returns.

        `running_hour` may go on: it is kept with every value. All others become rows.
        """
        execute = self._database.execute
        with telling_damage(self._path), self._transaction():
            hours = self._open_hours()
            for hour, tally in tallies.items():
                hours.setdefault(hour, HourTally()).merge(tally)
            execute("DELETE FROM open_hour")
            for hour, tally in sorted(hours.items()):
                if hour == running_hour:
                    content = tally.to_json()
                    row = (hour, content, checksum((hour, content)))
                    execute("INSERT INTO open_hour VALUES (?, ?, ?)", row)
                else:
                    self._keep(hour, tally)
            self._keep_to_bounds()

    def read(self, first_hour: int = 0) -> list[HourRow]:
        """Return the rows from an hour on, in order; those that have changed since they were written not."""
        if self._is_empty:
            return []
        rows: dict[int, list[HourRow]] = {}
        with telling_damage(self._path):
            for row in self._select("hour >= ?", first_hour):
                rows.setdefault(row.hour, []).append(row)
            for hour, tally in self._open_hours().items():
                if hour >= first_hour:
                    rows[hour] = united(rows.get(hour, []), tally.rows(hour))
        return [row for hour in sorted(rows) for row in rows[hour]]

    @property
    def rows_left_out(self) -> int:
        """Rows that were met so far and have changed since they were written."""
        return len(self._damaged)

    def drop_left_out(self) -> int:
        """Delete the rows that have changed since they were written; return how many they were."""
        dropped = len(self._damaged)
        if dropped:
            with telling_damage(self._path), self._transaction():
                for table, hour, crc32 in self._damaged:
                    row = (hour, crc32)
                    self._database.execute(f"DELETE FROM {table} WHERE hour IS ? AND crc32 IS ?", row)
            self._damaged.clear()
        return dropped

    def close(self) -> None:
        """Close the file; a failure of the disk at this point changes nothing."""
        with contextlib.suppress(sqlite3.Error):
            self._database.close()

    def _open(self, read_only: bool) -> None:
        execute = self._database.execute
        execute("PRAGMA trusted_schema = OFF")
        execute("PRAGMA cell_size_check = ON")
        (version,) = execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise NewerFileError(f"it is of version {version}, this program knows {VERSION}")
        (complaint,) = execute("PRAGMA quick_check(1)").fetchone()
        if complaint != "ok":
            raise DamagedFileError(f"SQLite finds: {complaint[:100]}")
        tables = {name for (name,) in execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if tables and not tables >= {"hour", "open_hour"}:
            raise DamagedFileError("tables are missing")
        self._is_empty = read_only and not tables
        if not read_only:
            execute("PRAGMA journal_mode = WAL")
            execute("PRAGMA synchronous = FULL")
            if not tables:
                self._database.executescript(_TABLES)

    def _open_hours(self) -> dict[int, HourTally]:
        """Return the hours that may go on; a damaged one is left out."""
        hours = {}
        for hour, content, crc32 in self._database.execute("SELECT * FROM open_hour"):
            try:
                if checksum((hour, content)) != crc32:
                    raise ValueError("it has changed")
                hours[hour] = HourTally.from_json(content)
            except ValueError:
                self._damaged.add(("open_hour", hour, crc32))
        return hours

    def _select(self, where: str, hour: int) -> list[HourRow]:
        found = self._database.execute(f"SELECT * FROM hour WHERE {where} ORDER BY hour, load_bin", (hour,))
        rows = []
        for columns in found:
            row = believed(columns)
            if row is None:
                self._damaged.add(("hour", columns[0], columns[-1]))
            else:
                rows.append(row)
        return rows

    def _keep(self, hour: int, tally: HourTally) -> None:
        there = self._select("hour = ?", hour)
        rows = [checked(row) for row in united(there, tally.rows(hour))]
        marks = ", ".join("?" * len(rows[0])) if rows else ""
        self._database.executemany(f"INSERT OR REPLACE INTO hour VALUES ({marks})", rows)

    def _keep_to_bounds(self) -> None:
        """Delete the oldest hours: by their number, for the clock may have been years off for a while."""
        execute = self._database.execute
        (hours,) = execute("SELECT count(DISTINCT hour) FROM hour").fetchone()
        (page_bytes,), (pages,), (free,) = (
            execute(f"PRAGMA {name}").fetchone() for name in ("page_size", "page_count", "freelist_count")
        )
        beyond = hours - self._bounds.max_hours
        if (pages - free) * page_bytes > self._bounds.max_bytes:
            beyond = max(beyond, hours // 8)
        if beyond > 0:
            execute(
                "DELETE FROM hour WHERE hour IN (SELECT DISTINCT hour FROM hour ORDER BY hour LIMIT ?)",
                (beyond,),
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        execute = self._database.execute
        execute("BEGIN IMMEDIATE")
        try:
            yield
            execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # SQLite has taken it back by itself
                execute("ROLLBACK")
            raise


def _text(content: bytes) -> str:
    """Return text as it is, or what is left of damaged text: no checksum fits that."""
    return content.decode(errors="replace")
