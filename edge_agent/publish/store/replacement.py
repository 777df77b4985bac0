"""A new outbox in place of one that cannot be used, in steps that a power cut may part anywhere."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

from edge_agent.publish.store.pages import Images
from edge_agent.state_file import sync_folder

MAX_PUT_ASIDE = 5
"""Files put aside that are kept, each at most as large as the outbox; judgement."""
_PARTS = ("-wal", "-shm", "")
"""What belongs to a database; the file itself goes last, so that a power cut leaves a log with no file."""


def replace_file(path: Path, images: Images, kind: str, make: Callable[[Path], None]) -> Path:
    """Have `make` write a new file, put the old one aside, and return where it is.

    It is named `<path>.<kind>`, from the second one of a kind on with a number.

    `images` are the old files as they were before SQLite closed them, for it may delete the log then.
    Raises OSError, and what `make` raises.
    """
    unfinished, finished = _beside(path, ".part"), _beside(path, ".new")
    remove(unfinished)
    make(unfinished)
    unfinished.rename(finished)
    return finish_replacement(path, images, kind)


def finish_replacement(path: Path, images: Images | None = None, kind: str = "damaged") -> Path:
    """Put the old file aside and the new one in its place, also after a power cut between the two."""
    finished = _beside(path, ".new")
    aside = put_aside(path, kind, images)
    finished.rename(path)
    sync_folder(path.parent)
    return aside


def ready_file(path: Path) -> Path | None:
    """Return the new file that is ready but not in its place yet; None if there is none."""
    finished = _beside(path, ".new")
    return finished if finished.exists() else None


def put_aside(path: Path, kind: str, images: Images | None = None) -> Path:
    """Rename a file with its log, and remove the oldest of those put aside; return the new name.

    Raises OSError.
    """
    pattern = re.compile(re.escape(f"{path.name}.{kind}") + r"(?:-(\d+))?")
    names = [entry.name.removesuffix("-wal") for entry in path.parent.iterdir()]
    there = sorted({int(match[1] or 1) for name in names if (match := pattern.fullmatch(name))})
    aside = _numbered(path, kind, max(there, default=0) + 1)
    for part in _PARTS:
        with contextlib.suppress(FileNotFoundError):
            _beside(path, part).rename(_beside(aside, part))
    log = _beside(aside, "-wal")
    if images is not None and images.log and not log.exists():
        with contextlib.suppress(OSError):  # a full disk; what is whole in it was taken over already
            log.write_bytes(images.log)
    for number in there[: max(0, len(there) + 1 - MAX_PUT_ASIDE)]:
        remove(_numbered(path, kind, number))
    return aside


def remove(path: Path) -> None:
    """Remove a file with its log. Raises OSError."""
    for part in _PARTS:
        _beside(path, part).unlink(missing_ok=True)


def _numbered(path: Path, kind: str, number: int) -> Path:
    return _beside(path, f".{kind}" if number == 1 else f".{kind}-{number}")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
