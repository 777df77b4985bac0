"""An outbox on disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox that is closed behind the test."""
    box = Outbox(OutboxSettings(tmp_path / "outbox.sqlite3"))
    yield box
    box.close()
