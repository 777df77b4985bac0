"""How numbers and names are written in a line of text: separators, decimal commas, quotes, units, headers."""

import re

SEPARATORS = re.compile(rb"[,;\t]")
"""What may stand between two numbers beside blanks (deploy/firmware/WIRE_FORMAT.md: lines of text)."""
_TO_COMMA = bytes.maketrans(b",;\t", b",,,")
"""The same separators, each as a comma."""
_STRONG = re.compile(rb"[;\t]")
"""Those of them that are never part of a number: a comma may be a decimal one."""
_NO_VALUE = re.compile(
    rb"[-+]?nan(\(.*\))?|[-+]?inf(inity)?|[-+]?1\.#\w+|[-+]?ov[fl]l?|over(flow|load|range)?|o[./]?l|"
    rb"nul|null|none|nil|#?n[./]?a\.?|err(or)?|fail|fault|open|invalid|undefined|[-*?#.]+|",
    re.IGNORECASE,
)
"""What is written where there is no value: `nan` and `inf` by printf of C, `1.#QNAN` and `nan(ind)` by that
of Windows, `ovf` by print of Arduino, `null` and `none` by programs, `#N/A` by spreadsheets, `O.L` by meters.
The other words and signs are judgement: none of them can be a number."""
_WORDS = re.compile(
    rb"[-+<>]?[A-Za-z][A-Za-z ._/-]*|[-+]?(err|error|fault|fail|over|ovr?)[ :#_-]*\d+", re.IGNORECASE
)
"""Words where a number is expected: a device says why a sensor gives none, as `no data` or `err:3`.
Judgement, to cost the channel alone: without digits, or a number behind a word for a fault."""
_DECIMAL_COMMA = re.compile(rb"[-+]?\d*,\d+([eE][-+]?\d+)?")
"""A number with one decimal comma and digits behind it; with grouped thousands it is none."""
WITH_UNIT = re.compile(
    rb"([-+]?[\d.,]+(?:[eE][-+]?\d+)?)\s*(?![xXdD][-+]?[\dA-Fa-f]+$)([A-Za-z%\x80-\xff][^\s\x00-\x1f]*)"
)
"""A number and its unit, which is neither the end of a hexadecimal number nor an exponent of Fortran. A unit
begins with a letter, a percent sign or, as `µ` and `°` do, with a byte beyond ASCII."""
HEXADECIMAL = re.compile(rb"[-+]?(0x)?[0-9A-F]+", re.IGNORECASE)
"""Digits to the base 16, with the prefix of C or without it; those to the base 10 fit as well."""
_NAME = re.compile(r"[^\W\d][\w .%/°-]{0,39}")
"""The name of a column: a letter or underscore, then what names hold; at most 40 characters. Judgement."""
_UNIT_IN_BRACKETS = re.compile(r"\s*[\[(][^\])]*[\])]$")
"""The unit behind a name, as loggers write it: `ia [A]`, `time (s)`. Judgement."""
_LONGEST_SHOWN = 60
"""Characters of a line that a message shows: enough for a scan, few enough for a line of a log."""

NAN = float("nan")
"""What stands for a missing value."""

Fields = list[bytes]


class LineError(ValueError):
    """A line that is no scan; the message says why."""

    def __init__(self, counted: str, why: str, columns: int = 0, certain: bool = False) -> None:
        super().__init__(why)
        self.certain = certain
        """True if the way in which the line is written is known, and only its content is wrong."""
        self.counted = counted
        """The count of DecoderCounts that it belongs to."""
        self.columns = columns
        """How many columns it had, where that is what is wrong; else 0."""


def show(line: bytes) -> str:
    """Return a line for a message: in quotes, escaped, and cut where it is long."""
    text = line.decode("ascii", "backslashreplace")
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[:_LONGEST_SHOWN]}…'"


def is_words(field: bytes) -> bool:
    """True for words other than those that stand for a missing value."""
    return _NO_VALUE.fullmatch(field) is None and _WORDS.fullmatch(field) is not None


def value_of(field: bytes) -> float:
    """Return a number; NaN if the field holds no value. Raises LineError for anything else."""
    try:
        if b"_" not in field:
            return float(field)
    except ValueError:
        if _NO_VALUE.fullmatch(field):
            return NAN
    if HEXADECIMAL.fullmatch(field):
        raise LineError("malformed", f"{show(field)} is hexadecimal, decimal numbers are expected")
    if _WORDS.fullmatch(field):
        return NAN
    raise LineError("malformed", f"{show(field)} is not a number")


def split_plain(line: bytes) -> Fields:
    """Split at commas, semicolons, tabs and blanks."""
    return [part for field in line.translate(_TO_COMMA).split(b",") for part in field.split() or [b""]]


def split_strong(line: bytes) -> Fields | None:
    """Split at semicolons and tabs; None if there are none."""
    return _STRONG.split(line) if _STRONG.search(line) else None


def split_commas(line: bytes) -> Fields | None:
    """Split at commas alone, if blanks belong to the fields; None without commas."""
    return [field.strip() for field in line.split(b",")] if b"," in line else None


def split_decimal_comma(line: bytes) -> Fields | None:
    """Split a line whose commas are decimal ones; None without commas."""
    if b"," not in line:
        return None
    return [with_point(field.strip()) for field in (split_strong(line) or line.split())]


def with_point(field: bytes) -> bytes:
    """Return a number with a decimal comma as one with a point, anything else as it is."""
    return field.replace(b",", b".") if _DECIMAL_COMMA.fullmatch(field) else field


def unquoted(line: bytes) -> bytes:
    """Take off quotes, but where a comma within them may separate or not."""
    if b'"' not in line and b"'" not in line:
        return line
    inner = re.findall(rb"\"([^\"]*)\"|'([^']*)'", line)
    if any(b"," in part for pair in inner for part in pair) and not _STRONG.search(line):
        return line
    return line.replace(b'"', b"").replace(b"'", b"")


def header_names(line: bytes) -> list[str] | None:
    """Return the names of columns, without units in brackets; None if a field is not a name."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return None
    fields = re.split(r"[,;\t]", text) if re.search(r"[,;\t]", text) else text.split()
    names = [_UNIT_IN_BRACKETS.sub("", field.strip("\"' ")) for field in fields]
    if len(names) > 1 and not names[-1]:
        names.pop()
    if not names or not all(_NAME.fullmatch(name) for name in names):
        return None
    return None if any(_NO_VALUE.fullmatch(name.encode()) for name in names) else names


def names_columns(line: bytes) -> bool:
    """True if a line holds names instead of numbers, as a header does."""
    return header_names(line) is not None


def is_name(label: bytes) -> bool:
    try:
        return _NAME.fullmatch(label.decode().strip()) is not None
    except UnicodeDecodeError:
        return False
