"""Events that wait in an outbox where an earlier version of the agent kept it."""

import fcntl
import logging
import os
from collections.abc import Collection
from pathlib import Path

from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.store.pages import Images
from edge_agent.publish.store.replacement import put_aside, remove
from edge_agent.publish.store.salvage import salvage

_LOG = logging.getLogger(__name__)
_SQLITE_LOCK = (512, 0x40000000)
"""Length and offset of the bytes by which SQLite locks a file (its source, os.h: PENDING_BYTE)."""


def take_over(outbox: Outbox, former: Path | None, topics: Collection[str]) -> None:
    """Move the events of a former outbox to this one, if some are of these topics and no agent has it open.

    Those of other topics come along: they were the same agent's under another name.
    """
    if former is None or not former.is_file() or _is_open(former):
        return
    found = salvage(Images.read(former))
    if topics_of := {event.topic for event in found.events.values()} & set(topics):
        _LOG.info("%d waiting events are taken over from %s (%s)", len(found.events), former, *topics_of)
        if outbox.take_over(found.events.values()):
            try:
                put_aside(former, "damaged") if found.broken else remove(former)
            except OSError as error:
                _LOG.warning("%s cannot be removed, so its events will be sent again: %s", former, error)


def _is_open(path: Path) -> bool:
    """True if another process holds a lock of SQLite on the file."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return True  # not ours to move
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SQLITE_LOCK)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
