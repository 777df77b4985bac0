"""The folder of captures: files are whole or not there, and never more than may be."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.state_file import sync_folder

_PATTERN = "????????T??????.???Z_*.npz"
"""What the names of captures look like; other files in the folder are left alone."""
_OVERHEAD_BYTES = 200_000
"""Bytes of a file beside its samples and blocks: names, headers, `meta` with eight events of 12 kB each."""


class CaptureStore:
    """At most `keep` captures of at most `max_bytes` together; the oldest goes first."""

    def __init__(self, folder: Path, keep: int, max_bytes: float) -> None:
        self._folder = folder
        self._keep = keep
        self._max_bytes = max_bytes

    def clean(self) -> None:
        """Remove what a power cut has left half written. Raises no OSError."""
        with contextlib.suppress(OSError):
            _remove(self._folder.glob("*.part"))

    def write(self, name: str, recording: Recording) -> Path:
        """Write a capture, and remove the oldest ones to make room for it; return its path.

        Raises OSError if the disk does not take it; nothing of it is left then.
        """
        size = size_of(recording)
        if size > self._max_bytes:
            raise OSError(
                f"it has {size / 1e6:.1f} MB, more than all captures may have (captures.max_mb "
                f"{self._max_bytes / 1e6:g}); raise that, or keep fewer seconds"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        self._make_room(size)
        path = self._folder / name
        write_whole(path, recording)
        return path

    def _make_room(self, size: int) -> None:
        """Remove the oldest captures until one more of so many bytes is within the bounds."""
        by_age = sorted(self._folder.glob(_PATTERN), key=lambda path: (path.stat().st_mtime_ns, path.name))
        sizes = [path.stat().st_size for path in by_age]
        surplus = 0
        while surplus < len(by_age) and (
            len(by_age) - surplus >= self._keep or sum(sizes[surplus:]) + size > self._max_bytes
        ):
            surplus += 1
        _remove(by_age[:surplus])


def size_of(recording: Recording) -> int:
    """Return how many bytes a recording takes on disk at most."""
    lengths = [len(counts) for counts in recording.counts]
    row_bytes = max(lengths) * max(counts.dtype.itemsize for counts in recording.counts)
    channels = sum(counts.shape[1] for counts in recording.counts)
    arrivals, more = recording.arrivals, 0
    if arrivals is not None:
        more = arrivals.blocks.nbytes
        if any(invalid is not None for invalid in arrivals.invalid):
            more += max(lengths) * channels
    return int(row_bytes * channels + more + _OVERHEAD_BYTES)


def write_whole(path: Path, recording: Recording) -> None:
    """Write a recording so that a power cut leaves all of it or nothing. Raises OSError."""
    beside = path.with_name(f"{path.name}.part")
    try:
        write_recording(beside, recording)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except BaseException:
        _remove([beside])
        raise


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # what cannot be removed now is tried again next time
            path.unlink()
