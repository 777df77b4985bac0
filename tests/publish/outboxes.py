"""Outboxes in a folder of the test, with a clock that is set by hand."""

from dataclasses import replace
from pathlib import Path

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox

NOW_UNIX_S = 1_795_000_000.0
DAY_S = 86_400.0


class Clock:
    def __init__(self, now_s: float = NOW_UNIX_S) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def bounds(path: Path, **changes: object) -> OutboxSettings:
    return replace(OutboxSettings(path / "outbox.sqlite3"), **changes)  # type: ignore[arg-type]


def put(box: Outbox, text: str = "x") -> int:
    return box.put_event("topic", lambda number: f"{number} {text}".encode())


def ids(box: Outbox, limit: int = 1000) -> list[int]:
    return [event.id for event in box.pending((), limit)]
