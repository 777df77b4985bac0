"""Windows whose analysis raised: each is refused, counted, logged once per kind, and kept for inspection."""

import contextlib
import logging
import math
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Device
from edge_agent.refusals import of_samples
from edge_agent.verdict import Refusal
from edge_agent.wall_clock import on_calendar
from edge_agent.windows.sliding import Window

MAX_FAILING_S = 300.0
"""Time without one window that could be analysed after which the process ends (judgement: a few minutes)."""
MAX_KEPT = 5
"""Maximum failed windows on disk; the oldest goes first (judgement: enough to compare them)."""
MAX_KEPT_BYTES = 50_000_000
"""Maximum bytes of them all together: what a small memory card can spare (judgement)."""
_MAX_KINDS = 50
"""Kinds of failure that are told apart, so that a message that varies cannot fill the log (judgement)."""

_LOG = logging.getLogger(__name__)


class WindowsFailError(Exception):
    """No window can be analysed any more; the message can be the last one that is logged."""


class FailedWindows:
    """Handles windows whose analysis raised an unforeseen exception."""

    def __init__(self, step_s: float, folder: Path | None = None) -> None:
        """Keep the samples of failed windows in `folder`; nowhere with None."""
        self._limit = math.ceil(MAX_FAILING_S / step_s)
        self._folder = folder
        self._kinds: set[str] = set()
        self._in_a_row = 0
        self._last = ""

    def failed(self, window: Window, error: Exception) -> Refusal:
        """Note one more; return the refusal of that window."""
        self._in_a_row += 1
        self._last = _kind_of(error)
        if self._last not in self._kinds and len(self._kinds) < _MAX_KINDS:
            self._kinds.add(self._last)
            kept = self._keep(window, error)
            _LOG.error(
                "the analysis of a window failed, which costs this window: %s%s; report it. Further windows "
                "that fail like this are only counted, as windows_failed in health",
                self._last,
                f"; its samples are kept in {kept}" if kept else "",
                exc_info=error,
            )
        return of_samples.ANALYSIS_FAILED.refuse(self._in_a_row, self._limit)

    def passed(self) -> None:
        """Note a window that was analysed."""
        self._in_a_row = 0

    def check(self) -> None:
        """Raise WindowsFailError if no window has been analysed for minutes."""
        if self._in_a_row >= self._limit:
            where = f"; samples are kept in {self._folder}" if self._folder else ""
            raise WindowsFailError(
                f"the analysis of {self._in_a_row} windows in a row failed, the last one with {self._last}"
                f"{where}. This is an error of the program: report it with the log"
            )

    def _keep(self, window: Window, error: Exception) -> Path | None:
        """Write the samples as a recording; return its path, None if there is no place for it."""
        if self._folder is None:
            return None
        recording = _recording_of(window, error)
        if recording is None or sum(counts.nbytes for counts in recording.counts) > MAX_KEPT_BYTES:
            return None
        path = self._folder / f"{recording.name}.npz"
        beside = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_recording(beside, recording)
            beside.replace(path)
            _drop_oldest(self._folder)
        except (OSError, MemoryError) as trouble:  # without a place for it the window is only counted
            _LOG.warning("%s: the samples of a failed window cannot be kept: %s", self._folder, trouble)
            _remove([beside])
            return None
        return path


def _kind_of(error: Exception) -> str:
    """Return what failed and where, in one line: `ValueError: negative dimensions (decimation.py:30)`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}{place}"


def _recording_of(window: Window, error: Exception) -> Recording | None:
    """Return the samples of a window as a recording; None if it has none."""
    streams = [stream for stream in window.streams if stream.valid.size]
    if not streams:
        return None
    name = time.strftime("window-%Y%m%dT%H%M%SZ", time.gmtime(on_calendar(window.received_unix_s)))
    return Recording(
        name=f"{name}-{streams[0].first_scan}",
        device=Device(name, "", "", tuple(stream.stream for stream in streams)),
        counts=tuple(stream.counts.T for stream in streams),
        meta={"error": _kind_of(error), "traceback": traceback.format_exception(error)},
        extra={f"valid_{stream.stream.number}": stream.valid for stream in streams},
    )


def _drop_oldest(folder: Path) -> None:
    """Remove the oldest windows until number and bytes are within their bounds."""
    by_age = sorted(folder.glob("window-*.npz"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    sizes = [path.stat().st_size for path in by_age]
    surplus = (n for n in range(len(by_age)) if n >= MAX_KEPT or sum(sizes[: n + 1]) > MAX_KEPT_BYTES)
    _remove(by_age[n] for n in surplus)
    _remove(folder.glob("*.part"))  # left behind by a power cut


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # what cannot be removed now is tried again with the next window
            path.unlink()
