"""Importer of CSV: one line of channel names, then one scan a line.

A column `time_s` tells the rate, and must be even: lost scans show in it. Columns are separated by comma,
semicolon or tab; numbers have a decimal point.
"""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.recordings.columns import Description, described, recording_of
from edge_agent.acquire.recordings import Recording, RecordingError

TIME = "time_s"
"""Name of the column of time, s."""

_STEP_TOLERANCE = 0.1
_DRIFT_TOLERANCE = 0.5
_RATE_TOLERANCE = 0.01


def read_csv(path: Path, description: Description) -> Recording:
    """Read a CSV file; raises RecordingError when it cannot be used."""
    try:
        names, values = _table(path)
        rate_hz = _rate_hz(names, values, description.rate_hz)
        columns = [number for number, name in enumerate(names) if name != TIME]
        names, values = [names[number] for number in columns], values[:, columns]
        channels = described(names, description.channels)
        meta = {**description.meta, "source": path.name}
        return recording_of(path.stem, values, channels, names, rate_hz, meta)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (RecordingError, ValueError) as error:
        raise RecordingError(f"{path}: {error}") from error


def _table(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline().lstrip("#").strip()
        separator = next((mark for mark in ",;\t" if mark in header), ",")
        names = [name.strip().strip('"') for name in header.split(separator)]
        _check_names(names)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that there is no data is told below
            values = np.loadtxt(file, delimiter=separator, ndmin=2, comments=None)
    if len(values) < 2:
        raise RecordingError(f"it holds {len(values)} scans, expected a header line and two scans or more")
    if values.shape[1] != len(names):
        raise RecordingError(f"the header names {len(names)} columns, the scans have {values.shape[1]}")
    return names, values


def _check_names(names: list[str]) -> None:
    if names == [""]:
        raise RecordingError("it is empty, or its first line is; expected channel names")
    if any(_is_number(name) for name in names):
        raise RecordingError(f"its first line holds numbers ({names[0]}, ...), expected channel names")
    if len(set(names)) < len(names) or not all(names):
        raise RecordingError(f"channel names {', '.join(names)} are not all different and non-empty")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rate_hz(names: list[str], values: NDArray[np.float64], given_hz: float | None) -> float:
    if TIME not in names:
        if given_hz is None:
            raise RecordingError(f"nothing tells its rate; give --rate-hz, or a column {TIME}")
        return given_hz
    time_s = values[:, names.index(TIME)]
    if not np.isfinite(time_s).all():
        raise RecordingError(f"{TIME} of scan {int(np.argmin(np.isfinite(time_s)))} is not finite")
    step_s = float(time_s[-1] - time_s[0]) / (len(time_s) - 1)
    if step_s <= 0:
        raise RecordingError(f"{TIME} does not grow: from {time_s[0]:g} to {time_s[-1]:g} s")
    _check_even(time_s, step_s)
    if given_hz is not None and abs(given_hz * step_s - 1) > _RATE_TOLERANCE:
        raise RecordingError(f"{TIME} says {1 / step_s:g} Hz, but {given_hz:g} Hz was given")
    return 1 / step_s


def _check_even(time_s: NDArray[np.float64], step_s: float) -> None:
    """Each step must be about the mean step, and the sum of their errors less than half a step."""
    step_errors = np.abs(np.diff(time_s) / step_s - 1)
    drift = np.abs((time_s - time_s[0]) / step_s - np.arange(len(time_s)))
    worst = int(step_errors.argmax())
    if step_errors[worst] > _STEP_TOLERANCE or drift.max() > _DRIFT_TOLERANCE:
        raise RecordingError(
            f"{TIME} is uneven: {time_s[worst + 1] - time_s[worst]:g} s after scan {worst}, {step_s:g} s on "
            f"average; where only the time stamps are bad, leave {TIME} out and give --rate-hz"
        )
