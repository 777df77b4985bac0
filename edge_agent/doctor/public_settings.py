"""The configuration as others may see it, and which secrets lie in it and beside it."""

import errno
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from edge_agent.config import ConfigError, Settings
from edge_agent.config.document import read_document
from edge_agent.doctor.secrets_out import REMOVED, secrets_in_file

_MAX_BYTES = 65_536
"""Most bytes that are read of a file with a secret: as of a password file."""
_SECRET_FILES = ("password_file", "token_file", "key_file")
"""Keys that name a file whose content is secret; certificates are public."""
_URL = "url"
"""Key of an address that may hold a secret in its path."""
_SECRET_NAMES = re.compile(r"(?i)password|passwd|secret|token|key|credential|webhook|hook|auth")
"""Names of environment variables whose values are taken for secret."""
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_WORD = re.compile(r"[^\s/:{}\[\],\"'#]+")
_NAMED_FILE = re.compile(rf"(?:{'|'.join(_SECRET_FILES)})[\"']?\s*:\s*[\"']?([^\s\"',}}]+)")
_MIN_VALUE = 5
"""Shortest value that is taken for secret by its name alone: judgement, `true` and `1` are none."""
_MIN_STEP = 8
"""Shortest part of a path that is a secret: judgement, tokens are longer than `api` and `alarm`."""


class _Names(dict[str, str]):
    """An environment in which each variable holds its own name: `${NAME}` stays what it is."""

    def get(self, name: str, default: Any = None) -> str:
        """Return the variable as it is written."""
        return f"${{{name}}}"


class PublicSettings:
    """A configuration file, right or wrong, without what is secret in it."""

    def __init__(self, file: Path, environment: Mapping[str, str] = os.environ) -> None:
        """Read the file; one that is no YAML has no content that could be shown."""
        named = ((name, value) for name, value in environment.items() if _SECRET_NAMES.search(name))
        self.secrets: list[str] = [value for _, value in named if len(value) >= _MIN_VALUE]
        """Everything secret that the file holds or names, and that the environment holds."""
        self._folder = file.parent
        self._environment = environment
        self._schema: dict[str, Any] = Settings.model_json_schema()
        self.text: str = self._text_of(file)
        """The configuration as YAML, without comments, variables by their names."""

    def _text_of(self, file: Path) -> str:
        try:
            root = read_document(file, _Names()).root
        except ConfigError as error:
            self._note_words(file)
            return f"# {error}\n"
        return yaml.safe_dump(self._shown(root, self._schema), sort_keys=False, allow_unicode=True)

    def _note_words(self, file: Path) -> None:
        """Take each long word of a file that is no YAML for secret, and look for the files that it names."""
        try:
            text = _beginning(file).decode(errors="replace")
        except OSError:
            return
        words = (word for word in _WORD.findall(text) if len(word) >= _MIN_STEP)
        # `password` itself stays: by this word the password after it is found in other texts.
        self.secrets += [word for word in words if not _SECRET_NAMES.fullmatch(word)]
        self.secrets += self._variables(text)
        for path in _NAMED_FILE.findall(text):
            self._file(path, path)

    def _shown(self, value: object, schema: Mapping[str, Any] | None, key: str = "") -> object:
        """Return a value as it may be shown; `schema` is None below a key that no version knows."""
        if isinstance(value, dict):
            known = {} if schema is None else self._properties(schema)
            return {k: self._shown(v, known.get(k), k) for k, v in value.items()}
        if isinstance(value, list):
            return [self._shown(item, schema, key) for item in value]
        if schema is None:
            self.secrets += [
                text for text in (str(value), *self._variables(str(value))) if len(text) >= _MIN_VALUE
            ]
            return REMOVED
        return self._text(value, key) if isinstance(value, str) else value

    def _variables(self, text: str) -> list[str]:
        """Return the values of the variables in a text."""
        return [self._environment.get(name, "") for name in _VARIABLE.findall(text)]

    def _text(self, text: str, key: str) -> str:
        expanded = _VARIABLE.sub(lambda found: self._environment.get(found[1], ""), text)
        if key in _SECRET_FILES:
            return self._file(text, expanded)
        if key == _URL or "://" in expanded or "@" in expanded:
            self.secrets += [*_secrets_of(expanded), *self._variables(text)]
            return _host_alone(text) if key == _URL else REMOVED
        return text

    def _file(self, text: str, expanded: str) -> str:
        """Return the path of a file, and note its content; a path to nothing may be the secret itself."""
        try:
            content = _beginning(self._folder / Path(expanded).expanduser())
        except PermissionError:
            return text
        except (OSError, ValueError, RuntimeError):
            self.secrets.append(expanded)
            return REMOVED
        self.secrets += secrets_in_file(content.decode("utf-8-sig", errors="replace"))
        return text

    def _properties(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keys of a section, of each item of a list, or of any of the forms that it may have."""
        if "$ref" in schema:
            return self._properties(self._schema["$defs"][schema["$ref"].rpartition("/")[2]])
        found: dict[str, Any] = dict(schema.get("properties", {}))
        for form in (*schema.get("anyOf", ()), schema.get("items", {})):
            found |= self._properties(form) if form else {}
        return found


def _beginning(file: Path) -> bytes:
    """Return what a file begins with; raises OSError, also for what is no file."""
    if not file.is_file():  # a pipe would be waited for, a device read for ever
        raise FileNotFoundError(errno.ENOENT, "not a file", str(file))
    with file.open("rb") as stream:
        return stream.read(_MAX_BYTES)


def _host_alone(url: str) -> str:
    """Return scheme and host of a URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return REMOVED
    return f"{parts.scheme}://{host}/{REMOVED}" if parts.scheme and host and "@" not in url else REMOVED


def _secrets_of(text: str) -> Iterator[str]:
    """Yield the secret parts of a URL or of a login: all of it, user, password, path, query."""
    yield text
    try:
        parts = urlsplit(text)
    except ValueError:
        return
    yield from (part for part in (parts.username, parts.password, parts.query, parts.fragment) if part)
    yield from (step for step in parts.path.split("/") if len(step) >= _MIN_STEP)
