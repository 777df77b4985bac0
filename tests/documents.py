"""The documents of the project, and what they show."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def document(path: str) -> str:
    """Return the text of a document, its path relative to the root of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


README = document("README.md")


def blocks(language: str, *paths: str) -> list[str]:
    """Return all blocks of a language in these documents, in their order."""
    fenced = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [block for path in paths for block in fenced.findall(document(path))]
