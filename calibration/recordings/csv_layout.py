"""How a text file writes its table: what separates the columns, which line names them, where numbers begin.

Measuring programs put all sorts of lines before and after their numbers. So the numbers are looked for
first: of all ways to split lines, the one under which the longest run of lines has equally many columns,
most of them numbers, and a header that fits.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from calibration.recordings.time_column import is_time_unit
from edge_agent.acquire.recordings import RecordingError
from edge_agent.acquire.units import standard_unit

BLANKS = " "
"""The separator that stands for any number of blanks."""

_SEPARATORS = ("\t", ";", "|", ",", BLANKS)
_SAMPLE_LINES = 500
"""Lines that are looked at to find the layout: judgement, more than any preamble."""

_NUMBER = {
    ".": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf)", re.IGNORECASE),
    ",": re.compile(r"[+-]?(\d+(,\d+)?|,\d+)([eE][+-]?\d+)?|[+-]?(nan|inf)", re.IGNORECASE),
}
_NO_VALUE = re.compile(r"\s*(nan|-+|n/?a|null|none)?\s*", re.IGNORECASE)
_OTHER_UNITS = frozenset({"v", "mv", "volt", "volts", "hz", "degc", "\u00b0c", "nm", "count", "counts", "w"})
_SEPARATOR_LINE = re.compile(r"\"?sep=([^\w\"'.+-])\"?", re.IGNORECASE)
_RATE = re.compile(
    r"(?:(?i:sampl(?:e|ing)[ _-]?(?:rate|freq\w*))|\brate_hz|\bfs)\s*"
    r"(?:[\[(]\s*(?P<before>[kM]?)(?:Hz|Sa?/s)\s*[\])])?[\s:;,=\"]*"
    r"(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*(?P<after>[kM]?)(?:Hz|Sa?/s|sps)?"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table of a text file stands, and what is said of its columns."""

    separator: str
    """What stands between two columns; `BLANKS` for any number of them."""
    width: int
    """Columns of each line of numbers."""
    first: int
    """Index of the first line of numbers."""
    names: tuple[str, ...]
    """Name of each column, "" where it has none."""
    units: tuple[str, ...]
    """Unit of each column, as a line of units says it; "" elsewhere."""
    empty: frozenset[int]
    """Columns without any value."""
    text: frozenset[int]
    """Columns without any number: the empty ones, and those of text."""
    rate_hz: float | None
    """Scans per second, as a line before the table says it."""


def cells_of(line: str, separator: str) -> list[str]:
    """Return the cells of a line; blanks around them are left where they are."""
    if '"' in line:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
        return [cell for cell in cells if cell] if separator == BLANKS else cells
    return line.split() if separator == BLANKS else line.split(separator)


def is_number(cell: str) -> bool:
    """True if a cell holds a number, with decimal point or decimal comma."""
    return any(pattern.fullmatch(cell.strip()) for pattern in _NUMBER.values())


def find_layout(lines: Sequence[str], columns: Sequence[str], described: Sequence[str]) -> Layout:
    """Find the table; raises RecordingError if there is none.

    Args:
        lines: all lines of the file.
        columns: names of the columns that the user gives; empty if the file must say it.
        described: names of configured channels, for a file without names that has as many columns.
    """
    chosen = _SEPARATOR_LINE.fullmatch(lines[0].strip(" "))
    begin = 1 if chosen else 0
    sample = [number for number in range(begin, len(lines)) if lines[number].strip()][:_SAMPLE_LINES]
    if not sample:
        raise RecordingError("it is empty; expected a line of channel names and lines of numbers")
    separators = (chosen[1],) if chosen else _SEPARATORS
    ways = [_Way(lines, sample, separator, decimal) for separator, decimal in product(separators, ".,")]
    best = max(ways, key=lambda way: way.score(columns))
    if best.length == 0:
        shown = lines[sample[min(1, len(sample) - 1)]].strip()[:60]
        raise RecordingError(
            "it holds 0 scans, expected a line of channel names and two lines of numbers or more; "
            f"line {sample[min(1, len(sample) - 1)] + 1} is {shown!r}"
        )
    names, units = best.heading(columns, described)
    before = [lines[number] for number in sample[: best.start]]
    return Layout(
        separator=best.separator,
        width=best.width,
        first=sample[best.start],
        names=names,
        units=units,
        empty=best.empty,
        text=best.text,
        rate_hz=_stated_rate_hz(before),
    )


class _Way:
    """The longest run of lines that have equally many columns and numbers, split in one way."""

    def __init__(self, lines: Sequence[str], sample: list[int], separator: str, decimal: str) -> None:
        self.separator = separator
        self._rows = [[cell.strip() for cell in _bare(lines[n], separator)] for n in sample]
        number = _NUMBER[decimal]
        counts = [sum(number.fullmatch(cell) is not None for cell in row) for row in self._rows]
        self.start, self.length = self._longest_run(counts)
        if self.length > 2 and self._starts_with_names(number):
            self.start, self.length = self.start + 1, self.length - 1
        run = self._rows[self.start : self.start + self.length]
        self.width = len(run[0]) if run else 0
        """Columns of each line of the run."""
        self.empty = frozenset(
            c for c in range(self.width) if all(_NO_VALUE.fullmatch(row[c]) for row in run)
        )
        self.text = self.empty | {
            c for c in range(self.width) if not any(number.fullmatch(row[c]) for row in run)
        }
        filled = sum(1 for row in run for cell in row if cell)
        self._share = sum(counts[self.start : self.start + self.length]) / max(filled, 1)

    def _starts_with_names(self, number: re.Pattern[str]) -> bool:
        """True if the first line of the run has words where the next have numbers, as `time,1,2,3` has."""
        first, second, third = self._rows[self.start : self.start + 3]
        above = self._rows[self.start - 1] if self.start else []
        return len(above) != len(first) and any(
            not _NO_VALUE.fullmatch(a) and not is_number(a) and number.fullmatch(b) and number.fullmatch(c)
            for a, b, c in zip(first, second, third, strict=True)
        )

    def _longest_run(self, counts: list[int]) -> tuple[int, int]:
        best, start = (0, 0), 0
        for index, row in enumerate(self._rows):
            if counts[index] == 0:
                start = index + 1
                continue
            if len(row) != len(self._rows[start]):
                start = index
            if index + 1 - start > best[1]:
                best = (start, index + 1 - start)
        return best

    def score(self, columns: Sequence[str]) -> tuple[bool, float, int, int]:
        """Rank the way: a header that fits, many numbers, a long run, many columns."""
        header = list(columns) or (self._rows[self.start - 1] if self.start and self.length else [])
        fits = bool(header) and self._aligned(header) is not None and not _holds_separator(header)
        return fits, round(self._share, 2), self.length, self.width

    def heading(
        self, columns: Sequence[str], described: Sequence[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return name and unit of each column; raises RecordingError if nothing names them."""
        header, units = self._header_lines()
        if columns:
            names = self._aligned(columns)
            if names is None:
                raise RecordingError(
                    f"--columns names {len(columns)} columns, the scans have {self.width}; "
                    "name each, with _ for one that is to be left out"
                )
            return tuple(names), tuple(units)
        if header is None:
            names = self._aligned(described)
            if described and names is not None:
                return tuple(names), tuple(units)
            first = ", ".join(self._rows[self.start][:1])
            raise RecordingError(
                f"its first line holds numbers ({first}, ...), expected channel names; "
                "give them with --columns, e.g. --columns time_s,ia,ib,ic"
            )
        names = self._aligned(header)
        if names is None:
            raise RecordingError(
                f"the header names {len(header)} columns, the scans have {self.width}; name them with "
                "--columns or, if commas occur both between columns and within numbers, export it with "
                "semicolons"
            )
        return tuple(names), tuple(units)

    def _header_lines(self) -> tuple[list[str] | None, list[str]]:
        """Return the line of names above the numbers, None if there is none, and the units below it."""
        none = [""] * self.width
        above = self._rows[self.start - 1] if self.start else None
        if above is None:
            return None, none
        units = self._aligned(above)
        further = self._rows[self.start - 2] if self.start > 1 else []
        if units is not None and _are_units(units) and self._aligned(further) is not None:
            return further, units
        return above, none

    def _aligned(self, header: Sequence[str]) -> list[str] | None:
        """Spread a header over the columns; None if their numbers differ for more than empty columns."""
        cells = list(header)
        if len(cells) == self.width:
            return cells
        while cells and not cells[-1]:
            cells.pop()
        further = self.width - len(cells)
        for lead in range(further + 1):
            trail = further - lead
            if {*range(lead), *range(self.width - trail, self.width)} <= self.empty:
                return [""] * lead + cells + [""] * trail
        return None


def _bare(line: str, separator: str) -> list[str]:
    """Split a line that may be a comment."""
    text = line.strip(" ").lstrip("#%").strip(" ") if line.lstrip().startswith(("#", "%")) else line
    return cells_of(text, separator)


def _holds_separator(header: Sequence[str]) -> bool:
    """True if a header is not split by what stands between its names."""
    return any(mark in name for name in header for mark in _SEPARATORS if mark != BLANKS)


def _are_units(cells: Sequence[str]) -> bool:
    told = [cell.strip("[]()").strip() for cell in cells]
    told = [cell for cell in told if cell not in ("", "-")]
    known = [
        cell for cell in told if standard_unit(cell) or is_time_unit(cell) or cell.lower() in _OTHER_UNITS
    ]
    return bool(told) and 2 * len(known) > len(told)


def _stated_rate_hz(lines: Sequence[str]) -> float | None:
    for line in lines:
        if found := _RATE.search(line):
            return float(found["number"]) * {"": 1.0, "k": 1e3, "M": 1e6}[found["before"] or found["after"]]
    return None
