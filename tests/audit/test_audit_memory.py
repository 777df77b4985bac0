"""What is kept over restarts, and files that cannot be used."""

import json
from pathlib import Path

import pytest

from edge_agent.audit.findings import Suspect
from edge_agent.audit.ledger import Count
from edge_agent.audit.memory import FILE_VERSION, Memory
from edge_agent.kept import read_memory, write_memory
from edge_agent.state_file import StateFile

KEPT = Memory("of this plate", {Suspect.POLES: Count(48.0, [2.0, 2.0], ["", ""])})


def test_what_was_counted_comes_back(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "audit.json", FILE_VERSION)
    assert read_memory(file, Memory) == Memory()
    assert write_memory(file, KEPT)
    assert read_memory(file, Memory) == KEPT


@pytest.mark.parametrize(
    "ledger",
    [{"colour": {}}, {"poles": {"sum_s": -1}}, {"poles": {"values": [2.0]}}, {"poles": {"values": "2"}}],
)
def test_what_cannot_be_used_is_put_aside(tmp_path: Path, ledger: dict[str, object]) -> None:
    path = tmp_path / "audit.json"
    path.write_text(json.dumps({"version": FILE_VERSION, "about": "", "ledger": ledger}))
    assert read_memory(StateFile(path, FILE_VERSION), Memory) == Memory()
    assert (tmp_path / "audit.json.unusable").exists()
