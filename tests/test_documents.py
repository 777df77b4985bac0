"""Every link of a document leads somewhere."""

import re
from pathlib import Path

import pytest
from documents import ROOT

OWN = ("edge_agent", "calibration", "deploy", "tests")
"""The folders of the project; what a build or an environment leaves beside them is not its own."""

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in OWN for path in (ROOT / folder).rglob("*.md"))])


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings: small letters, no punctuation, hyphens for blanks."""
    prose = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        assert file.exists(), f"{target} does not exist"
        assert not anchor or anchor in anchors(file), f"{target} has no such heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_holds_both_sides_of_a_merge(document: Path) -> None:
    marks = ("<<<<<<< ", ">>>>>>> ", "=======")
    lines = document.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(marks[:2]) or line == marks[2]] == []


def test_the_readme_is_short_enough_for_the_ladder() -> None:
    """Depth lies beside what it explains."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 500
