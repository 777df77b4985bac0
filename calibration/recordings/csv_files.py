"""Importer of text tables as measuring programs export them: CSV, and the like.

A line of channel names, then one scan a line; a column of time tells the rate, and must be even: lost scans
show in it. How the table is written is found out (`csv_layout`), and what cannot be read is refused with its
line.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from calibration.recordings.assembling import IMPORTED, Clock, recording_of
from calibration.recordings.columns import (
    LEFT_OUT,
    Column,
    Description,
    Told,
    check_scales,
    described,
    left_out_of,
    no_channels,
    renamed,
)
from calibration.recordings.csv_layout import Layout, find_layout
from calibration.recordings.csv_numbers import Numbers, read_numbers
from calibration.recordings.preambles import without_preamble
from calibration.recordings.text_files import read_lines
from calibration.recordings.time_column import RATE_TOLERANCE, TimeColumn, find_time, rate_of
from edge_agent.acquire.recordings import Recording, RecordingError


def read_csv(path: Path, description: Description) -> Recording:
    """Read a text table; raises RecordingError if it cannot be used."""
    try:
        return _recording(path, description)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (RecordingError, csv.Error, ValueError, OverflowError) as error:
        raise RecordingError(f"{path}: {error}") from error


def _recording(path: Path, description: Description) -> Recording:
    table = without_preamble(read_lines(path))
    names = description.columns or table.columns
    layout = find_layout(table.lines, names, [channel.name for channel in description.channels])
    columns = renamed(
        [
            Column(i, name, unit)
            for i, (name, unit) in enumerate(zip(layout.names, layout.units, strict=True))
        ],
        description.names,
    )
    time = _time_column(columns, layout, description)
    told = _channels(columns, time, layout, description)
    used = [each for each in told if each.channel is not None]
    indices = [each.column.index for each in used]
    numbers = read_numbers(table.lines, layout, indices if time is None else [time.index, *indices])
    stated_hz = _stated_hz(description.rate_hz, table.rate_hz or layout.rate_hz)
    clock = _clock(used, time, numbers, stated_hz, given=description.rate_hz is not None)
    if clock is None:
        raise RecordingError(_no_rate(layout))
    recording = recording_of(path.stem, (clock,), {**description.meta, "source": path.name})
    if table.instrument:
        recording.meta[IMPORTED].insert(0, f"a table of {table.instrument}")
    footer = (numbers.footer,) if numbers.footer else ()
    return replace(recording, left_out=left_out_of(told) + footer)


def _channels(
    columns: Sequence[Column], time: TimeColumn | None, layout: Layout, description: Description
) -> list[Told]:
    """Return all columns but those of time, of indices, and those that the user leaves out."""
    candidates = [
        column
        for column in columns
        if not (column.name == LEFT_OUT or (time is not None and column.index == time.index))
        # a first one without a name is an index
        and (column.name or (column.index > 0 and column.index not in layout.empty))
    ]
    told = [
        replace(each, channel=None) if each.column.index in layout.empty else each
        for each in described(candidates, description)
    ]
    used = [each for each in told if each.channel is not None]
    _check_names(used, candidates)
    check_scales(used, description.scales)
    return told


def _clock(
    used: Sequence[Told], time: TimeColumn | None, numbers: Numbers, stated_hz: float | None, *, given: bool
) -> Clock | None:
    """Return the channels with their rate; None if nothing states it."""
    if time is not None:
        rate_hz = rate_of(time, numbers.values[:, 0], numbers.ends[0], stated_hz)
        return Clock(numbers.values[:, 1:], tuple(used), rate_hz, f"from column {time.name}")
    if stated_hz is None:
        return None
    origin = "as --rate-hz or the configuration says" if given else "as the file states"
    return Clock(numbers.values, tuple(used), stated_hz, origin)


def _time_column(columns: Sequence[Column], layout: Layout, description: Description) -> TimeColumn | None:
    """Return the column of time; None if there is none, or only one of text, as a time of day is."""
    channels = {channel.name for channel in description.channels}
    is_other = [column.name in channels or column.index in layout.text for column in columns]
    names = ["" if other else column.name for column, other in zip(columns, is_other, strict=True)]
    units = ["" if other else column.unit for column, other in zip(columns, is_other, strict=True)]
    return find_time(names, units)


def _stated_hz(given_hz: float | None, found_hz: float | None) -> float | None:
    if given_hz and found_hz and not math.isclose(given_hz, found_hz, rel_tol=RATE_TOLERANCE):
        raise RecordingError(
            f"it says {found_hz:g} Hz before its table, but {given_hz:g} Hz was given; correct one of them"
        )
    return given_hz or found_hz


def _no_rate(layout: Layout) -> str:
    of_text = find_time(layout.names, layout.units)
    if of_text is not None:
        return f"{of_text.name} holds text, no seconds; give --rate-hz, or a column time_s"
    return "nothing states its rate; give --rate-hz, or a column time_s"


def _check_names(used: list[Told], columns: list[Column]) -> None:
    """Refuse two columns of one channel, columns of numbers without a name, and a table without channels."""
    names = [each.channel.name for each in used if each.channel is not None]
    if len(set(names)) < len(names) or not all(column.name for column in columns):
        shown = ", ".join(column.name for column in columns)
        raise RecordingError(
            f"channel names {shown} are not all different and non-empty; correct them, or give --columns"
        )
    if not used:
        raise no_channels(columns)
