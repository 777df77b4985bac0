"""An agent that knows much."""

from pathlib import Path

import pytest
from known_state import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.fill()
    return made
