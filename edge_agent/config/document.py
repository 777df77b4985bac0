"""YAML text as plain values, each with its place; it can neither run code nor grow beyond bounds."""

import errno
import os
import re
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import yaml

from edge_agent.config.problems import ConfigError, KeyPath, Position, Problem
from edge_agent.config.scalars import Scalar, read_unquoted
from edge_agent.config.variables import VariableError, expand
from edge_agent.plain import MAX_QUOTED, quoted

MAX_BYTES = 64 * 1024
"""Largest file that is read."""
MAX_DEPTH = 16
"""Deepest nesting that is read; the settings need four levels."""

MAX_WHOLE = 2**63
"""Largest whole number that is read: JSON and the schema know none that is larger."""

_PIPE_S = 10.0
"""Time that whoever writes into a pipe has, s; judgement: it is a program that fills in a few values."""
_SURROGATES = re.compile("[\ud800-\udfff]")
"""Lone surrogates: a YAML escape can write them, UTF-8 cannot."""
_YAML_TAG = "tag:yaml.org,2002:"
_CONTENT = (yaml.ScalarEvent, yaml.CollectionStartEvent)


@dataclass(slots=True)
class Document:
    """The content of a file."""

    file: Path
    """Its name, for messages."""
    root: object = None
    """Its content: mappings, lists, text, numbers, booleans and None."""
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    """Where each key stands."""
    values: dict[KeyPath, Position] = field(default_factory=dict)
    """Where each value starts; of the empty path, the whole content."""
    spellings: dict[KeyPath, str] = field(default_factory=dict)
    """How each unquoted value is written."""
    problems: list[Problem] = field(default_factory=list)
    """What was wrong with it so far."""

    def place(self, key: KeyPath) -> Position:
        """Return the place of a value or, where it is missing, of the section in which it is missing."""
        if key in self.values:
            return self.values[key]
        while key and key not in self.values:
            key = key[:-1]
        return self.keys.get(key, self.values[key])

    def report(self, position: Position, key: KeyPath, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, position, key, message))


def read_document(file: Path, environment: Mapping[str, str] = os.environ) -> Document:
    """Read a YAML file, `${NAME}` and `${NAME:-default}` in its values replaced by variables, `$$` by `$`.

    Raises ConfigError if the file cannot be read or is not YAML; lesser problems are in the document.
    """
    return parse_document(file, read_text(file), environment)


def parse_document(file: Path, text: str, environment: Mapping[str, str] = os.environ) -> Document:
    """Read a text as `read_document` reads a file; `file` is its name, for messages and relative paths."""
    try:
        tags = _tags_of(file, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line, column = _count(text[: error.position])
        _refuse(file, Position(line, column), f"a character that YAML forbids (code {error.character!r})")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = None if mark is None else Position(mark.line + 1, mark.column + 1)
        _refuse(file, position, f"this is not valid YAML: {_plain(error, _line_at(text, position))}")
    if node is None:
        _refuse(file, Position(1, 1), "the file is empty; expected at least motor, acquisition and mqtt")
    document = Document(file)
    document.root = _Builder(document, tags, environment).build(node, ())
    return document


def read_text(file: Path) -> str:
    """Return the text of a YAML file. Raises ConfigError if it cannot be read, is too large or not UTF-8."""
    try:
        content = _bytes_of(file)
    except OSError as error:
        _refuse(file, None, f"cannot be read: {error.strerror}; give the path of the agent's YAML file")
    if len(content) > MAX_BYTES:
        _refuse(file, None, f"is larger than {MAX_BYTES // 1024} KiB; is it the agent's YAML file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _count(content[: error.start].decode())
        _refuse(
            file, Position(line, column), f"byte 0x{content[error.start]:02x} is not UTF-8; save it as UTF-8"
        )


def _bytes_of(file: Path) -> bytes:
    """Return what is read of a file or a pipe; raises OSError, also if a pipe does not end."""
    # Otherwise a pipe into which nobody writes could not even be opened.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as stream:
        source = select.poll()
        source.register(stream, select.POLLIN)
        content = b""
        until_s = time.monotonic() + _PIPE_S
        while len(content) <= MAX_BYTES:
            if not source.poll(max(0.0, 1000 * (until_s - time.monotonic()))):
                raise OSError(errno.ETIMEDOUT, f"a pipe that does not end within {_PIPE_S:g} s")
            part = stream.read(MAX_BYTES + 1 - len(content))
            if part == b"":
                break
            content += part or b""
    return content


def _tags_of(file: Path, text: str) -> dict[int, str]:
    """Return the tags that are written in a text, by their place in it, and refuse what is long or deep."""
    depth = 0
    tags: dict[int, str] = {}
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        position = _position(event)
        if isinstance(event, yaml.AliasEvent):
            name = event.anchor or ""
            anchor = name if len(name) <= MAX_QUOTED else f"{name[:MAX_QUOTED]}..."
            _refuse(file, position, f"the alias *{anchor} is not supported; write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            _refuse(file, position, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, _CONTENT) and event.tag is not None and event.start_mark is not None:
            tags[event.start_mark.index] = event.tag
    return tags


class _Builder:
    """Turns YAML nodes into plain values, and notes where they are."""

    def __init__(self, document: Document, tags: dict[int, str], environment: Mapping[str, str]) -> None:
        self._document = document
        self._tags = tags
        self._environment = environment

    def build(self, node: yaml.Node, key: KeyPath) -> object:
        self._document.values[key] = _position(node)
        tag = self._tag(node)
        if tag is not None:
            self._document.report(_position(node), key, _about_tag(tag))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*key, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # there is no fourth kind
        return self._scalar(node, key)

    def _tag(self, node: yaml.Node) -> str | None:
        """Return the tag that is written before a node; None if YAML finds one by itself."""
        return None if node.start_mark is None else self._tags.get(node.start_mark.index)

    def _mapping(self, node: yaml.MappingNode, key: KeyPath) -> dict[str, object]:
        content: dict[str, object] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                self._document.report(_position(name_node), key, "a list or section as a key; keys are words")
                continue
            path = (*key, name_node.value)
            if self._tag(name_node) is not None or _SURROGATES.search(name_node.value):
                self._document.report(
                    _position(name_node), path, "a key that is not plain text; keys are words"
                )
                continue
            if path in self._document.keys:
                first = self._document.keys[path].line
                self._document.report(
                    _position(name_node), path, f"occurs twice, first in line {first}; keep one of them"
                )
                continue
            self._document.keys[path] = _position(name_node)
            content[name_node.value] = self.build(value_node, path)
        return content

    def _scalar(self, node: yaml.ScalarNode, key: KeyPath) -> Scalar:
        """Return the value; None, with its problem noted, where it cannot be read."""
        text, unquoted = str(node.value), node.style is None
        if unquoted:
            self._document.spellings[key] = text
        try:
            text = expand(text, self._environment)
        except VariableError as error:
            self._document.report(_position(node), key, str(error))
            return None
        if _SURROGATES.search(text):
            self._document.report(
                _position(node), key, "half a character (\\ud800 to \\udfff); write it whole"
            )
            return None
        value = read_unquoted(text) if unquoted else text
        if isinstance(value, int) and abs(value) > MAX_WHOLE:
            self._document.report(_position(node), key, f"{quoted(text)} is larger than any setting")
            return None
        return value


def _about_tag(tag: str) -> str:
    """Return what to write instead of a tag."""
    if tag.startswith(_YAML_TAG):
        return (
            f"the tag !!{tag.removeprefix(_YAML_TAG)} is not supported; leave it out, and put text that "
            "looks like a number in quotes"
        )
    return (
        f"the tag {tag} is not supported; write the value itself, or ${{NAME}} for an environment variable; "
        "put the password into a file of its own and name it in mqtt.password_file"
    )


def _line_at(text: str, position: Position | None) -> str:
    lines = text.splitlines()
    return lines[position.line - 1] if position is not None and position.line <= len(lines) else ""


def _plain(error: yaml.MarkedYAMLError, line: str) -> str:
    """Return in one line where the parser failed, and why."""
    problem = error.problem or "it cannot be parsed"
    if "'\\t'" in problem:
        return "a tab; indent with spaces"
    if "${" in line:
        return "a ${...} within braces or brackets; put the value in quotes"
    context = f" {error.context}" if error.context else ""
    return f"{problem}{context}; check indentation, colons, brackets and quotes here and in the line above"


def _position(part: yaml.Node | yaml.Event) -> Position:
    mark = part.start_mark
    return Position(1, 1) if mark is None else Position(mark.line + 1, mark.column + 1)


def _count(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _refuse(file: Path, position: Position | None, message: str) -> NoReturn:
    raise ConfigError((Problem(file, position, (), message),))
