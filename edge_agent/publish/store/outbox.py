"""Events that the broker has not confirmed: what is still to be published."""

import contextlib
import heapq
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.event_file import (
    DamagedFileError,
    EventFile,
    NewerFileError,
    Numbers,
    is_locked,
)
from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.replacement import finish_replacement, ready_file, replace_file
from edge_agent.publish.store.rows import Event
from edge_agent.publish.store.salvage import salvage

_NO_IMAGES = Images(b"", b"")
"""Images of a file that does not exist yet."""

_CLEAR_OF_UNREAD_S = 3600.0
"""How far numbers run ahead of the clock while no file could be read, s: beyond any in it; judgement."""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """The state of the outbox."""

    waiting: int
    """Events not confirmed by the broker yet, on disk and in memory."""
    unsaved: int
    """Those of them that are in memory only, because the disk does not accept them."""
    dropped: int
    """Events given up, ever, because the outbox was full or their file was damaged."""
    problem: str | None
    """What is wrong with the disk; None while all is well."""
    put_aside: Path | None
    """Where a damaged file was put since the start; None if there was none."""
    files_put_aside: int = 0
    """Files put aside, ever."""
    replacement: str | None = None
    """Why a file was put aside since the start, and what became of its events; None if none was."""


class Outbox:
    """A bounded queue of events on disk, written by one thread and emptied by another.

    An event is on the medium when `put_event` returns and stays until `delete`. When the disk is full or
    takes nothing, events are kept in memory within the same bounds and written as soon as it takes them
    again; those on it are copied from its bytes, so that they can be sent meanwhile. A damaged file, or one
    of a newer version, is put aside as a whole, and what is whole in it moves to a new one. No method raises
    for an error of the disk: what is wrong is in `counts`. Bounds are a number and a size, never an age: the
    clock of a machine without a battery may be years off.
    """

    def __init__(self, settings: OutboxSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._file: EventFile | None = None
        self._sizes: dict[int, int] = {}
        self._bytes = 0
        self._unsaved: dict[int, Event] = {}
        self._copied: dict[int, Event] | None = None
        self._gone: set[int] = set()
        self._newest: Event | None = None
        self._last_id = 0
        self._learned = False
        self._dropped = 0
        self._files_put_aside = 0
        self._problem: str | None = None
        self._put_aside: Path | None = None
        self._replacement: str | None = None
        self._save()

    def put_event(self, topic: str, payload: Callable[[int], bytes], number: int | None = None) -> int:
        """Keep an event until the broker has it; return its number, which `payload` is called with.

        `number` is one that `draw_number` gave, here or in the outbox of another sink; None draws one.
        """
        with self._lock:
            drawn = self._draw() if number is None else number
            self._last_id = max(self._last_id, drawn)
            event = Event(drawn, topic, payload(drawn), self._clock())
            self._newest = event
            self._unsaved[event.id] = event
            self._keep(event.id, len(event.payload))
            self._drop_beyond_bounds()
            self._save()
            return event.id

    def draw_number(self) -> int:
        """Return a number for an event that comes next: above all before it, before a restart too."""
        with self._lock:
            self._last_id = self._draw()
            return self._last_id

    def _draw(self) -> int:
        # The clock keeps numbers rising should the file that knows the last one be lost. As long as no
        # file could be read its last number is unknown: those drawn meanwhile keep clear of it.
        clear_s = 0.0 if self._learned else _CLEAR_OF_UNREAD_S
        return max(self._last_id + 1, int((self._clock() + clear_s) * 1000))

    def pending(self, skip: Collection[int], limit: int) -> list[Event]:
        """Return the oldest events but those numbered in `skip`, at most `limit`, in order."""
        with self._lock:
            if self._unsaved or self._gone or self._file is None:
                self._save()
            numbers = heapq.nsmallest(limit, (number for number in self._sizes if number not in skip))
            found = (self._copied or {}) | self._unsaved
            saved = self._read([number for number in numbers if number not in found])
            found |= {event.id: event for event in saved}
            return [found[number] for number in numbers if number in found]

    def delete(self, ids: Iterable[int]) -> None:
        """Forget events: the broker has them."""
        with self._lock:
            for number in ids:
                self._forget(number)
            if self._gone:
                self._save()

    def take_over(self, events: Iterable[Event]) -> bool:
        """Keep events of another outbox, too; True if they are on the disk."""
        with self._lock:
            for event in events:
                self._unsaved[event.id] = event
                self._keep(event.id, len(event.payload))
                self._last_id = max(self._last_id, event.id)
            self._drop_beyond_bounds()
            self._save()
            return not self._unsaved

    def look_after(self) -> None:
        """Write everything anew if the file was deleted while it was open."""
        with self._lock:
            if self._file is not None and self._file.is_deleted:
                self._save()

    @property
    def newest(self) -> Event | None:
        """The event that was decided last, before a restart too; None if that is not known."""
        with self._lock:
            return self._newest

    @property
    def counts(self) -> OutboxCounts:
        """The state of the outbox now."""
        with self._lock:
            return OutboxCounts(
                waiting=len(self._sizes),
                unsaved=len(self._unsaved),
                dropped=self._dropped,
                problem=self._problem,
                put_aside=self._put_aside,
                files_put_aside=self._files_put_aside,
                replacement=self._replacement,
            )

    def close(self) -> None:
        """Close the file; the events in it wait for the next start."""
        with self._lock:
            if self._unsaved or self._gone:
                self._save()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _keep(self, number: int, size: int) -> None:
        self._bytes += size - self._sizes.get(number, 0)
        self._sizes[number] = size

    def _forget(self, number: int) -> None:
        size = self._sizes.pop(number, None)
        if size is None:
            return
        self._bytes -= size
        if self._unsaved.pop(number, None) is None:
            self._gone.add(number)
        if self._copied is not None:
            self._copied.pop(number, None)

    def _drop_beyond_bounds(self) -> None:
        """Forget the oldest events beyond the bounds, but never the newest."""
        bounds = self._settings
        while len(self._sizes) > 1 and (len(self._sizes) > bounds.max_rows or self._bytes > bounds.max_bytes):
            self._forget(min(self._sizes))
            self._dropped += 1

    def _read(self, numbers: Collection[int]) -> list[Event]:
        if not numbers:
            return []
        try:
            return self._opened().read(numbers)
        except sqlite3.Error as error:
            self._give_up_file(error)
            return []

    def _save(self) -> None:
        """Bring the file to what memory knows, or note why that cannot be done now."""
        try:
            self._opened()  # which may learn more than memory knew
            self._opened().save(self._unsaved.values(), self._gone, self._newest, self._numbers)
        except sqlite3.Error as error:
            self._give_up_file(error)
            if self._file is None:
                if self._copied is None and not is_locked(error):  # whoever has the file may send them
                    self._copied = self._copy()
                return
        self._unsaved.clear()
        self._gone.clear()
        self._copied = None
        self._problem = None

    @property
    def _numbers(self) -> Numbers:
        return Numbers(self._last_id, self._dropped, self._files_put_aside)

    def _opened(self) -> EventFile:
        if self._file is not None and self._file.is_deleted:
            self._leave_deleted(self._file)
        if self._file is None:
            path = self._settings.path
            self._finish_replacement(path)
            images = Images.read(path)
            try:
                self._file = EventFile(path, images)
            except DamagedFileError as error:
                return self._replace_file(images, error)
            self._learn(self._file)
        return self._file

    def _leave_deleted(self, file: EventFile) -> None:
        """Take what waits out of a file that was deleted; it can be read as long as it is open."""
        waiting = file.read([number for number in self._sizes if number not in self._unsaved])
        self._unsaved |= {event.id: event for event in waiting}
        file.close()
        self._file = None
        with contextlib.suppress(OSError):  # then the new file cannot be opened, which is told
            self._settings.path.parent.mkdir(parents=True, exist_ok=True)

    def _finish_replacement(self, path: Path) -> None:
        """Put a new file in its place that was ready when the power failed."""
        ready = ready_file(path)
        if ready is None:
            return
        try:
            self._put_aside = finish_replacement(path)
        except OSError as error:
            # A new event must not take the number of one that waits in it.
            self._last_id = max(self._last_id, *salvage(Images.read(ready)).events, 0)
            raise sqlite3.OperationalError(f"it cannot be replaced: {error}") from error

    def _learn(self, file: EventFile) -> None:
        """Take over what the file knows from a time before this process, or before it was out of reach."""
        saved = file.numbers
        self._learned = True
        self._last_id = max(self._last_id, saved.last_id)
        self._dropped = max(self._dropped, saved.dropped)
        self._files_put_aside = max(self._files_put_aside, saved.put_aside)
        self._newest = self._newest or file.newest
        rescued = {event.id: event for event in file.rescued if event.id not in self._gone}
        self._unsaved = rescued | self._unsaved
        self._sizes, self._bytes = {}, 0
        for number, size in file.sizes:
            if number not in self._gone:
                self._keep(number, size)
        self._gone.intersection_update(number for number, _ in file.sizes)
        for event in self._unsaved.values():
            self._keep(event.id, len(event.payload))
        self._drop_beyond_bounds()

    def _give_up_file(self, error: sqlite3.Error) -> None:
        """Close a file that failed, and replace it where it is damaged; otherwise the next use reopens it."""
        damaged = isinstance(error, DamagedFileError) and self._file is not None
        images = Images.read(self._settings.path) if damaged else _NO_IMAGES
        if self._file is not None:
            self._file.close()
            self._file = None
        if damaged:
            try:
                self._replace_file(images, error)
                return
            except sqlite3.Error as later:
                error = later
        self._problem = (
            f"outbox {self._settings.path}: {error}; events are kept in memory until it takes them"
        )

    def _copy(self) -> dict[int, Event]:
        """Return what waits in a file that takes nothing now; empty where not even its bytes can be read."""
        found = salvage(Images.read(self._settings.path))
        waiting = {
            number: event
            for number, event in found.events.items()
            if number not in self._gone and (number in self._sizes or not self._learned)
        }
        self._last_id = max(self._last_id, found.numbers.get("last_id", 0), *waiting)
        self._newest = self._newest or found.decided_last
        for number, event in waiting.items():
            self._keep(number, len(event.payload))
        return waiting

    def _replace_file(self, images: Images, error: sqlite3.Error) -> EventFile:
        """Move what is whole to a new file, put the old one aside, and return the new one."""
        found, path = salvage(images), self._settings.path
        for number in self._gone:
            found.events.pop(number, None)
        events = found.events | self._unsaved
        lost = (self._sizes.keys() | found.broken) - events.keys() - self._gone
        numbers = Numbers(
            last_id=max(self._last_id, found.numbers.get("last_id", 0), *events, 0),
            dropped=max(self._dropped, found.numbers.get("dropped", 0)) + len(lost),
            put_aside=max(self._files_put_aside, found.numbers.get("put_aside", 0)) + 1,
        )
        self._last_id = (
            numbers.last_id
        )  # also where the disk is full: a new event must not take an old number
        newest = self._newest or found.decided_last

        def make(new_path: Path) -> None:
            made = EventFile(new_path, _NO_IMAGES)
            try:
                made.save(events.values(), (), newest, numbers)
            finally:
                made.close()

        kind = "newer" if isinstance(error, NewerFileError) else "damaged"
        try:
            self._put_aside = replace_file(path, images, kind, make)
        except OSError as problem:
            raise sqlite3.OperationalError(f"it is {kind} and cannot be put aside: {problem}") from problem
        self._replacement = (
            f"outbox {path} cannot be used ({error}): {len(found.events)} waiting events were moved to a new "
            f"file and {len(lost)} are lost; the old file is kept as {self._put_aside}"
        )
        self._gone.clear()
        self._unsaved.clear()
        self._file = EventFile(path, _NO_IMAGES)
        self._learn(self._file)
        return self._file
