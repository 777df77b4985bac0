"""The numbers of a table in a text file, as columns, and what is wrong with a line that holds none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.csv_layout import Layout, cells_of, is_number
from edge_agent.acquire.recordings import RecordingError

_LINES_AT_ONCE = 20_000
"""Lines whose cells are in memory at a time: judgement, some ten megabytes."""

_MARK = "\n"
"""Joins cells for a moment: it stands in none, as lines are split at it."""

_ENDS = 20
"""First and last lines of which the text of a column is kept."""

_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,' \u00a0]\d{3})+([.,]\d+)?")
_WHOLE = re.compile(r"[+-]?\d{1,3}")
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_UNIT_BEHIND = re.compile(r"[+-]?[\d.,]+([eE][+-]?\d+)?\s*[^\d\s.,;].*")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The table."""

    values: NDArray[np.float64]
    """(scans, columns)."""
    ends: tuple[tuple[str, ...], ...]
    """The first and last values of each column as they are written."""
    footer: str | None
    """Which lines at the end were left out; None if there are none."""


def read_numbers(lines: Sequence[str], layout: Layout, columns: Sequence[int]) -> Numbers:
    """Read these columns of the table; raises RecordingError, with line and cell, where one is no number.

    Lines behind the table are left out where they are no scans: remarks, or a last line that is cut off.
    """
    parts: list[NDArray[np.float64]] = []
    head: list[list[str]] = []
    tail: list[list[str]] = []
    marks = _Marks(layout, columns)
    footer = None
    for numbers in _batches(lines, layout.first):
        rows = [cells_of(lines[number], layout.separator) for number in numbers]
        values = _values(rows, layout.width, columns)
        if values is None:
            end = _first_bad(rows, layout, columns)
            footer = _footer(lines, numbers[end], layout, columns)
            rows, numbers = rows[:end], numbers[:end]
            values = _values(rows, layout.width, columns)
        if rows and values is not None:
            marks.check(rows, numbers)
            parts.append(values)
            head += [[row[column] for column in columns] for row in rows[: _ENDS - len(head)]]
            last = [[row[column] for column in columns] for row in rows[-_ENDS:]]
            tail = [*tail, *last][-_ENDS:]
        if footer is not None:
            break
    values = np.concatenate(parts) if parts else np.empty((0, len(columns)))
    if len(values) < 2:
        raise RecordingError(
            f"it holds {len(values)} scans, expected a line of channel names and two lines of numbers or more"
        )
    ends = tuple(tuple(row[c] for row in (*head, *tail)) for c in range(len(columns)))
    return Numbers(values, ends, footer)


def _batches(lines: Sequence[str], first: int) -> Iterator[list[int]]:
    """Yield the indices of lines that are not blank, many at a time."""
    filled = (number for number in range(first, len(lines)) if lines[number].strip())
    while batch := list(islice(filled, _LINES_AT_ONCE)):
        yield batch


def _float(cell: str) -> float:
    if "_" in cell:  # Python's own way to write thousands
        raise ValueError(cell)
    return float(cell.replace(",", "."))


def _values(rows: list[list[str]], width: int, columns: Sequence[int]) -> NDArray[np.float64] | None:
    """Return the numbers (scans, columns) of rows; None if one of them is no scan."""
    if any(len(row) != width for row in rows):
        return None
    values = np.empty((len(rows), len(columns)))
    for place, column in enumerate(columns):
        text = _MARK.join([row[column] for row in rows])
        if "_" in text:  # Python's own way to write thousands
            return None
        try:
            values[:, place] = [float(cell) for cell in text.replace(",", ".").split(_MARK)] if rows else []
        except ValueError:
            return None
    return values


def _first_bad(rows: list[list[str]], layout: Layout, columns: Sequence[int]) -> int:
    """Return the index of the first row that is no scan."""
    return next(i for i, row in enumerate(rows) if not _is_scan(row, layout, columns))


def _is_scan(row: list[str], layout: Layout, columns: Sequence[int]) -> bool:
    if len(row) != layout.width:
        return False
    try:
        for column in columns:
            _float(row[column])
    except ValueError:
        return False
    return True


def _footer(lines: Sequence[str], bad: int, layout: Layout, columns: Sequence[int]) -> str:
    """Name the lines from `bad` on, which are no scans; raises RecordingError if they should be."""
    rest = [number for number in range(bad, len(lines)) if lines[number].strip()]
    first = cells_of(lines[bad], layout.separator)
    cut_off = len(rest) == 1 and bad == len(lines) - 1
    starts_as_scan = next((is_number(cell) for cell in first if cell.strip()), False)
    if bad == layout.first or (starts_as_scan and not cut_off):
        raise RecordingError(_complaint(lines, bad, layout, columns))
    for number in rest[1:]:
        if _is_scan(cells_of(lines[number], layout.separator), layout, columns):
            raise RecordingError(_complaint(lines, bad, layout, columns))
    return f"line {bad + 1}" if len(rest) == 1 else f"lines {bad + 1} to {rest[-1] + 1}"


def _complaint(lines: Sequence[str], bad: int, layout: Layout, columns: Sequence[int]) -> str:
    """Say what is wrong with a line among scans, and what to do."""
    cells = [cell.strip() for cell in cells_of(lines[bad], layout.separator)]
    where = f"line {bad + 1}"
    header = [name.strip() for name in layout.names]
    if cells == header:
        return f"{where} names the channels again: it holds several recordings; cut it there"
    if len(cells) != layout.width:
        return (
            f"{where} has {len(cells)} columns, expected {layout.width} as in line {layout.first + 1}; "
            "correct it, or cut the file there; where thousands separators make columns, export it "
            "without them"
        )
    column = next(column for column in columns if not _is_scan_cell(cells[column]))
    name = layout.names[column] or f"column {column + 1}"
    return f"{where}: {name} is {cells[column][:40]!r}, expected a number; {_advice(cells[column])}"


def _is_scan_cell(cell: str) -> bool:
    try:
        _float(cell)
    except ValueError:
        return False
    return True


def _advice(cell: str) -> str:
    if not cell:
        return "it is empty; cut the file there, or leave the column out (call it _ in --columns)"
    if _THOUSANDS.fullmatch(cell):
        return "export it without thousands separators"
    if _HEX.fullmatch(cell):
        return "export it in decimal numbers"
    if _UNIT_BEHIND.fullmatch(cell):
        return "export it without units behind the numbers"
    return "correct it, cut the file there, or leave the column out (call it _ in --columns)"


class _Marks:
    """Watches that commas within numbers are decimal commas, never thousands separators."""

    def __init__(self, layout: Layout, columns: Sequence[int]) -> None:
        self._names = {column: layout.names[column] or f"column {column + 1}" for column in columns}
        self._point: str | None = None
        self._comma: str | None = None

    def check(self, rows: list[list[str]], numbers: list[int]) -> None:
        """Take rows and the indices of their lines; raises RecordingError."""
        for column, name in self._names.items():
            cells = [row[column] for row in rows]
            text = "".join(cells)
            comma, point = "," in text, "." in text
            if comma:
                self._comma = self._comma or self._seen(",", name, cells, numbers)
                self._check_thousands(name, cells, numbers)
            if point:
                self._point = self._point or self._seen(".", name, cells, numbers)
        if self._comma and self._point:
            raise RecordingError(
                f"it holds decimal points ({self._point}) and commas within numbers ({self._comma}); export "
                "it without thousands separators"
            )

    @staticmethod
    def _seen(mark: str, name: str, cells: list[str], numbers: list[int]) -> str:
        at = next(i for i, cell in enumerate(cells) if mark in cell)
        return f"line {numbers[at] + 1}: {name} is {cells[at].strip()!r}"

    @staticmethod
    def _check_thousands(name: str, cells: list[str], numbers: list[int]) -> None:
        """Refuse whole numbers beside ones with three digits behind a comma: 999 beside 1,000."""
        with_comma = [cell.strip() for cell in cells if "," in cell]
        without = [cell.strip() for cell in cells if "," not in cell]
        if (
            without
            and all(map(_MAYBE_THOUSANDS.fullmatch, with_comma))
            and all(map(_WHOLE.fullmatch, without))
        ):
            at = next(i for i, cell in enumerate(cells) if "," in cell)
            raise RecordingError(
                f"line {numbers[at] + 1}: {name} is {with_comma[0]!r} and elsewhere {without[0]!r}, so its "
                "comma may separate thousands or decimals; export it without thousands separators"
            )
