"""The column of time of a text file: which it is, in which unit, and the rate that it shows.

Its stamps are rounded, so that even samples look uneven by up to one digit. That is no error. A step that
differs from the others by more, or an error that grows, is one: scans are missing, or the rate changed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.recordings import RecordingError

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Seconds of a unit of time (SI prefixes)."""
_UNIT_NAMES = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "ms": ("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"),
    "us": ("us", "usec", "usecs", "micros", "microsecond", "microseconds"),
    "ns": ("ns", "nsec", "nanos", "nanosecond", "nanoseconds"),
}
_UNIT_OF_NAME = {name: unit for unit, names in _UNIT_NAMES.items() for name in names}
_TIME_NAMES = frozenset({"time", "t", "timestamp", "zeit", "elapsed", "elapsed_time"})
_NUMBER = re.compile(r"[+-]?(?P<whole>\d*)\.?(?P<decimals>\d*)(?:[eE](?P<exponent>[+-]?\d+))?")

_STEP_TOLERANCE = 0.1
"""Jitter of a step in steps that stamps may have: judgement; a lost scan is an error of a whole step."""

_DRIFT_TOLERANCE = 0.5
"""Error of a stamp in steps against even scans: half a step is the most that is not a scan lost or made."""

RATE_TOLERANCE = 0.01
"""Relative difference of two rates that are meant to be the same: judgement, far beyond that of quartz."""

_MIN_GUESSED_RATE_HZ = 500.0
"""Least rate at which a time without a unit is taken for seconds: judgement; in ms it would be 500 kHz."""

_RARE = 0.02
"""Share of double steps up to which they are lost scans and no rounding: judgement."""


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A column that counts time."""

    index: int
    """Its place in the file."""
    name: str
    """As the file calls it."""
    unit: str | None
    """s, ms, us or ns; None if the file does not say it."""


def is_time_unit(text: str) -> bool:
    """True if a text is a unit of time."""
    return _unit(text) is not None


def find_time(names: Sequence[str], units: Sequence[str]) -> TimeColumn | None:
    """Return the first column that is one of time by its name or its unit; None if there is none."""
    for index, (name, unit) in enumerate(zip(names, units, strict=True)):
        base, _, in_name = name.replace("[", "(").rstrip(" )]").partition("(")
        word = re.sub(r"[ _-]+", "_", base.strip().lower())
        stem, _, suffix = word.rpartition("_")
        stated = _unit(in_name) or _unit(unit)
        if word in _TIME_NAMES or (_unit(word) is not None and len(word) > 2):
            return TimeColumn(index, name, stated or _unit(word))
        if stem in _TIME_NAMES and _unit(suffix):
            return TimeColumn(index, name, _unit(suffix))
        if stated is not None and name != "":
            return TimeColumn(index, name, stated)
    return None


def rate_of(
    column: TimeColumn, times: NDArray[np.float64], cells: Sequence[str], given_hz: float | None
) -> float:
    """Return the scans per second that a column of time shows.

    Args:
        column: what is known of it.
        times: its values (scans,), in its unit.
        cells: its first and last values as they are written, whose digits tell how they are rounded.
        given_hz: the rate that the user or the file states; None if neither does.

    Raises RecordingError if time does not grow evenly, or contradicts the rate that is stated.
    """
    name = column.name
    if not np.isfinite(times).all():
        raise RecordingError(f"{name} of scan {int(np.argmin(np.isfinite(times)))} is not finite")
    places = np.arange(len(times)) - (len(times) - 1) / 2
    step = float(places @ (times - times.mean()) / (places @ places))
    if step <= 0 or times[-1] <= times[0]:
        raise RecordingError(f"{name} does not grow: from {times[0]:g} to {times[-1]:g}")
    unit = column.unit or _guessed_unit(name, step, given_hz)
    resolution = _resolution(cells)
    rate_hz = 1 / (step * _SECONDS[unit])
    if given_hz is not None and abs(given_hz / rate_hz - 1) > RATE_TOLERANCE:
        raise RecordingError(
            f"{name} says {rate_hz:g} Hz, but {given_hz:g} Hz was given; correct one of them, or leave "
            f"{name} out: call it _ in --columns"
        )
    _check_even(name, unit, times, step, resolution, stated=given_hz is not None)
    return rate_hz


def _unit(text: str) -> str | None:
    return _UNIT_OF_NAME.get(text.strip(" []()").replace("\u00b5", "u").replace("\u03bc", "u").lower())


def _guessed_unit(name: str, step: float, given_hz: float | None) -> str:
    """Return the unit that fits the stated rate, or seconds where nothing else can be meant."""
    if given_hz is not None:
        fitting = (u for u, s in _SECONDS.items() if abs(given_hz * step * s - 1) <= RATE_TOLERANCE)
        return next(fitting, "s")
    if step <= 1 / _MIN_GUESSED_RATE_HZ:
        return "s"
    raise RecordingError(
        f"{name} grows by {step:g} a scan and has no unit; call it time_s, time_ms or time_us in the header "
        "or in --columns, or give --rate-hz"
    )


def _resolution(cells: Sequence[str]) -> float:
    """Return the worth of the last digit, of the coarser end where beginning and end differ."""
    half = (len(cells) + 1) // 2
    return max((_finest_digit(part) for part in (cells[:half], cells[half:]) if part), default=0.0)


def _finest_digit(cells: Sequence[str]) -> float:
    digits = [_last_digit(cell.strip().replace(",", ".")) for cell in cells]
    return min((digit for digit in digits if digit > 0), default=0.0)


def _last_digit(cell: str) -> float:
    found = _NUMBER.fullmatch(cell)
    if found is None:
        return 0.0
    exponent = int(found["exponent"] or 0) - len(found["decimals"])
    return 10.0 ** max(-300, min(300, exponent))


def _check_even(
    name: str, unit: str, times: NDArray[np.float64], step: float, resolution: float, *, stated: bool
) -> None:
    """Refuse steps that are no rounding of even ones; see the head of the file."""
    steps = np.diff(times)
    errors = np.abs(steps - step)
    even = times[0] + step * np.arange(len(times))
    drift = np.abs(times - even - np.median(times - even))
    worst = int(errors.argmax())
    typical = float(np.median(steps))
    doubled = np.flatnonzero(steps > 1.5 * typical) if typical > 0 else np.empty(0, int)
    lost = not stated and 0 < doubled.size <= _RARE * steps.size
    uneven = errors[worst] > _STEP_TOLERANCE * step + resolution
    if uneven or lost or drift.max() > _DRIFT_TOLERANCE * step + resolution:
        at = int(doubled[0]) if lost else worst
        raise RecordingError(
            f"{name} is uneven: {steps[at]:.6g} {unit} after scan {at}, {step:.6g} {unit} on average; scans "
            "are missing there, so cut the file; where only the stamps are bad, leave "
            f"{name} out (call it _ in --columns) and give --rate-hz"
        )
