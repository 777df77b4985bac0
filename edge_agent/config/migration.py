"""An older configuration brought to the present version; every other line stays as it is, comments too.

The text is edited at the places that the parser reports, not written anew: no library of YAML keeps every
comment, quote and blank of a file. What the edited text says is then compared with what the old one said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_agent.config.document import Document, parse_document, read_text
from edge_agent.config.load import stated_version
from edge_agent.config.problems import ConfigError, Position, Problem
from edge_agent.config.settings import VERSION

UNSTATED = 0
"""Version of a file that states none: those of snapshots from before the first release."""


@dataclass(frozen=True, slots=True)
class Step:
    """The way from one version to the next one."""

    what: str
    """What it changes, for people."""
    edit: Callable[[str, Document], str]
    """Returns the new text, from the old one and what was read in it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What becomes of a file."""

    version: int
    """Version before; `UNSTATED` if it stated none."""
    steps: tuple[str, ...]
    """What was changed; empty if the file is of the present version."""
    old: str
    """The text before."""
    new: str
    """The text in the present version."""


def migrate(file: Path) -> Migration:
    """Return what becomes of a file; nothing is written.

    Raises ConfigError if the file cannot be read, is of a later program, or cannot be changed safely.
    """
    old = read_text(file)
    version = stated_version(parse_document(file, old)) or UNSTATED
    steps = [STEPS[before] for before in range(version, VERSION)]
    new = old
    for step in steps:
        new = step.edit(new, parse_document(file, new))
    return Migration(version, tuple(step.what for step in steps), old, new)


def _state_version(text: str, document: Document) -> str:
    """Write `version: 1` before the first key and its comment; what heads the file stays there."""
    if not isinstance(document.root, dict) or not document.root or "version" in document.root:
        raise _unsafe(document)
    first = min(position for key, position in document.keys.items() if len(key) == 1)
    lines = text.split("\n")
    above = first.line - 1
    while above > 0 and lines[above - 1].lstrip().startswith("#"):
        above -= 1
    lines.insert(above or first.line - 1, f"{' ' * (first.column - 1)}version: 1")
    edited = "\n".join(lines)
    try:
        content = parse_document(document.file, edited).root
    except ConfigError:
        raise _unsafe(document) from None
    if content != {"version": 1, **document.root}:
        raise _unsafe(document)
    return edited


def _unsafe(document: Document) -> ConfigError:
    message = "the line `version: 1` cannot be added here without a risk for the rest; add it by hand"
    return ConfigError((Problem(document.file, Position(1, 1), ("version",), message),))


STEPS: Mapping[int, Step] = {
    UNSTATED: Step("states version 1; an agent reads it as before", _state_version),
}
"""By the version before; whoever raises `VERSION` adds the step that leads there."""
