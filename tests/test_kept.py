"""What is kept comes back whole, or is put aside."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_agent.audit.memory import Memory as OfAudit
from edge_agent.baseline.memory import Memory as OfBaseline
from edge_agent.conditions.memory import Memory as OfConditions
from edge_agent.kept import Kept, read_memory, write_memory
from edge_agent.learned.memory import Memory as OfLessons
from edge_agent.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Days(Kept):
    """Of a made-up part."""

    hours: float = 0.0
    of_day: tuple[int, ...] = ()

    def check(self) -> None:
        if len(self.of_day) > self.hours:
            raise ValueError("more days than hours")


def a_file(folder: Path) -> StateFile:
    return StateFile(folder / "days.json", 1)


@pytest.mark.parametrize("kind", [Days, OfAudit, OfBaseline, OfConditions, OfLessons])
def test_without_a_file_nothing_is_known(tmp_path: Path, kind: type[Kept]) -> None:
    assert read_memory(a_file(tmp_path), kind) == kind()
    assert write_memory(a_file(tmp_path), kind())
    assert read_memory(a_file(tmp_path), kind) == kind()


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    assert write_memory(a_file(tmp_path), Days(3.5, (1, 2)))
    assert read_memory(a_file(tmp_path), Days) == Days(3.5, (1, 2))


@pytest.mark.parametrize(
    "content", [{"hours": math.nan}, {"hours": "many"}, {"hours": 1.0, "of_day": [1, 2]}]
)
def test_what_cannot_be_right_is_put_aside(tmp_path: Path, content: dict[str, object]) -> None:
    (tmp_path / "days.json").write_text(json.dumps({"version": 1, **content}))
    assert read_memory(a_file(tmp_path), Days) == Days()
    assert (tmp_path / "days.json.unusable").exists()
