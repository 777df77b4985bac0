"""The short form of what can be short; `make torture` is the long one, with its results in README.md here."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torture_fuzz
import torture_power
import torture_security
import torturing

README = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("part", "count"),
    [
        (torture_fuzz.decoders, 30_000),
        (torture_fuzz.yaml_files, 30),
        (torture_fuzz.recordings, 30),
        (torture_fuzz.models, 1),
        (torture_fuzz.commands, 300),
        (torture_fuzz.requests, 20),
        (torture_power.cuts, 10),
        (torture_security.pinned, 1),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value),
)
def test_a_little_torture_finds_no_fault(
    part: Callable[[torturing.Torture, int, int], None], count: int
) -> None:
    if part is torture_power.cuts and shutil.which("cc") is None:
        pytest.skip("NOT TESTED: power cuts need a C compiler")
    torture = torturing.Torture("short")
    part(torture, count, 1)
    assert torture.faults == []


def test_the_table_of_results_names_every_script() -> None:
    scripts = {path.name for path in Path(__file__).parent.glob("torture_*.py")}
    assert set(re.findall(r"`(torture_\w+\.py)", README)) == scripts
