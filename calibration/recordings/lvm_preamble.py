"""The headers of a LabVIEW measurement file (.lvm): one for the file, one for its table.

Both are lines `key<tab>value<tab>value ...` and end with `***End_of_Header***`. A line of names follows, then
the scans: a column of time (X_Columns One), one for each channel (Multi), or an empty one (No); remarks
stand in the last column. Several tables in one file, as "segment headers" make them, are refused.
(National Instruments, "Specification for the LabVIEW Measurement File".)
"""

from calibration.recordings.plain_table import PlainTable, as_number, column_name
from edge_agent.acquire.recordings import RecordingError

_END = "***End_of_Header***"
_LOOKED_AT = 200
"""Lines in which both headers end: judgement; they have some thirty."""


def is_lvm(lines: list[str]) -> bool:
    """True if a file begins as a LabVIEW measurement file."""
    return lines[0].startswith("LabVIEW Measurement")


def lvm_table(lines: list[str]) -> PlainTable:
    """Return the table; raises RecordingError if a header is missing, or says what cannot be imported."""
    separator = "," if any(line.split(",")[:2] == ["Separator", "Comma"] for line in lines[:40]) else "\t"
    ends = [number for number, line in enumerate(lines) if line.startswith(_END)]
    if len(ends) < 2 or ends[1] > _LOOKED_AT or ends[1] + 1 >= len(lines):
        raise RecordingError(
            f"it begins as a LabVIEW measurement file and has {len(ends)} lines {_END}, expected one below "
            "the header of the file and one below that of the table; save it again in LabVIEW, or delete all "
            "lines before the numbers and give --columns and --rate-hz"
        )
    if len(ends) > 2:
        raise RecordingError(
            f"it holds {len(ends) - 1} tables of LabVIEW, each with a header of its own (the second ends in "
            f"line {ends[2] + 1}); cut it into one file for each"
        )
    file_says = _said(lines[: ends[0]], separator)
    table_says = _said(lines[ends[0] + 1 : ends[1]], separator)
    _check_time(table_says)
    heading = ends[1] + 1
    return PlainTable(
        "LabVIEW",
        [""] * (heading + 1) + lines[heading + 1 :],
        _columns(lines[heading].split(separator), file_says, table_says),
        _rate_hz(table_says),
    )


def _said(lines: list[str], separator: str) -> dict[str, list[str]]:
    """Return the values of a header by their key."""
    cells = (line.split(separator) for line in lines)
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in cells if row[0].strip()}


def _check_time(table_says: dict[str, list[str]]) -> None:
    over = next((value for value in table_says.get("X_Dimension", []) if value), "Time")
    if over != "Time":
        raise RecordingError(
            f"its LabVIEW header says that it runs over {over} (X_Dimension), expected Time; save the samples"
        )


def _columns(
    cells: list[str], file_says: dict[str, list[str]], table_says: dict[str, list[str]]
) -> tuple[str, ...]:
    """Return the names of all columns: the time, the channels with their units, `_` for the others."""
    names = [cell.strip() for cell in cells]
    while names and names[-1] in ("", "Comment"):
        names.pop()
    times = (file_says.get("X_Columns") or ["One"])[0]
    units = iter(table_says.get("Y_Unit_Label", []))
    columns: list[str] = []
    for name in names:
        if name == "X_Value":
            columns.append("_" if times == "No" or "time_s" in columns else "time_s")
        else:
            columns.append(column_name(name, next(units, "")))
    return tuple(columns)


def _rate_hz(table_says: dict[str, list[str]]) -> float | None:
    """Return the scans per second, the same for all channels; None if none is stated."""
    stated = [value for value in table_says.get("Delta_X", []) if value]
    steps_s = [as_number(value) for value in stated]
    if not stated:
        return None
    if len(set(steps_s)) > 1 or steps_s[0] is None or steps_s[0] <= 0:
        raise RecordingError(
            f"its LabVIEW header states steps of {', '.join(stated)} s between two scans (Delta_X), expected "
            "one for all channels; save channels of different rates in files of their own"
        )
    return 1 / steps_s[0]
