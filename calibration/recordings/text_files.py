"""Text files as measuring programs write them: any usual encoding, any end of line."""

import re
from pathlib import Path

from edge_agent.acquire.recordings import RecordingError

MAX_TEXT_BYTES = 2**29
"""Longest text file: judgement. It takes some four times as much memory while it is read."""

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive, perhaps an Excel or LibreOffice sheet"),
    (b"\xd0\xcf\x11\xe0", "a sheet of an old Excel"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"%PDF", "a PDF"),
    (b"\x89HDF", "an HDF5 file"),
)
_LOOKED_AT = 4096
"""Bytes at the beginning in which an encoding without a mark shows: judgement, some dozens of lines."""

_MIN_ZERO_SHARE = 0.8
"""Share of zeros among every second byte that tells UTF-16: judgement, of ASCII text it is 1."""

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file without their ends; the last is empty if the file ends with one.

    Raises RecordingError if the file is no text, or too long.
    """
    size = path.stat().st_size
    if size > MAX_TEXT_BYTES:
        raise RecordingError(
            f"it has {size / 2**20:.0f} MiB, expected at most {MAX_TEXT_BYTES / 2**20:.0f}; "
            "cut it into several files"
        )
    content = path.read_bytes()
    for start, what in _OTHER_FORMATS:
        if content.startswith(start):
            raise RecordingError(f"it is {what}, expected text; export it as CSV")
    # Disks that lost power leave zeros at the end; old programs a Ctrl-Z.
    text = _decoded(content).rstrip("\0\x1a")
    if found := _NO_TEXT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise RecordingError(f"line {line} holds the control character {found[0]!r}; can't decode it as text")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    candidates = (encoding or _wide_encoding(content[:_LOOKED_AT]) or "utf-8", "cp1252")
    for candidate in candidates[: 1 if candidates[0] != "utf-8" else 2]:
        try:
            return content.decode(candidate)
        except UnicodeDecodeError as error:
            problem = error
    raise RecordingError(
        f"can't decode byte {problem.start} as {candidates[0]} text; export it as CSV in UTF-8"
    ) from problem


def _wide_encoding(start: bytes) -> str | None:
    """Return UTF-16 in one of its byte orders where every second byte is zero, as in ASCII text."""
    half = max(1, len(start) // 2)
    if start[1::2].count(0) >= _MIN_ZERO_SHARE * half:
        return "utf-16-le"
    if start[0::2].count(0) >= _MIN_ZERO_SHARE * half:
        return "utf-16-be"
    return None
