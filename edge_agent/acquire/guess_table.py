"""Lines of text of which nothing is known, as a table: what separates its numbers, and what names them."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.drivers.line_styles import (
    Fields,
    LineError,
    header_names,
    split_commas,
    split_decimal_comma,
    split_plain,
    split_strong,
    unquoted,
    value_of,
)

_TRIED_LINES = 200
"""Lines from which the way of writing is concluded: judgement, a tenth of a second at least."""
_MIN_SHARE = 0.8
"""Share of lines that must fit a way of writing: judgement, boot messages and broken lines are fewer."""
_MIN_LINES = 20
"""Fewest lines of a table: judgement."""
_LARGEST = 1e12
"""Largest magnitude of a number: judgement, no converter gives more, and its square can be summed."""
_LABELLED = re.compile(rb"([A-Za-z_][\w.-]*)\s*[:=]\s*([^\s,;:=]+)")
"""A label and its value: `ia:2.1`, or with an equals sign and blanks. Judgement."""


@dataclass(frozen=True, slots=True)
class Table:
    """What the lines hold."""

    values: NDArray[np.float64]
    """(scans, columns), NaN where a field holds no number."""
    names: tuple[str, ...] | None
    """Of the columns, as a header or labels say; None if nothing does."""
    written: str
    """How the numbers are written, in words."""
    named_by: str = ""
    """What names the columns: `header` or `labels`; empty if nothing does."""


def read_table(data: bytes) -> Table | None:
    """Return the table in some bytes that begin and end anywhere; None if they hold none."""
    lines = [line.strip() for line in re.split(rb"[\r\n]+", data)]
    scans = [unquoted(line) for line in lines[1:-1] if line and not line.startswith(b"#")]
    if len(scans) < _MIN_LINES:
        return None
    best: tuple[int, Callable[[bytes], Fields | None], int, str] | None = None
    for written, style in _STYLES:
        columns, fitting = _most_frequent(style, scans[:_TRIED_LINES])
        if columns and (best is None or fitting > best[0]):
            best = fitting, style, columns, written
    if best is None or best[0] < _MIN_SHARE * min(len(scans), _TRIED_LINES):
        return None
    _, style, columns, written = best
    rows = [row for line in scans if (row := _row(style, line)) is not None and len(row) == columns]
    values = np.array(rows, np.float64)
    values[np.abs(values) > _LARGEST] = np.nan
    if style is _labelled:
        labels = tuple(name.decode() for name, _ in _LABELLED.findall(scans[0]))
        return Table(values, labels, written, "labels")
    for line in lines:
        names = header_names(line.lstrip(b"# "))
        if names is not None and len(names) == columns:
            return Table(values, tuple(names), written, "header")
    return Table(values, None, written)


def _labelled(line: bytes) -> Fields | None:
    return [value for _, value in _LABELLED.findall(line)] or None


def _decimal_commas(line: bytes) -> Fields | None:
    fields = split_decimal_comma(line)
    return fields if fields is not None and len(fields) > 1 else None


_STYLES: Sequence[tuple[str, Callable[[bytes], Fields | None]]] = (
    ("with decimal commas", _decimal_commas),
    ("with commas, semicolons, tabs or blanks between the numbers", split_plain),
    ("with semicolons or tabs between the numbers", split_strong),
    ("with commas between the numbers", split_commas),
    ("with a label before each number", _labelled),
)
"""Ways of writing that `csv_lines` reads. Where two fit as well, the first is taken."""


def _row(style: Callable[[bytes], Fields | None], line: bytes) -> list[float] | None:
    fields = style(line)
    if fields and not fields[-1]:
        fields = fields[:-1]  # a separator behind the last number
    try:
        return [value_of(field) for field in fields] if fields else None
    except LineError:
        return None


def _most_frequent(style: Callable[[bytes], Fields | None], lines: Sequence[bytes]) -> tuple[int, int]:
    """Return the number of columns that most lines have, and how many these are; 0, 0 if none can be read."""
    widths = Counter(len(row) for line in lines if (row := _row(style, line)) and not np.isnan(row).all())
    return max(widths.items(), key=lambda item: item[1], default=(0, 0))
