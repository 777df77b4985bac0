"""The trend's file in the hands of an agent that nothing may stop: damage, a full disk, a newer version."""

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from edge_agent.publish.store.event_file import DamagedFileError, NewerFileError
from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.replacement import put_aside
from edge_agent.trend.hour_rows import HourRow
from edge_agent.trend.tally import HourTally
from edge_agent.trend.trend_file import Bounds, TrendFile

_LOG = logging.getLogger(__name__)


class TrendStore:
    """The trend's file. No method raises for an error of the disk; each kind is logged once.

    A file that is damaged or newer is put aside whole, and a new one is begun. Single rows that no longer fit
    their checksum are deleted when they are met, and counted.
    """

    def __init__(self, path: Path, bounds: Bounds | None = None) -> None:
        """Name the file; it is opened when it is used."""
        self._path = path
        self._bounds = bounds or Bounds()
        self._file: TrendFile | None = None
        self._said: set[str] = set()
        self._rows_lost = 0
        self.problem: str | None = None
        """Why the file cannot be used now; None if it can, or was not used yet."""
        self.loss: str | None = None
        """What of the trend is lost since the start, and why; None if nothing is."""

    def add(self, tallies: Mapping[int, HourTally], running_hour: int) -> bool:
        """Add what was counted in some hours, as `TrendFile.add` does; True if it is on the medium."""
        try:
            try:
                self._opened().add(tallies, running_hour)
            except DamagedFileError as error:
                self._replace(error)
                self._opened().add(tallies, running_hour)
            self._drop_left_out()
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
            return False
        self._said.clear()
        self.problem = None
        return True

    def read(self, first_hour: int) -> list[HourRow] | None:
        """Return the rows from an hour on, in order; None if the file cannot be read now."""
        try:
            rows = self._opened().read(first_hour)
            self._drop_left_out()
            return rows
        except DamagedFileError as error:
            try:
                self._replace(error)
            except OSError as problem:
                self._give_up(problem)
                return None
            return []
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
            return None

    def close(self) -> None:
        """Close the file; it is opened again when it is used."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self) -> TrendFile:
        if self._file is not None and not self._path.exists():
            self.close()
            self._say(f"{self._path} was deleted; a new trend is begun")
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._mend_log()
            try:
                self._file = TrendFile(self._path, self._bounds)
            except DamagedFileError as error:
                self._replace(error)
                self._file = TrendFile(self._path, self._bounds)
        return self._file

    def _mend_log(self) -> None:
        """Take over what is whole in a log with a damaged frame: SQLite would pass over all behind it.

        The last transaction may be torn by a power cut, which is no loss.
        """
        if Images.read_log(self._path).commits_unread() < 2:
            return
        whole = Images.read(self._path).joined()
        aside = put_aside(self._path, "damaged")
        self._path.write_bytes(whole)
        self._lose(
            f"the log of {self._path} is damaged; it is kept as {aside.name}, and the last hours may be lost"
        )

    def _drop_left_out(self) -> None:
        dropped = self._opened().drop_left_out()
        if dropped:
            self._rows_lost += dropped
            self._lose(
                f"{self._path} is damaged: {self._rows_lost} rows no longer fit their checksum and are lost"
            )

    def _replace(self, error: DamagedFileError) -> None:
        """Put the file aside; raises OSError if that is not possible."""
        aside = put_aside(self._path, "newer" if isinstance(error, NewerFileError) else "damaged")
        self.close()  # after it was renamed, so that SQLite leaves its log as it is
        self._lose(
            f"{self._path} cannot be used ({error}); it is kept as {aside.name}, and a new trend is begun"
        )

    def _give_up(self, error: Exception) -> None:
        self.close()
        self.problem = f"{self._path}: {error}; the hours are kept in memory until it takes them"
        self._say(self.problem)

    def _lose(self, loss: str) -> None:
        self.loss = loss
        self._say(loss)

    def _say(self, problem: str) -> None:
        if problem not in self._said:
            self._said.add(problem)
            _LOG.warning("%s", problem)
