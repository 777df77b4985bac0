"""Who may see and who may write: tokens, the cookie of a browser that has logged in, and foreign pages."""

import hashlib
import hmac
import ipaddress
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

COOKIE = "edge_agent_session"
"""Name of the cookie."""
SESSION_S = 30 * 86_400
"""A browser stays logged in for so long, s: a month. Judgement."""
_MAX_DIGITS = 12
"""Digits of a time that is looked at: Unix times have ten."""


class Doorkeeper:
    """Knows the token. A browser that has shown it gets a cookie, which holds no part of it."""

    def __init__(self, token: str, clock: Callable[[], float] = time.time) -> None:
        self._token = token.encode()
        self._clock = clock

    def knows(self, given: bytes) -> bool:
        """True if this is the token; the time that this takes does not tell how nearly."""
        return hmac.compare_digest(given.strip(), self._token)

    def lets_in(self, headers: Mapping[str, str]) -> bool:
        """True if a request carries the token or the cookie."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.knows(given.encode("latin-1")):
            return True
        return any(self._is_session(value) for value in _cookies(headers.get("cookie", "")))

    def cookie(self, headers: Mapping[str, str]) -> str:
        """Return the cookie for a browser that has shown the token, as the value of `Set-Cookie`.

        It names no path: the browser takes the folder of the page, also below a prefix.
        """
        until = str(int(self._clock()) + SESSION_S)
        secure = "; Secure" if urlsplit(headers.get("origin", "")).scheme == "https" else ""
        return f"{COOKIE}={until}.{self._seal(until)}; Max-Age={SESSION_S}; HttpOnly; SameSite=Strict{secure}"

    def _is_session(self, value: str) -> bool:
        until, _, seal = value.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= _MAX_DIGITS):
            return False
        if not hmac.compare_digest(seal.encode(), self._seal(until).encode()):
            return False
        return int(until) > self._clock()

    def _seal(self, until: str) -> str:
        return hmac.new(self._token, f"page until {until}".encode(), hashlib.sha256).hexdigest()


def is_foreign(headers: Mapping[str, str]) -> bool:
    """True if a POST may have been sent by the page of another site.

    Browsers say where a request comes from. Those that do not must ask before they send JSON to another
    site, and nobody here answers that.
    """
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return True
    return headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json"


def is_local_name(host: str) -> bool:
    """True if a header `Host` is an address or `localhost`.

    A foreign page may have its own name point to this computer; without a token it would read everything.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name) is not None
    except ValueError:
        return False


def _cookies(header: str) -> list[str]:
    """Return the values of our cookie; there may be several, of several paths."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return [value for name, _, value in pairs if name == COOKIE]
