"""What oscilloscopes and LabVIEW write before, or beside, their tables.

A preamble says what the table does not: the rate, the units, how a channel is called. `without_preamble`
knows it by its first lines, takes these facts from it, and leaves the lines of the table; a line of the
preamble becomes an empty one, so that the numbers of lines stay those of the file.
"""

import re
from collections.abc import Sequence

from calibration.recordings.lvm_preamble import is_lvm, lvm_table
from calibration.recordings.plain_table import PlainTable, as_number, column_name
from edge_agent.acquire.recordings import RecordingError

_LOOKED_AT = 100
"""Lines in which a preamble ends: judgement; those of Tektronix have some twenty."""

_RIGOL_VALUE = re.compile(r"(?P<key>t0|tInc)\s*=\s*(?P<number>[-+\d.eE]+)\s*s?", re.IGNORECASE)
_RIGOL_NAME = re.compile(r"(?P<name>CH\d+|MATH\d*)\s*(?P<unit>[mu]?[VAW])?", re.IGNORECASE)


def without_preamble(lines: list[str]) -> PlainTable:
    """Return the table of a file, and what its preamble says of it; all lines if it has none that is known.

    Raises RecordingError if a preamble is known, and what it says cannot be.
    """
    if is_lvm(lines):
        return lvm_table(lines)
    first = lines[0].split(",")
    if first[0] == "Record Length" and len(first) >= 5:
        return _tektronix_beside(lines)
    if first[0] == "Model" and any(line.upper().startswith("TIME,") for line in lines[:_LOOKED_AT]):
        return _tektronix_before(lines)
    if first[0] == "X" and "Increment" in first and len(lines) > 1:
        return _rigol_two_lines(lines)
    if "tInc" in lines[0]:
        return _rigol_one_line(lines)
    return PlainTable("", lines)


def _tektronix_beside(lines: list[str]) -> PlainTable:
    """Read a TDS: the first three columns are the preamble, key and value, beside time and signal."""
    cells = [line.split(",") for line in lines]
    said = {row[0].strip(): row[1].strip() for row in cells[:_LOOKED_AT] if len(row) > 1 and row[0].strip()}
    name = column_name(said.get("Source", "CH1"), said.get("Vertical Units", ""))
    time = column_name("time", said.get("Horizontal Units") or "s")
    return PlainTable(
        "a Tektronix oscilloscope",
        [",".join(row[3:5]) for row in cells],
        (time, name),
        _rate_of(said.get("Sample Interval")),
    )


def _tektronix_before(lines: list[str]) -> PlainTable:
    """Read an MSO, a DPO or a later TDS: lines `key,value,value`, then `TIME,CH1,CH2`."""
    heading = next(n for n, line in enumerate(lines) if line.upper().startswith("TIME,"))
    names = [name.strip() for name in lines[heading].split(",")[1:]]
    said = {key.strip(): values for key, *values in (line.split(",") for line in lines[:heading])}
    labels = _filled(said.get("Label", ()), len(names))
    units = _filled(said.get("Vertical Units", ()), len(names))
    horizontal = _filled(said.get("Horizontal Units", ()), 1)[0] or "s"
    own = [column_name(label or name, unit) for label, name, unit in zip(labels, names, units, strict=True)]
    return PlainTable(
        "a Tektronix oscilloscope",
        [""] * (heading + 1) + lines[heading + 1 :],
        (column_name("time", horizontal), *own),
        _rate_of(_filled(said.get("Sample Interval", ()), 1)[0]),
    )


def _rigol_two_lines(lines: list[str]) -> PlainTable:
    """Read `X,CH1,CH2,Start,Increment` and below it `Sequence,Volt,Volt,-0.006,0.0005`."""
    names = [name.strip() for name in lines[0].split(",")]
    units = [unit.strip() for unit in lines[1].split(",")]
    channels = range(1, names.index("Start"))
    at = names.index("Increment")
    if at >= len(units):
        raise RecordingError("line 2 has no increment of time, as line 1 promises; export it again")
    columns = ("_", *(column_name(names[n], units[n]) for n in channels))
    return PlainTable("a Rigol oscilloscope", ["", "", *lines[2:]], columns, _rate_of(units[at]))


def _rigol_one_line(lines: list[str]) -> PlainTable:
    """Read `Time(s),CH1V,CH2V,t0 = -0.006s, tInc = 0.0005,`, with the column of time or without."""
    said = {found["key"].lower(): found["number"] for found in _RIGOL_VALUE.finditer(lines[0])}
    cells = [cell.strip() for cell in lines[0].split(",")]
    columns = []
    for cell in cells:
        if found := _RIGOL_NAME.fullmatch(cell):
            columns.append(column_name(found["name"], found["unit"] or ""))
        elif cell.lower().startswith("time"):
            columns.append(cell)
    if not columns:
        raise RecordingError("line 1 states tInc, as a Rigol oscilloscope does, but names no channel CH1 ...")
    return PlainTable("a Rigol oscilloscope", ["", *lines[1:]], tuple(columns), _rate_of(said.get("tinc")))


def _filled(values: Sequence[str], count: int) -> list[str]:
    return [value.strip() for value in (*values, *[""] * count)][:count]


def _rate_of(interval: str | None) -> float | None:
    """Return the scans per second of an interval in seconds; None if none is stated."""
    if not interval:
        return None
    interval_s = as_number(interval)
    if interval_s is None or interval_s <= 0:
        raise RecordingError(
            f"its preamble states an interval of {interval!r} s between two scans; correct it, or delete the "
            "lines before the table and give --rate-hz and --columns"
        )
    return 1 / interval_s
