"""The folder of a configuration."""

from pathlib import Path

import pytest
from small_files import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with one configuration in it."""
    return Folder(tmp_path)
