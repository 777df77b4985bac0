"""The folder of what must outlive a restart: whether it is there, takes files, and has room for them."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from edge_agent.state_file import StateFile

_LOG = logging.getLogger(__name__)
_MIN_FREE_BYTES = 1_000_000
"""Free bytes below which the next event may find no room; judgement: a capture alone takes more."""


class Kept(Protocol):
    """A file that tells what is wrong with it."""

    @property
    def problem(self) -> str | None:
        """Why it cannot be used now; None if it can."""

    @property
    def loss(self) -> str | None:
        """What of it is lost since the start, and why; None if nothing is."""


class StateFolder:
    """Makes the small files of the agent, and tells what is wrong with the folder they are in.

    A folder that is deleted while the agent runs is made again, with the files that the agent knows. Nothing
    here raises for an error of the disk, and nothing is written only to find out whether that is possible.
    """

    def __init__(self, path: Path, statvfs: Callable[[Path], os.statvfs_result] = os.statvfs) -> None:
        """Name the folder; whoever writes there first makes it. `statvfs` tells how full a disk is."""
        self._path = path
        self._statvfs = statvfs
        self._files: list[StateFile] = []
        self._others: list[Kept] = []
        self._was_there = False
        self._loss: str | None = None
        self._said: str | None = None

    def file(self, name: str, version: int) -> StateFile:
        """Return a file of the folder, which is looked after from now on."""
        self._files.append(StateFile(self._path / name, version))
        return self._files[-1]

    def tell_of(self, other: Kept) -> None:
        """Tell from now on what is wrong with another file in the folder."""
        self._others.append(other)

    def look_after(self) -> None:
        """Make the folder again if it was deleted; log what is wrong with it, each problem once."""
        if self._was_there and not self._path.is_dir():
            self._make_again()
        self._was_there |= self._path.is_dir()
        problem = self._disk_problem() or self._loss  # a file says itself what is wrong with it
        if problem != self._said:
            self._said = problem
            if problem is not None:
                _LOG.warning("%s", problem)

    @property
    def problem(self) -> str | None:
        """What is wrong, in words; None while all is well. Losses are told until the next start."""
        kept = (*self._files, *self._others)
        of_files = [file.problem for file in kept] + [file.loss for file in kept]
        return self._disk_problem() or next(filter(None, of_files), self._loss)

    def _make_again(self) -> None:
        try:
            self._path.mkdir(parents=True)
        except OSError:
            return  # `problem` tells it, and it is tried again
        for file in self._files:
            file.write_again()
        self._loss = (
            f"state_dir {self._path} was deleted while the agent ran; it is made again, with alarm, "
            "baseline and waiting events, but without the trend and the captures; see what deletes it"
        )

    def _disk_problem(self) -> str | None:
        """Return why nothing can be written; None if it can, or if no folder was made yet."""
        if not self._path.is_dir():
            return f"state_dir {self._path} is gone and cannot be made again" if self._was_there else None
        try:
            disk = self._statvfs(self._path)
        except OSError as error:
            return f"state_dir {self._path} cannot be reached: {error.strerror or error}"
        if disk.f_flag & os.ST_RDONLY:
            return f"state_dir {self._path} is read-only: see dmesg for errors of the disk, and remount it"
        if not os.access(self._path, os.W_OK | os.X_OK):
            return f"state_dir {self._path} may not be written by this user; give it to the agent's user"
        if disk.f_bavail * disk.f_frsize < _MIN_FREE_BYTES or (disk.f_files and not disk.f_favail):
            return f"state_dir {self._path} is on a full disk; make room there"
        return None
