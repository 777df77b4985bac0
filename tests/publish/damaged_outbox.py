"""Outboxes to be damaged, and what must hold afterwards."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.store.rows import Event

EVENTS = 40
GARBAGE = b"not a database!!"
WRITER = """
import os, sys
from pathlib import Path
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.settings import OutboxSettings

box = Outbox(OutboxSettings(Path(sys.argv[1])))
fill = int(sys.argv[2])
numbers = [
    box.put_event("edge-agent/a/m/event", lambda n: b'{"id": %d, "fill": "%s"}' % (n, b"x" * (n % 7 * fill)))
    for _ in range(60)
]
box.delete(numbers[::3])
if sys.argv[3] == "closed":
    box.close()
os._exit(0)
"""


def written(folder: Path, fill: int = 300, end: str = "closed") -> Path:
    """Make an outbox of 40 waiting events and 20 confirmed ones; `end` is `closed` or `killed`."""
    folder.mkdir(exist_ok=True)
    path = folder / "outbox.sqlite3"
    subprocess.run([sys.executable, "-c", WRITER, str(path), str(fill), end], check=True)
    return path


def an_outbox(path: Path) -> Outbox:
    return Outbox(OutboxSettings(path))


def events(box: Outbox) -> dict[int, Event]:
    return {event.id: event for event in box.pending((), 1000)}


def change(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def destroy(path: Path) -> bytes:
    """Destroy the beginning of a file and of its log; return what the log is then."""
    path.write_bytes(GARBAGE + path.read_bytes()[len(GARBAGE) :])
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        return b""
    content = bytearray(log.read_bytes())
    content[56 : 56 + len(GARBAGE)] = GARBAGE
    log.write_bytes(content)
    return bytes(content)


def works(box: Outbox) -> bool:
    """True where a new event is kept on disk and goes away when it is confirmed, with all others."""
    number = box.put_event("topic", lambda event: b"new")
    kept = number in events(box) and box.counts.unsaved == 0
    box.delete(list(events(box)))
    return kept and not events(box) and box.counts.problem is None
