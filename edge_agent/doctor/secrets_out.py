"""Texts without anything that is secret: what is known to be secret is removed, and what looks like it."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

REMOVED = "(removed)"
"""What stands in place of a secret."""
_SHORT = 6
"""Characters below which a secret is only removed as a whole word: `p7` is a part of many."""
_MIN_LINE = 16
"""Shortest line of a file that is a secret of its own: judgement, those of PEM have 64 characters."""
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_AUTHORIZATION = re.compile(
    r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic|digest|token)\s+)?[^\s\"',}]+"
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{4,}")
_USER_IN_URL = re.compile(r"(\w+://)[^/\s@\"']+@")
_PATH_OF_URL = re.compile(r"(https?://(?!127\.|localhost\b|\[::1\])[^/\s\"'?#]+)[/?#][^\s\"']+")
_NAMED = re.compile(
    r"(?i)\b([\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|credential)[\w-]*)"
    r"([\"']?\s*[:=]\s*)(?:([\"'])(.*?)\3|[\"']?[^\s\"',}]+)"
)


class Scrubber:
    """Removes secrets from texts."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take all that is known to be secret; the longest is removed first."""
        written = {form for secret in secrets for form in _forms(secret) if form.strip()}
        known = sorted(written, key=len, reverse=True)
        words = (rf"(?<!\w){re.escape(s)}(?!\w)" if len(s) < _SHORT else re.escape(s) for s in known)
        self._known = re.compile("|".join(words)) if known else None

    def clean(self, text: str) -> str:
        """Return a text without secrets."""
        text = _PRIVATE_KEY.sub(REMOVED, text)
        if self._known is not None:
            text = self._known.sub(REMOVED, text)
        text = _AUTHORIZATION.sub(rf"\1{REMOVED}", text)
        text = _SCHEME.sub(rf"\1 {REMOVED}", text)
        text = _USER_IN_URL.sub(rf"\1{REMOVED}@", text)
        text = _PATH_OF_URL.sub(rf"\1/{REMOVED}", text)
        return _NAMED.sub(_without_value, text)


def _without_value(found: re.Match[str]) -> str:
    """Return a name without its value; the path of a file is no secret."""
    name, between, mark, _ = found.groups(default="")
    if name.lower().endswith(("_file", "-file")):
        return found[0]
    return f"{name}{between}{mark}{REMOVED}{mark}"


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as texts may hold it: as it is, and as JSON, Python and addresses write it."""
    yield secret
    yield from (json.dumps(secret)[1:-1], repr(secret)[1:-1])
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret))


def secrets_in_file(content: str) -> list[str]:
    """Return what is secret in a file of a password, a token or a key: all of it, and each longer line."""
    lines = [line.strip() for line in content.splitlines()]
    return [content.strip(), *lines[:1], *(line for line in lines if len(line) >= _MIN_LINE)]
