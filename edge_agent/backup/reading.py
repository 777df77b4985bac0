"""An archive, which may be anything, becomes files in an empty folder: bounded, plain, under known names."""

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from edge_agent.backup.manifest import FORMAT, MANIFEST, MAX_NAME, Manifest, is_part
from edge_agent.plain import quoted

MAX_STATE_BYTES = 1_000_000_000
"""Most bytes of an archive without captures, unpacked.

Judgement: outbox and webhooks hold 128 MB at most, and ten years of hours fewer.
"""
MAX_PARTS = 12_000
"""Most parts of an archive; `captures.keep` is 10,000 at most."""
_MAX_MANIFEST_BYTES = 10_000
"""Largest manifest: thirty times what one holds; judgement."""
_CHUNK_BYTES = 65_536
"""Bytes that are read at a time; judgement."""
_KINDS = {
    tarfile.LNKTYPE: "a link",
    tarfile.SYMTYPE: "a link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.DIRTYPE: "a folder",
    tarfile.GNUTYPE_SPARSE: "a file with holes",
}
"""What a part may not be, in words."""


class RefusedArchiveError(Exception):
    """The archive is no backup, or is damaged, or would do harm; nothing of it has been used."""


def read_backup(archive: Path, into: Path, max_bytes: float = MAX_STATE_BYTES) -> Manifest:
    """Unpack an archive into a folder that is empty; return what it says of itself.

    Raises RefusedArchiveError, with parts of it possibly in the folder, and OSError of the disk.
    """
    try:
        with archive.open("rb") as file, gzip.GzipFile(fileobj=file) as unpacked:
            bounded = _Bounded(unpacked, max_bytes)
            with tarfile.open(fileobj=bounded, mode="r|", tarinfo=_PlainFile) as parts:  # type: ignore[call-overload]
                _unpack(parts, into)
            while bounded.read(_CHUNK_BYTES):  # to the end, where gzip holds its checksum
                pass
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RefusedArchiveError(f"{archive} is damaged, or is no backup of edge-agent: {error}") from None
    return _manifest_in(into)


def _unpack(parts: tarfile.TarFile, into: Path) -> None:
    for count, info in enumerate(parts):
        path = into / info.name
        if count >= MAX_PARTS:
            raise RefusedArchiveError(f"the archive has more than {MAX_PARTS} parts; no backup has")
        if not is_part(info.name):
            raise RefusedArchiveError(f"{quoted(info.name)} in the archive is no name of a part of a backup")
        if path.exists():
            raise RefusedArchiveError(f"{quoted(info.name)} is twice in the archive")
        content = parts.extractfile(info)
        assert content is not None  # `_PlainFile` lets no part through that is not a file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        with content, path.open("wb") as file:
            shutil.copyfileobj(content, file, _CHUNK_BYTES)


def _manifest_in(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            manifest = Manifest.model_validate_json(file.read(_MAX_MANIFEST_BYTES))
    except (FileNotFoundError, ValidationError):
        raise RefusedArchiveError(
            f"the archive has no {MANIFEST} that can be read; it is no backup"
        ) from None
    if manifest.format > FORMAT:
        raise RefusedArchiveError(
            f"the backup has the format {manifest.format}, and this program reads {FORMAT}; restore it with "
            f"edge-agent {manifest.version} or later"
        )
    return manifest


class _PlainFile(tarfile.TarInfo):
    """The head of a part; only plain files are let through, before anything of their content is read.

    Python would read extended heads into memory whatever size they state.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        info = super().frombuf(buf, encoding, errors)
        long_name = info.type == tarfile.GNUTYPE_LONGNAME and info.size <= 2 * MAX_NAME
        if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) and not long_name:
            kind = _KINDS.get(info.type, "no plain file")
            raise RefusedArchiveError(
                f"{quoted(info.name)} in the archive is {kind}; a backup has only files"
            )
        return info


class _Bounded:
    """Reads a stream to a number of bytes; there is no more in an honest archive."""

    def __init__(self, stream: gzip.GzipFile, max_bytes: float) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._bytes = 0

    def read(self, size: int) -> bytes:
        content = self._stream.read(size)
        self._bytes += len(content)
        if self._bytes > self._max_bytes:
            raise RefusedArchiveError(
                f"the archive unpacks to more than {self._max_bytes / 1e6:.0f} MB, which no backup of this "
                "agent has, or which the disk has no room for"
            )
        return content
