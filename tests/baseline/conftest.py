"""A motor and the baseline that learns it, new for each test."""

from pathlib import Path

import pytest
from monitored import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)
