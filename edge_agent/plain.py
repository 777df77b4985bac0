"""Foreign text within messages: on one line, and without control sequences for the terminal."""

MAX_QUOTED = 40
"""Maximum characters of a value that a message repeats.

Judgement: enough to find it again in a file, and a message stays a line.
"""


def printable(text: str) -> str:
    """Return a text with whatever cannot be printed, such as line breaks and escape sequences, as `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """Return a text of several lines as one that can be printed."""
    return printable(" ".join(text.split()))


def quoted(text: str) -> str:
    """Return the beginning of a text in quotes, as a message names it."""
    return repr(text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "...")
