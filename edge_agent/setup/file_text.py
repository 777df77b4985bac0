"""Answers become a commented file: whoever reads it next finds what each value means."""

import textwrap
from collections.abc import Iterator
from typing import Any

from edge_agent.config.explain import meaning
from edge_agent.config.problems import KeyPath
from edge_agent.config.schema import SCHEMA_FILE
from edge_agent.config.settings import VERSION, Settings
from edge_agent.setup.questions import CHANNELS, QUESTIONS, Answers

_COMMENT_COLUMN = 34
"""Column at which comments begin; judgement: beyond most values."""
_MAX_COLUMN = 110
"""Longest line with a comment, as in the code here; a comment beyond it stands above, in several lines."""
_HEAD = f"""\
# yaml-language-server: $schema={SCHEMA_FILE}
# Configuration of edge-agent. After a change: `edge-agent check` and this file's name says what is wrong.
# Every other key has a default: see Configuration in the README.
"""
_VERSION: KeyPath = ("version",)


def file_text(answers: Answers) -> str:
    """Return the file: sections in the order of the README, comments from the meaning of each key."""
    tree: dict[str, Any] = {}
    for key, value in sorted(answers.items(), key=lambda answer: _place(answer[0])):
        if key != _VERSION:
            _put(tree, key, value)
    parts = [_HEAD, f"version: {answers.get(_VERSION, VERSION)}\n"]
    for name, content in tree.items():
        parts.append(f"\n# {_sentence((name,))}\n" + "".join(_lines(name, content, (name,), "")))
    return "".join(parts)


def _put(tree: dict[str, Any], key: KeyPath, value: str) -> None:
    """Add a value below its sections; one that was given as a whole stays so, and is reported as such."""
    *sections, last = key
    for step in sections:
        below = tree.setdefault(str(step), {})
        if not isinstance(below, dict):
            tree[".".join(str(part) for part in key)] = value
            return
        tree = below
    tree[str(last)] = value


def _place(key: KeyPath) -> tuple[int, ...]:
    """Return where a key stands in the file: by its section, and within it in the order of the questions."""
    names, asked = list(Settings.model_fields), [question.key for question in QUESTIONS]
    section = names.index(str(key[0])) if key[0] in names else len(names)
    return section, asked.index(key) if key in asked else len(asked)


def _lines(name: str, content: Any, key: KeyPath, indent: str) -> Iterator[str]:
    if isinstance(content, dict):
        yield f"{indent}{name}:\n"
        for below, value in content.items():
            yield from _lines(below, value, (*key, below), f"{indent}  ")
        return
    line = f"{indent}{name}:{content}" if content.startswith("\n") else f"{indent}{name}: {content}"
    if len(key) == 1 or key == CHANNELS:  # its comment is that of the section
        yield f"{line}\n"
        return
    beside = f"{line:<{_COMMENT_COLUMN - 1}} # {meaning(key)}"
    if len(beside) <= _MAX_COLUMN:
        yield f"{beside}\n"
        return
    above = f"{indent}# "
    for part in textwrap.wrap(meaning(key), _MAX_COLUMN - len(above), break_on_hyphens=False):
        yield f"{above}{part}\n"
    yield f"{line}\n"


def _sentence(key: KeyPath) -> str:
    text = meaning(key)
    return text[0].upper() + text[1:]
