"""Named series of numbers, as binary formats hold them, become a recording: TDMS, COMTRADE and MATLAB.

Each format says of a series what it knows: unit, rate, counts or numbers. What it does not say comes from
the user, or from a series of time; what is still unknown is asked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from calibration.recordings.time_column import RATE_TOLERANCE, TimeColumn, find_time, rate_of
from edge_agent.acquire.recordings import Recording, RecordingError


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one name."""

    name: str
    """Name as the file has it."""
    values: NDArray[Any]
    """Samples (scans,), of any numeric type."""
    unit: str = ""
    """Unit as the file states it, "" if it states none."""
    rate_hz: float | None = None
    """Scans per second as the file states it of this series; None if it does not."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, and who says so."""

    hz: float | None
    """Scans per second; None if nothing states it."""
    origin: str
    """For people: "as the file states"."""


def recording_of_series(
    name: str,
    series: Sequence[Series],
    description: Description,
    meta: dict[str, Any],
    notes: Sequence[str] = (),
) -> Recording:
    """Make the recording of all series that are channels.

    Args:
        name: of the recording.
        series: all that the file holds.
        description: what the user says.
        meta: what the recording shall carry besides.
        notes: what the reader of the format concluded, for people.

    Raises RecordingError if a rate, a unit or a scale is unknown, or nothing is a channel.
    """
    if not series:
        raise RecordingError("it holds no series of numbers")
    columns = renamed(_columns(series), description.names)
    time = find_time([column.name for column in columns], [column.unit for column in columns])
    others = [c for c in columns if c.name != LEFT_OUT and (time is None or c.index != time.index)]
    told = described(others, description)
    used = [each for each in told if each.channel is not None]
    if not used:
        raise no_channels(others)
    _check_names(used)
    check_scales(used, description.scales)
    clocks = _clocks(used, series, time, description)
    recording = recording_of(name, clocks, meta)
    recording.meta[IMPORTED][:0] = list(notes)
    return replace(recording, left_out=left_out_of(told))


def _columns(series: Sequence[Series]) -> list[Column]:
    return [
        Column(index, each.name, each.unit, counts=each.values.dtype.kind in "iu" and not each.unit)
        for index, each in enumerate(series)
    ]


def _check_names(used: Sequence[Told]) -> None:
    by_name: dict[str, str] = {}
    for each in used:
        channel = each.channel.name if each.channel else ""
        if channel in by_name:
            raise RecordingError(
                f"{by_name[channel]} and {each.column.label} are both channel {channel}; say which one with "
                f"--map {channel}=NAME, and leave the other out with --map _=NAME"
            )
        by_name[channel] = each.column.label


def _clocks(
    used: Sequence[Told], series: Sequence[Series], time: TimeColumn | None, description: Description
) -> list[Clock]:
    """Group the channels by their rate; those of one rate must be equally long."""
    groups: dict[Rate, list[Told]] = {}
    for each in used:
        rate = _rate(series[each.column.index], series, time, description)
        groups.setdefault(rate, []).append(each)
    return [_clock(rate, told, series) for rate, told in groups.items()]


def _clock(rate: Rate, told: Sequence[Told], series: Sequence[Series]) -> Clock:
    columns = [series[each.column.index].values for each in told]
    lengths = {each.column.label: len(c) for each, c in zip(told, columns, strict=True)}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{label} {length}" for label, length in lengths.items())
        raise RecordingError(
            f"channels of one rate differ in length: {shown} scans; leave out, with --map _=NAME, those that "
            "were not sampled together with the currents"
        )
    if len(columns[0]) < 2:
        raise RecordingError(f"{next(iter(lengths))} holds {len(columns[0])} scans, expected two or more")
    if rate.hz is None:
        raise RecordingError(
            f"nothing states the rate of {', '.join(lengths)}; give --rate-hz, or name the series of time "
            "with --map time_s=NAME"
        )
    return Clock(np.stack(columns, axis=1), tuple(told), rate.hz, rate.origin)


def _rate(own: Series, series: Sequence[Series], time: TimeColumn | None, description: Description) -> Rate:
    """Return the rate of a series: its own, that of the series of time, or the one that the user gives."""
    given_hz = description.rate_hz
    if own.rate_hz is not None:
        if given_hz is not None and not math.isclose(own.rate_hz, given_hz, rel_tol=RATE_TOLERANCE):
            raise RecordingError(
                f"{own.name} has {own.rate_hz:g} Hz as the file states, but {given_hz:g} Hz was given; "
                "correct one of them"
            )
        return Rate(own.rate_hz, "as the file states")
    times = None if time is None else series[time.index].values
    if time is not None and times is not None and len(times) == len(own.values) > 1:
        as_float = times.astype(np.float64)
        return Rate(rate_of(time, as_float, [_last_digit(times)], given_hz), f"from {time.name}")
    return Rate(given_hz, "as --rate-hz or the configuration says")


def _last_digit(times: NDArray[Any]) -> str:
    """Return the worth of the last digit that the type of a time can hold at its end, as text."""
    if times.dtype.kind != "f":
        return "1"
    spacing = float(np.spacing(np.abs(times).max()))
    return f"1e{math.ceil(math.log10(spacing))}" if math.isfinite(spacing) and spacing > 0 else ""
