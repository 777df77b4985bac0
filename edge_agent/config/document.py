"""YAML text as plain values, with the place of each; nothing in it can run code or grow beyond bounds."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from edge_agent.config.problems import ConfigError, KeyPath, Position, Problem

MAX_BYTES = 64 * 1024
"""Largest file that is read."""
MAX_DEPTH = 16
"""Deepest nesting that is read; the settings need four levels."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Document:
    """What stands in a file."""

    file: Path
    """Its name, for messages."""
    root: object = None
    """Its content: mappings, lists, text, numbers, booleans and None."""
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    """Where each key stands."""
    values: dict[KeyPath, Position] = field(default_factory=dict)
    """Where each value starts; of the empty path, the whole content."""
    problems: list[Problem] = field(default_factory=list)
    """What was wrong with it so far."""

    def report(self, position: Position, key: KeyPath, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, position, key, message))


def read_document(file: Path, environment: Mapping[str, str] = os.environ) -> Document:
    """Read a YAML file, `${NAME}` in its values replaced by the variable of that name.

    Raises ConfigError when the file cannot be read or is no YAML; lesser problems are in the document.
    """
    text = _read_text(file)
    try:
        _check_structure(file, text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line, column = _count(text[: error.position])
        _refuse(file, Position(line, column), f"a character that YAML forbids (code {error.character!r})")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = None if mark is None else Position(mark.line + 1, mark.column + 1)
        _refuse(file, position, f"this is no valid YAML: {_plain(error)}")
    if node is None:
        _refuse(file, Position(1, 1), "the file is empty; expected at least motor, acquisition and mqtt")
    document = Document(file)
    document.root = _Builder(document, environment).build(node, ())
    return document


def _read_text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        _refuse(file, None, f"cannot be read: {error.strerror}; give the path of the agent's YAML file")
    if len(content) > MAX_BYTES:
        _refuse(file, None, f"is larger than {MAX_BYTES // 1024} KiB; is it the agent's YAML file?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _count(content[: error.start].decode())
        _refuse(
            file, Position(line, column), f"byte 0x{content[error.start]:02x} is no UTF-8; save it as UTF-8"
        )


def _check_structure(file: Path, text: str) -> None:
    """Refuse what would make going through the content long or deep."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        position = _position(event)
        if isinstance(event, yaml.AliasEvent):
            _refuse(file, position, f"the alias *{event.anchor} is not supported; write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            _refuse(file, position, f"nested deeper than {MAX_DEPTH} levels")


class _Builder:
    """Turns YAML nodes into plain values, and notes where they stand."""

    def __init__(self, document: Document, environment: Mapping[str, str]) -> None:
        self._document = document
        self._environment = environment
        self._constructor = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, key: KeyPath) -> object:
        self._document.values[key] = _position(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*key, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # there is no fourth kind
        return self._scalar(node, key)

    def _mapping(self, node: yaml.MappingNode, key: KeyPath) -> dict[str, object]:
        content: dict[str, object] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                self._document.report(_position(name_node), key, "a list or section as a key; keys are words")
                continue
            path = (*key, name_node.value)
            if path in self._document.keys:
                first = self._document.keys[path].line
                self._document.report(
                    _position(name_node), path, f"stands here again, first in line {first}; keep one of them"
                )
                continue
            self._document.keys[path] = _position(name_node)
            content[name_node.value] = self.build(value_node, path)
        return content

    def _scalar(self, node: yaml.ScalarNode, key: KeyPath) -> object:
        text, tag = str(node.value), node.tag.removeprefix(_TAG)
        if tag == "str" and _VARIABLE.search(text):
            text = self._expand(text, key)
            if node.style is None:  # unquoted: as if the value of the variable stood here
                tag = _implied_tag(text)
        try:
            return self._plain(tag, text)
        except ValueError:
            self._document.report(
                self._document.values[key], key, f"{text[:40]!r} cannot be read as {tag}; put text in quotes"
            )
            return None

    def _plain(self, tag: str, text: str) -> object:
        """Give a scalar as text, number, boolean or None. Raises ValueError when it is none of the tag."""
        if tag not in ("null", "bool", "int", "float"):
            return text
        value: object = getattr(self._constructor, f"construct_yaml_{tag}")(yaml.ScalarNode(_TAG + tag, text))
        if isinstance(value, int) and abs(value) > 2**63:
            raise ValueError("no setting is as large")
        return value

    def _expand(self, text: str, key: KeyPath) -> str:
        for name in _VARIABLE.findall(text):
            if name not in self._environment:
                self._document.report(
                    self._document.values[key],
                    key,
                    f"the environment variable {name} is not set; set it, or write the value here",
                )
        return _VARIABLE.sub(lambda match: self._environment.get(match[1], match[0]), text)


def _implied_tag(text: str) -> str:
    """Say what YAML takes unquoted text for: str, int, float, bool or null."""
    resolver: Any = yaml.resolver.Resolver()
    return str(resolver.resolve(yaml.ScalarNode, text, (True, False))).removeprefix(_TAG)


def _plain(error: yaml.MarkedYAMLError) -> str:
    """Say in one line what the parser stumbled over."""
    problem = error.problem or "it cannot be parsed"
    if "'\\t'" in problem:
        return "a tab; indent with spaces"
    context = f" {error.context}" if error.context else ""
    return f"{problem}{context}; check indentation, colons, brackets and quotes here and in the line above"


def _position(part: yaml.Node | yaml.Event) -> Position:
    mark = part.start_mark
    return Position(1, 1) if mark is None else Position(mark.line + 1, mark.column + 1)


def _count(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _refuse(file: Path, position: Position | None, message: str) -> NoReturn:
    raise ConfigError((Problem(file, position, (), message),))
