"""The thread that writes captures, so that nobody waits for a disk."""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.acquire.recordings import Recording
from edge_agent.captures.store import CaptureStore
from edge_agent.supervision import WatchedThread

_LOG = logging.getLogger(__name__)
_TURN_S = 30.0
"""The writer shows a sign of life this often, s: each costs, and captures take minutes. Judgement."""
_STALL_LIMIT_S = 900.0
"""A writer that does not turn for this long, s, hangs: 500 MB take 8 minutes on a card of 1 MB/s."""
_MAX_WAITING = 2
"""Captures that wait for the disk, each with its samples in memory: judgement."""
_BREATH_S = 0.003
"""Pause after each second of samples, s: several times what their handling takes (bench_captures)."""
_STOP_S = 2.0
"""Time that the writer has to end, s: within the 5 s of an orderly stop."""


@dataclass(frozen=True, slots=True)
class CaptureCounts:
    """What became of captures since the start."""

    written: int = 0
    """They are on the disk, or were until newer ones took their place."""
    failed: int = 0
    """They have a name and no file."""


@dataclass(frozen=True, slots=True)
class Job:
    """A capture to write."""

    name: str
    """Name of the file."""
    make: Callable[[Callable[[], None]], Recording]
    """Returns what goes into it; called in the writer's thread with what it is to call now and then."""


class CaptureWriter:
    """Writes one capture after another; one that cannot be written is counted, and logged once."""

    def __init__(self, store: CaptureStore) -> None:
        self.thread = WatchedThread("captures", _STALL_LIMIT_S, self._work)
        """Its thread."""
        self._store = store
        self._jobs: queue.Queue[Job | None] = queue.Queue(_MAX_WAITING)
        self._written = 0
        self._failed = 0
        self._said: str | None = None
        self._lock = threading.Lock()

    @property
    def counts(self) -> CaptureCounts:
        """What became of captures since the start."""
        return CaptureCounts(self._written, self._failed)

    def use(self, store: CaptureStore) -> None:
        """Write into this store from the next capture on."""
        self._store = store

    def put(self, job: Job) -> None:
        """Have a capture written; it fails if too many wait already."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            self._fail(job.name, f"the disk is too slow, {_MAX_WAITING} captures wait for it already")

    def stop(self) -> bool:
        """Write what waits and end; return whether the time for that was enough."""
        self.thread.stopping.set()
        with contextlib.suppress(queue.Full):  # then a capture wakes the writer
            self._jobs.put_nowait(None)
        return self.thread.stop(_STOP_S)

    def _work(self) -> None:
        self._store.clean()
        while not self.thread.stopping.is_set() or not self._jobs.empty():
            self.thread.beat()
            try:
                job = self._jobs.get(timeout=_TURN_S)
            except queue.Empty:
                continue
            if job is not None:
                self._write(job)

    def _write(self, job: Job) -> None:
        try:
            path = self._store.write(job.name, job.make(self._breathe))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must cost no diagnosis
            known = isinstance(error, (OSError, MemoryError, ValueError))
            words = " ".join(str(error).split()) or type(error).__name__
            self._fail(job.name, words, None if known else error)
            return
        self._written += 1
        self._said = None
        _LOG.info("the samples are kept: %s", path)

    def _breathe(self) -> None:
        """Let the pipeline have the interpreter: nothing is urgent here."""
        self.thread.beat()
        time.sleep(_BREATH_S)

    def _fail(self, name: str, why: str, error: Exception | None = None) -> None:
        """Count it, and say it unless that was said of the capture before."""
        kind = why.replace(name, "")
        with self._lock:  # the pipeline's thread comes here, too
            self._failed += 1
            is_news, self._said = kind != self._said, kind
        if is_news:
            _LOG.warning(
                "capture %s cannot be kept: %s. Diagnoses go on; further ones are only counted, as "
                "captures_failed in health",
                name,
                why,
                exc_info=error,
            )
