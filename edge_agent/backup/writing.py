"""The state folder of an agent becomes an archive; the agent may run meanwhile."""

import io
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from edge_agent import __version__
from edge_agent.backup.databases import CopyError, copy_database
from edge_agent.backup.manifest import (
    CAPTURES,
    CONFIGURATION,
    FORMAT,
    FORMAT_OF_ONE,
    MANIFEST,
    STATE,
    STATE_SUFFIXES,
    Manifest,
    is_part,
)
from edge_agent.captures.recorder import FOLDER
from edge_agent.config import AgentSettings
from edge_agent.state_file import sync_folder


@dataclass(slots=True)
class Written:
    """What went into an archive."""

    files: list[str] = field(default_factory=list)
    """Names of the files below the state folder, in order."""
    captures: int = 0
    """Number of captures."""


def write_backup(
    settings: AgentSettings, config: Path, archive: Path, *, with_captures: bool = False
) -> Written:
    """Write the archive, whole or not at all; only its owner may read it.

    Raises CopyError if there is nothing to back up or a database cannot be copied, OSError of the disk.
    """
    folder = settings.shared.state_folder()
    if not folder.is_dir():
        raise CopyError(f"there is no folder {folder}; the agent has not run with this configuration yet")
    beside = archive.with_name(f"{archive.name}.part")
    beside.unlink(missing_ok=True)
    beside.touch(0o600, exist_ok=False)
    try:
        with tarfile.open(beside, "w:gz", format=tarfile.GNU_FORMAT) as parts:
            _add(parts, MANIFEST, manifest_of(settings).model_dump_json().encode())
            _add(parts, CONFIGURATION, config.read_bytes())
            written = Written()
            for below, own in settings.folders().items():
                for name, content in _state_of(own, archive.absolute().parent):
                    written.files.append(f"{below}/{name}".lstrip("/"))
                    _add(parts, f"{STATE}/{written.files[-1]}", content)
                if with_captures:
                    written.captures += _add_captures(parts, own / FOLDER, below)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(archive)
        sync_folder(archive.absolute().parent)
    finally:
        beside.unlink(missing_ok=True)
    return written


def manifest_of(settings: AgentSettings) -> Manifest:
    """Return what a backup of now says of itself."""
    return Manifest(
        format=FORMAT if settings.is_of_several else FORMAT_OF_ONE,
        version=__version__,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        agent=settings.shared.agent.id,
        motor=settings.names[0],
        motors=list(settings.names) if settings.is_of_several else [],
    )


def _state_of(folder: Path, room: Path) -> Iterator[tuple[str, bytes]]:
    """Return name and content of each file that must outlive the folder; databases are copied to `room`.

    The agent replaces its JSON files as a whole, so whoever opens one reads one state of it.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix not in STATE_SUFFIXES or path.is_symlink() or not is_part(f"{STATE}/{path.name}"):
            continue
        if path.suffix == ".sqlite3":
            with tempfile.TemporaryDirectory(prefix=".backup-", dir=room) as name:
                copy = Path(name) / path.name
                copy_database(path, copy)
                yield path.name, copy.read_bytes()
        else:
            yield path.name, path.read_bytes()


def _add_captures(parts: tarfile.TarFile, folder: Path, below: str) -> int:
    """Add the captures that are there; one that the agent removes meanwhile is left out."""
    count = 0
    for path in sorted(folder.glob("*.npz")):
        name = "/".join(filter(None, (STATE, below, CAPTURES, path.name)))
        if path.is_symlink() or not is_part(name):
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            parts.addfile(_info(name, os.fstat(file.fileno()).st_size), file)
        count += 1
    return count


def _add(parts: tarfile.TarFile, name: str, content: bytes) -> None:
    parts.addfile(_info(name, len(content)), io.BytesIO(content))


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info
