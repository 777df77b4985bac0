"""One HTTP POST: bounded in time and size, no redirect, no word of what is secret.

`http.client` sends it: it follows no redirect, and uses no proxy of the environment. Errors and log lines
show the origin of a URL alone, e.g. `https://alarms.example`: path and query may be secrets.
"""

import contextlib
import http.client
import io
import re
import socket
import ssl
import string
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from edge_agent.plain import MAX_QUOTED, printable

_CONNECT_TIMEOUT_S = 10.0
"""How long one address may take to connect, and the handshake of TLS, s. Judgement."""
_ANSWER_TIMEOUT_S = 10.0
"""How long a server may take to answer, s: senders of webhooks commonly wait 5 to 30 (judgement)."""
_SHORTEST_WAIT_S = 0.001
"""Wait for the next bytes where the time is over, s; zero would mean not to wait at all."""
_MAX_LINE_BYTES = 8192
"""Longest status line that is read: as long as common servers make any line (judgement)."""
_MAX_BODY_BYTES = 65_536
"""Bytes of an answer's body that are read, so that the server sees us end in peace (judgement)."""
_STATUS_LINE = re.compile(rb"HTTP/1\.\d (\d{3})(?: .*)?\r?\n?")


class NoAnswerError(Exception):
    """The server gave no answer that can be read; the message holds nothing of the URL."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers."""

    status: int
    """Status of HTTP, e.g. 204."""
    retry_after_s: float = 0.0
    """How long the server wants to be left alone, s."""
    redirect_to: str | None = None
    """Origin of where it would send us; None if it is no redirect."""


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL: what may be shown. Raises ValueError if it is no URL."""
    parts = urlsplit(url)
    host = printable(parts.hostname or "")[: 2 * MAX_QUOTED]
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{parts.port}' if parts.port else ''}"


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send `body` to an http or https URL and return the answer, within half a minute or so.

    Raises NoAnswerError if there is none, or none that can be read.
    """
    try:
        connection = _connection(urlsplit(url))
        with contextlib.closing(connection):
            connection.request("POST", _target(urlsplit(url)), body, dict(headers))
            return _read_answer(connection.sock, url)
    except ssl.SSLCertVerificationError as error:
        raise NoAnswerError(f"its certificate is not trusted: {error.verify_message}") from None
    except TimeoutError:
        raise NoAnswerError(f"no answer within {_ANSWER_TIMEOUT_S:g} s") from None
    except OSError as error:
        raise NoAnswerError(error.strerror or type(error).__name__) from None
    except http.client.HTTPException:
        raise NoAnswerError("what it answers is not HTTP") from None
    except ValueError as error:  # whose own words may hold the URL
        raise NoAnswerError(f"it cannot be asked ({type(error).__name__}); check its url") from None


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=_CONNECT_TIMEOUT_S, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=_CONNECT_TIMEOUT_S)


def _target(parts: SplitResult) -> str:
    """Return path and query, with letters beyond ASCII escaped; what is escaped already stays so."""
    query = f"?{parts.query}" if parts.query else ""
    return quote((parts.path or "/") + query, safe=string.punctuation)


class _Timed(io.RawIOBase):
    """Reads of a socket that end by one moment altogether, however slowly the bytes drip in."""

    def __init__(self, own: socket.socket, until_s: float) -> None:
        self._socket = own
        self._until_s = until_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(max(self._until_s - time.monotonic(), _SHORTEST_WAIT_S))
        return self._socket.recv_into(buffer)


def _read_answer(own: socket.socket, url: str) -> Answer:
    """Return the answer; raises OSError, NoAnswerError, and HTTPException if it is not one of HTTP."""
    with io.BufferedReader(_Timed(own, time.monotonic() + _ANSWER_TIMEOUT_S)) as stream:
        first = stream.readline(_MAX_LINE_BYTES)
        if not first:
            raise NoAnswerError("it ended the connection without an answer")
        line = _STATUS_LINE.fullmatch(first)
        if line is None:
            raise http.client.BadStatusLine("")
        headers = http.client.parse_headers(stream)
        with contextlib.suppress(OSError):  # the status is known
            stream.read(_MAX_BODY_BYTES)
    status = int(line[1])
    redirect = _redirect(url, headers.get("Location", "")) if 300 <= status < 400 else None
    return Answer(status, _seconds(headers.get("Retry-After", "")), redirect)


def _redirect(url: str, location: str) -> str:
    try:
        return origin_of(urljoin(url, location))
    except ValueError:
        return "what is not a URL"


def _seconds(retry_after: str) -> float:
    """Return the seconds that `Retry-After` says, in either form (RFC 9110, 10.2.3); 0 if it says none."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:10])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
