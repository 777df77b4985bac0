"""What unreadable bytes look like, text or not: for messages only."""

import re

from edge_agent.acquire.drivers.line_styles import show

SAMPLE_BYTES = 4096
"""How many bytes are looked at: some tens of lines, or a frame or two."""

_TEXT_SHARE = 0.95
"""Share of printable bytes of what is text: a line at a wrong baud rate has about a third, noise too."""
_NULS_OF_UTF16 = 0.4
"""Share of zero bytes of digits in UTF-16: half of them, but for a piece that is cut oddly.
Judgement."""
_PRINTABLE = re.compile(rb"[\t\n\r -~]")
"""What lines of text are made of: tab, ends of lines, and all of ASCII that is printed."""


def looks_like_text(sample: bytes) -> bool:
    """True if the bytes are lines of text, or the beginning of a long one."""
    return bool(sample) and len(_PRINTABLE.findall(sample)) >= _TEXT_SHARE * len(sample)


def looks_like_utf16(sample: bytes) -> bool:
    """True if each letter takes two bytes of which one is zero."""
    nuls, halves = sample.count(0), (sample[0::2], sample[1::2])
    one_sided = max(half.count(0) for half in halves) >= 0.9 * nuls
    return (
        nuls >= _NULS_OF_UTF16 * len(sample) > 0 and one_sided and looks_like_text(sample.replace(b"\0", b""))
    )


def first_line(sample: bytes) -> str:
    """Return the first whole line of text for a message."""
    lines = [line for line in re.split(rb"[\r\n]+", sample) if line]
    return show(lines[1] if len(lines) > 2 else lines[0] if lines else b"")
