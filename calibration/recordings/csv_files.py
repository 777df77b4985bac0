"""Importer of text tables as measuring programs export them: CSV, and the like.

A line of channel names, then one scan a line; a column of time tells the rate, and must be even: lost scans
show in it. How the table is written is found out (`csv_layout`), and what cannot be read is refused with its
line.
"""

import csv
import math
from dataclasses import replace
from pathlib import Path

from calibration.recordings.columns import Column, Description, Told, described, no_channels, recording_of
from calibration.recordings.csv_layout import Layout, find_layout
from calibration.recordings.csv_numbers import read_numbers
from calibration.recordings.text_files import read_lines
from calibration.recordings.time_column import RATE_TOLERANCE, TimeColumn, find_time, rate_of
from edge_agent.acquire.recordings import Recording, RecordingError

LEFT_OUT = "_"
"""Name that `--columns` gives a column which is to be left out."""


def read_csv(path: Path, description: Description) -> Recording:
    """Read a text table; raises RecordingError if it cannot be used."""
    try:
        return _recording(path, description)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (RecordingError, csv.Error, ValueError, OverflowError) as error:
        raise RecordingError(f"{path}: {error}") from error


def _recording(path: Path, description: Description) -> Recording:
    lines = read_lines(path)
    layout = find_layout(lines, description.columns, [channel.name for channel in description.channels])
    time = _time_column(layout, description)
    columns = [
        Column(index, name, unit)
        for index, (name, unit) in enumerate(zip(layout.names, layout.units, strict=True))
        if not (name == LEFT_OUT or (time is not None and index == time.index))
        and (name or (index > 0 and index not in layout.empty))  # a first one without a name is an index
    ]
    told = [
        replace(each, channel=None) if each.column.index in layout.empty else each
        for each in described(columns, description.channels)
    ]
    used = [each for each in told if each.channel is not None]
    _check_names(used, columns)
    indices = [each.column.index for each in used]
    numbers = read_numbers(lines, layout, indices if time is None else [time.index, *indices])
    stated_hz = _stated_hz(layout, description)
    if time is None:
        rate_hz, values = stated_hz, numbers.values
    else:
        rate_hz = rate_of(time, numbers.values[:, 0], numbers.ends[0], stated_hz)
        values = numbers.values[:, 1:]
    if rate_hz is None:
        raise RecordingError(_no_rate(layout))
    meta = {**description.meta, "source": path.name}
    recording = recording_of(path.stem, values, used, rate_hz, meta)
    left_out = tuple(each.column.label for each in told if each.channel is None)
    scaled = (each.column.label for each in used if each.unused_scale)
    left_out += tuple(f"the configured scale of {label}, whose unit the file states" for label in scaled)
    return replace(recording, left_out=left_out + ((numbers.footer,) if numbers.footer else ()))


def _time_column(layout: Layout, description: Description) -> TimeColumn | None:
    """Return the column of time; None if there is none, or only one of text, as a time of day is."""
    channels = {channel.name for channel in description.channels}
    is_other = [name in channels or index in layout.text for index, name in enumerate(layout.names)]
    names = ["" if other else name for name, other in zip(layout.names, is_other, strict=True)]
    units = ["" if other else unit for unit, other in zip(layout.units, is_other, strict=True)]
    return find_time(names, units)


def _stated_hz(layout: Layout, description: Description) -> float | None:
    given_hz, found_hz = description.rate_hz, layout.rate_hz
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
