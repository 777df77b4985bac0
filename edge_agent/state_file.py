"""Small files in `state_dir` that outlive restarts and power cuts: one JSON object, replaced as a whole."""

import contextlib
import json
import logging
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from edge_agent.plain import one_line

Content = TypeVar("Content")
"""What a file's JSON object stands for."""

_LOG = logging.getLogger(__name__)
_MAX_TOLD = 3
"""Wrong fields of a file that its message names; judgement: a line stays a line."""
_MAX_BYTES = 1_000_000
"""Maximum bytes that are read of a file: a thousand times what any of them holds (judgement)."""


class StateFile:
    """One JSON object on disk. No method raises for an error of the disk; each kind is logged once."""

    def __init__(self, path: Path, version: int) -> None:
        """Name the file, and the version of its content that this program writes and reads."""
        self._path = path
        self._version = version
        self._said: set[str] = set()
        self._content: dict[str, object] | None = None
        self.problem: str | None = None
        """Why the file could not be written; None if it could, or was not to be."""
        self.loss: str | None = None
        """Why what was in the file is lost, since the start; None if nothing is."""

    def read(self) -> dict[str, object] | None:
        """Return the content; None if there is none. A file that cannot be used is put aside, not deleted."""
        try:
            with self._path.open("rb") as file:
                text = file.read(_MAX_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._say(f"{self._path} cannot be read: {error.strerror or error}; going on without it")
            return None
        try:
            content = json.loads(text)
            if not isinstance(content, dict):
                raise ValueError("it is not an object")
            version, stated = content.pop("version"), content.pop("crc32", None)
            if version != self._version:
                raise ValueError(f"it is of version {version}, this program reads version {self._version}")
            if stated is not None and stated != _checksum(content):
                raise ValueError("its checksum is wrong: it is damaged")
        except (ValueError, KeyError, RecursionError) as error:
            self.put_aside(str(error))
            return None
        self._content = content
        return content

    def write_again(self) -> None:
        """Write what was read or written last, into a folder that has lost it."""
        if self._content is not None:
            self.write(self._content)

    def read_as(self, make: Callable[[dict[str, object]], Content]) -> Content | None:
        """Return what `make` makes of the content; None if there is none.

        Content of which it raises ValueError cannot be used: the file is put aside, with the words of the
        error.
        """
        content = self.read()
        if content is None:
            return None
        try:
            return make(content)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)[:_MAX_TOLD]
            self.put_aside("; ".join(one_line(f"{'.'.join(map(str, e['loc']))}: {e['msg']}") for e in found))
            return None
        except ValueError as error:
            self.put_aside(one_line(str(error)))
            return None

    def write(self, content: dict[str, object]) -> bool:
        """Replace the content; True if it is on the medium."""
        self._content = content
        beside = self._path.with_name(f"{self._path.name}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                json.dump({"version": self._version, "crc32": _checksum(content), **content}, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            sync_folder(self._path.parent)
        except OSError as error:
            self.problem = f"{self._path} cannot be written: {error.strerror or error}; it is tried again"
            self._say(self.problem)
            return False
        self._said.clear()
        self.problem = None
        return True

    def put_aside(self, why: str) -> None:
        """Rename the file, so that it can be looked at, and say why."""
        aside = self._path.with_name(f"{self._path.name}.unusable")
        with contextlib.suppress(OSError):  # then it is overwritten by the next write
            self._path.replace(aside)
        self.loss = f"{self._path} cannot be used ({why}); it is kept as {aside.name}, going on without it"
        self._say(self.loss)

    def _say(self, problem: str) -> None:
        if problem not in self._said:
            self._said.add(problem)
            _LOG.warning("%s", problem)


def _checksum(content: dict[str, object]) -> int:
    """Return what a single wrong byte changes, also one that leaves a number a number."""
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def sync_folder(folder: Path) -> None:
    """Have the new name of a file on the medium; some file systems cannot, and need not."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
