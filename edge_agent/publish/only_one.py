"""One agent per folder and client id: a second one is refused at its start."""

import contextlib
import errno
import fcntl
import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LOCK_FILE = "agent.lock"
"""Name of the file in the state folder that the running agent holds locked."""


class TakenError(Exception):
    """Another agent has what only one can have; the message says what to do."""


class Place:
    """The folder that an agent holds."""

    def __init__(self, folder: Path) -> None:
        """Hold it, where that is possible. Raises TakenError if another agent has it."""
        self._folder = folder
        self._lock = _lock_folder(folder)

    def look_after(self) -> None:
        """Hold the folder again if it was deleted and made anew, or its lock was.

        Raises TakenError if another agent has taken it meanwhile.
        """
        if self._lock is None or not self._folder.is_dir() or self._is_held(self._lock):
            return
        self.leave()
        self._lock = _lock_folder(self._folder)

    def leave(self) -> None:
        """Leave it to others."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _is_held(self, lock: int) -> bool:
        """True if the lock is that of the file which is there now."""
        try:
            there = (self._folder / LOCK_FILE).stat()
        except OSError:
            return False
        return os.path.samestat(there, os.fstat(lock))


@contextlib.contextmanager
def only_one(folder: Path, broker: str, client_id: str) -> Iterator[Place]:
    """Hold the folder and the client id at this broker. Raises TakenError if another agent has them.

    The operating system frees both with the process, however it ends. Where a lock cannot be had for
    another reason (a folder that may not be written), nothing is held: the outbox reports what is wrong.
    """
    with contextlib.ExitStack() as held:
        place = Place(folder)
        held.callback(place.leave)
        name = _claim_client_id(broker, client_id)
        if name is not None:
            held.enter_context(name)
        yield place


def find_holder(folder: Path, broker: str, client_id: str) -> str | None:
    """Return which agent has the folder or the client id, in words; None if none does, or none can be seen.

    Nothing is made: no folder, and no lock, which would belong to whoever asks.
    """
    with contextlib.suppress(OSError):  # no agent has run here yet, or this user may not look
        descriptor = os.open(folder / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return f"the agent of {folder} (process {_holder(descriptor)})"
        finally:
            os.close(descriptor)
    try:
        name = _claim_client_id(broker, client_id)
    except TakenError:
        return f"an agent on this machine with the client id {client_id}"
    if name is not None:
        name.close()
    return None


def _lock_folder(folder: Path) -> int | None:
    """Return the descriptor that holds the lock; None if there can be none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    except BlockingIOError:
        holder = _holder(descriptor)
        os.close(descriptor)
        raise TakenError(
            f"another agent (process {holder}) uses the folder {folder}; stop it, or give each motor its own "
            "agent.id or motor.id (or state_dir)"
        ) from None
    except OSError:  # a file system without locks, or a full one
        pass
    return descriptor


def _holder(descriptor: int) -> str:
    """Return the process that holds a lock file, as it wrote it there."""
    return os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"


def _claim_client_id(broker: str, client_id: str) -> socket.socket | None:
    """Return the socket that holds the name on this machine; None if there can be none."""
    digest = hashlib.sha256(f"{broker} {client_id}".encode()).hexdigest()
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0edge-agent-{digest}")  # abstract: no file, gone with the process (unix(7))
    except OSError as error:
        claim.close()
        if error.errno != errno.EADDRINUSE:
            return None
        raise TakenError(
            f"another agent on this machine has the client id {client_id} at {broker}; stop it, or give each "
            "its own agent.id (or mqtt.client_id)"
        ) from None
    return claim
