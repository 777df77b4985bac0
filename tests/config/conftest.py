"""The folder of a configuration, and a text read as one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_files import Folder

from edge_agent.config import ConfigError, Problem, Settings, load_settings


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with one configuration in it."""
    return Folder(tmp_path)


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    """Read a text as the configuration `agent.yaml` in the folder of the test."""

    def load(text: str, **environment: str) -> Settings:
        file = tmp_path / "agent.yaml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file, environment)

    return load


@pytest.fixture
def problems_of(load: Callable[..., Settings]) -> Callable[..., tuple[Problem, ...]]:
    """Give all that is wrong in a text."""

    def problems_of(text: str, **environment: str) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as refused:
            load(text, **environment)
        return refused.value.problems

    return problems_of
