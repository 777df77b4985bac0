"""The files of a backup take the place of what is in the state folder, which is kept beside them.

At no moment is a file missing: first what is there is copied aside, then each file is replaced at once. So a
restore that is ended halfway, by a power cut or a kill, leaves each file old or new; to restore again
completes it.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent.backup.manifest import CAPTURES, CONFIGURATION, STATE, STATE_SUFFIXES, Manifest
from edge_agent.backup.reading import MAX_STATE_BYTES, RefusedArchiveError, read_backup
from edge_agent.captures.recorder import FOLDER
from edge_agent.config import AgentSettings
from edge_agent.state_file import sync_folder

_MAX_SHARE_OF_DISK = 0.9
"""Share of the free space that a restore may take; judgement."""
_BYTES_PER_MB = 1e6
"""Bytes of a megabyte, as `captures.max_mb` counts them."""
_BESIDE_DATABASES = ("-wal", "-shm", "-journal")
"""What the names of files end with that belong to a database (SQLite's documentation, Temporary Files)."""
_UNPACKED = ".restore-"
"""What the name of a folder begins with that holds an unpacked archive."""


@dataclass(slots=True)
class Restored:
    """What a restore has done."""

    manifest: Manifest
    """What the backup says of itself."""
    files: list[str] = field(default_factory=list)
    """Files that are in the state folder and below it now."""
    captures: int = 0
    """Captures that were not there, and are now."""
    kept: Path | None = None
    """Folder with what was there before; None if nothing was."""
    other_configuration: Path | None = None
    """The configuration of the backup, in the state folder; None if it is the same as that here."""


@contextmanager
def unpacked(
    archive: Path, beside: Path, max_bytes: float = MAX_STATE_BYTES
) -> Iterator[tuple[Path, Manifest]]:
    """Return a folder below `beside` with what is in the archive, until the end of the block.

    Raises RefusedArchiveError, also if there is no room for it, and OSError of the disk.
    """
    room_bytes = _MAX_SHARE_OF_DISK * shutil.disk_usage(beside).free
    with tempfile.TemporaryDirectory(prefix=_UNPACKED, dir=beside) as name:
        folder = Path(name)
        yield folder, read_backup(archive, folder, min(max_bytes, room_bytes))


def restore(archive: Path, settings: AgentSettings, config: Path) -> Restored:
    """Put what is in an archive into the state folder; the caller holds `settings.only_one()`.

    Nothing is touched before the whole archive has been read. Raises RefusedArchiveError if it cannot be
    used, or is that of another agent or of other motors; OSError of the disk.
    """
    folders = settings.folders()
    folder = folders[""]
    folder.mkdir(parents=True, exist_ok=True)
    for remains in folder.glob(f"{_UNPACKED}*"):  # of a restore that was killed
        shutil.rmtree(remains, ignore_errors=True)
    max_bytes = MAX_STATE_BYTES + _BYTES_PER_MB * settings.shared.captures.max_mb * len(settings.motors)
    with unpacked(archive, folder, max_bytes) as (parts, manifest):
        _check_owner(manifest, settings)
        done = Restored(manifest)
        done.kept = _keep(folder, folders)
        for below, own in folders.items():
            if not own.is_dir():
                own.mkdir()
                _own(own, like=folder)
            new = [path for path in sorted((parts / STATE / below).glob("*")) if path.is_file()]
            _replace(own, new)
            done.files += [f"{below}/{path.name}".lstrip("/") for path in new]
            done.captures += _add_captures(parts / STATE / below / CAPTURES, own / FOLDER)
            sync_folder(own)
        done.other_configuration = _compare(parts / CONFIGURATION, config, folder)
    return done


def _check_owner(manifest: Manifest, settings: AgentSettings) -> None:
    """Refuse the backup of another motor: its baseline and alarm would be wrong here."""
    owner = (manifest.agent, bool(manifest.motors), sorted(manifest.motors or [manifest.motor]))
    agent, several = settings.shared.agent.id, settings.is_of_several
    if owner != (agent, several, sorted(settings.names)):
        raise RefusedArchiveError(
            f"the backup is of agent {manifest.agent} with {_in_words(owner[2], owner[1])}, the "
            f"configuration of agent {agent} with {_in_words(settings.names, several)}; take its backup, or "
            "correct the ids of agent and motors"
        )


def _in_words(motors: Sequence[str], several: bool) -> str:
    return f"{'motors: ' if several else 'motor '}{', '.join(motors)}"


def _keep(folder: Path, folders: Mapping[str, Path]) -> Path | None:
    """Copy what the folders hold into a new one within the first; return that, None if there was nothing."""
    present = {below: _present(own) for below, own in folders.items() if own.is_dir()}
    if not any(present.values()):
        return None
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    kept = Path(tempfile.mkdtemp(prefix=f"before-restore-{stamp}-", dir=folder))
    try:
        _own(kept, like=folder)
        for below, paths in present.items():
            if below:
                (kept / below).mkdir()
                _own(kept / below, like=folder)
            for path in paths:
                shutil.copy2(path, kept / below / path.name)
                _settle(kept / below / path.name, like=folder)
            sync_folder(kept / below)
        sync_folder(kept)
        sync_folder(folder)
    except OSError:
        shutil.rmtree(kept, ignore_errors=True)
        raise
    return kept


def _replace(folder: Path, new: list[Path]) -> None:
    """Put new files in the place of what the folder holds."""
    for path in new:
        _settle(path, like=folder)
    for path in _present(folder):
        if path.name.endswith(_BESIDE_DATABASES):  # the log of an old database would spoil the new one
            path.unlink()
    sync_folder(folder)
    for path in new:
        path.replace(folder / path.name)
    names = {path.name for path in new}
    for path in _present(folder):
        if path.name not in names:
            path.unlink()


def _present(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_file() and _is_state(path.name)]


def _is_state(name: str) -> bool:
    for suffix in _BESIDE_DATABASES:
        name = name.removesuffix(suffix)
    return name.endswith(STATE_SUFFIXES)


def _add_captures(source: Path, folder: Path) -> int:
    """Add the captures that are not there yet; a capture never changes."""
    missing = [path for path in sorted(source.glob("*")) if not (folder / path.name).exists()]
    if missing and not folder.is_dir():
        folder.mkdir()
        _own(folder, like=folder.parent)
    for path in missing:
        _move(path, folder / path.name, like=folder)
    return len(missing)


def _compare(part: Path, config: Path, folder: Path) -> Path | None:
    """Keep the configuration of the backup if it is another one than ours, which stays as it is."""
    if not part.exists() or part.read_bytes() == config.read_bytes():
        return None
    beside = folder / f"{CONFIGURATION}.from-backup"
    _move(part, beside, like=folder)
    return beside


def _move(path: Path, to: Path, like: Path) -> None:
    """Have a file on the medium, under its new name and owned as a folder is."""
    _settle(path, like)
    path.replace(to)


def _settle(path: Path, like: Path) -> None:
    """Have a file on the medium, owned as a folder is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    _own(path, like)


def _own(path: Path, like: Path) -> None:
    """Give a file to the owner of a folder: what root restores, the agent must be able to write."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
