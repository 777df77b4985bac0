"""Events that the broker has not confirmed: the truth about what is still to be said."""

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from edge_agent.publish.event_file import Event, EventFile, is_damage, put_aside
from edge_agent.publish.settings import OutboxSettings

_CLOCK_WAS_SET_UNIX_S = 1_700_000_000.0
"""An earlier time comes from a clock without a battery that was not set yet; ages from it mean nothing."""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How the outbox is."""

    waiting: int
    """Events not confirmed by the broker yet, on disk and in memory."""
    unsaved: int
    """Those of them that are in memory only, because the disk takes none."""
    dropped: int
    """Events given up because the outbox was full, they were too old or their file was damaged."""
    problem: str | None
    """What is wrong with the disk; None while all is well."""
    put_aside: Path | None
    """Where a damaged file was put since the start; None where there was none."""


class _Kept(NamedTuple):
    size: int
    unix_s: float


class Outbox:
    """A bounded queue of events on disk, written by one thread and emptied by another.

    An event is on the medium when `put_event` returns and stays until `delete`. When the disk is full or
    out of reach, events are kept in memory within the same bounds and written as soon as it takes them
    again; a damaged file is put aside and a new one begun. No method raises for the disk's sake: what is
    wrong stands in `counts`.
    """

    def __init__(self, settings: OutboxSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._file: EventFile | None = None
        self._kept: dict[int, _Kept] = {}
        self._kept_bytes = 0
        self._unsaved: dict[int, Event] = {}
        self._gone: set[int] = set()
        self._last_id = 0
        self._dropped = 0
        self._problem: str | None = None
        self._put_aside: Path | None = None
        self._save()

    def put_event(self, topic: str, payload: Callable[[int], bytes]) -> int:
        """Keep an event until the broker has it; give its number, which `payload` is called with."""
        with self._lock:
            now_s = self._clock()
            # The clock keeps numbers rising should the file that knows the last one be lost.
            self._last_id = max(self._last_id + 1, int(now_s * 1000))
            event = Event(self._last_id, topic, payload(self._last_id), now_s)
            self._unsaved[event.id] = event
            self._keep(event.id, len(event.payload), now_s)
            self._drop_beyond_bounds(now_s)
            self._save()
            return event.id

    def pending(self, skip: Collection[int], limit: int) -> list[Event]:
        """Give the oldest events but those numbered in `skip`, at most `limit`, in order."""
        with self._lock:
            if self._unsaved or self._gone or self._file is None:
                self._save()
            hidden = self._gone.union(skip)
            found = [event for event in self._unsaved.values() if event.id not in hidden]
            if len(self._kept) > len(self._unsaved):
                found += self._read(hidden, limit)
            return sorted(found, key=lambda event: event.id)[:limit]

    def delete(self, ids: Iterable[int]) -> None:
        """Forget events: the broker has them."""
        with self._lock:
            for number in ids:
                self._forget(number)
            if self._gone:
                self._save()

    @property
    def counts(self) -> OutboxCounts:
        """How the outbox is now."""
        with self._lock:
            return OutboxCounts(
                waiting=len(self._kept),
                unsaved=len(self._unsaved),
                dropped=self._dropped,
                problem=self._problem,
                put_aside=self._put_aside,
            )

    def close(self) -> None:
        """Close the file; the events in it wait for the next start."""
        with self._lock:
            if self._unsaved or self._gone:
                self._save()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _keep(self, number: int, size: int, unix_s: float) -> None:
        self._kept[number] = _Kept(size, unix_s)
        self._kept_bytes += size

    def _forget(self, number: int) -> None:
        kept = self._kept.pop(number, None)
        if kept is None:
            return
        self._kept_bytes -= kept.size
        if self._unsaved.pop(number, None) is None:
            self._gone.add(number)

    def _drop_beyond_bounds(self, now_s: float) -> None:
        """Forget the oldest events beyond the bounds, but never the newest."""
        bounds = self._settings
        while len(self._kept) > 1:
            number, kept = next(iter(self._kept.items()))
            too_old = _CLOCK_WAS_SET_UNIX_S < kept.unix_s < now_s - bounds.max_age_s
            too_many = len(self._kept) > bounds.max_rows or self._kept_bytes > bounds.max_bytes
            if not (too_old or too_many):
                return
            self._forget(number)
            self._dropped += 1

    def _read(self, hidden: Collection[int], limit: int) -> list[Event]:
        try:
            return self._opened().oldest(hidden, limit)
        except sqlite3.Error as error:
            self._give_up_file(error)
            if is_damage(error):
                self._begin_new_file()
            return []

    def _save(self) -> None:
        """Bring the file to what memory knows, or note why that cannot be done now."""
        try:
            self._synchronise()
        except sqlite3.Error as error:
            self._give_up_file(error)
            if not (is_damage(error) and self._begin_new_file()):
                return
        self._problem = None

    def _synchronise(self) -> None:
        self._opened().save(self._unsaved.values(), self._gone, self._last_id, self._dropped)
        self._unsaved.clear()
        self._gone.clear()

    def _opened(self) -> EventFile:
        if self._file is None:
            self._file = EventFile(self._settings.path)
            self._last_id = max(self._last_id, self._file.last_id)
            self._dropped = max(self._dropped, self._file.dropped)
            self._learn(self._file.sizes())
        return self._file

    def _learn(self, saved: Iterable[tuple[int, int, float]]) -> None:
        self._kept, self._kept_bytes = {}, 0
        for number, size, unix_s in saved:
            if number not in self._gone:
                self._keep(number, size, unix_s)
        for event in self._unsaved.values():
            self._keep(event.id, len(event.payload), event.unix_s)

    def _give_up_file(self, error: sqlite3.Error) -> None:
        """Close a file that failed; the next need opens it anew."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._problem = (
            f"outbox {self._settings.path}: {error}; events are kept in memory until it takes them"
        )

    def _begin_new_file(self) -> bool:
        """Put a damaged file aside and save what memory holds to a new one; give whether that went well."""
        try:
            self._put_aside = put_aside(self._settings.path)
            self._dropped += len(self._kept) - len(self._unsaved)
            self._gone.clear()
            self._synchronise()
        except (OSError, sqlite3.Error) as error:
            self._problem = f"outbox {self._settings.path} is damaged and cannot be begun anew: {error}"
            return False
        return True
