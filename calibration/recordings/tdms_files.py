"""Importer of TDMS, the format of LabVIEW and of National Instruments' loggers.

Each channel carries properties: `wf_increment` is the time between two of its values, `unit_string` its unit.
Values come scaled as the file says. A channel is called by its own name where that is unique in the file,
else by `group/channel`.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nptdms
import numpy as np

from calibration.recordings.columns import Description
from calibration.recordings.series import Series, recording_of_series
from edge_agent.acquire.archive import MAX_RECORDING_BYTES
from edge_agent.acquire.recordings import Recording, RecordingError

_UNIT_PROPERTIES = ("unit_string", "NI_UnitDescription", "Unit", "unit")
"""Properties that hold the unit: LabVIEW's own first, then those of other programs."""
_MAX_VALUE_BYTES = 8
"""Bytes of the widest number of the format."""


def read_tdms(path: Path, description: Description) -> Recording:
    """Read a TDMS file; raises RecordingError if it cannot be used."""
    try:
        with _opened(path) as file:
            series = _all_series(file)
        return recording_of_series(path.stem, series, description, {**description.meta, "source": path.name})
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[nptdms.TdmsFile]:
    with path.open("rb") as start:
        if start.read(4) != b"TDSm":
            raise RecordingError("it does not begin as a TDMS file; copy it again, or export it as CSV")
    try:
        with nptdms.TdmsFile.open(path) as file:
            yield file
    except (OSError, RecordingError):
        raise
    except Exception as error:  # nptdms computes with what a damaged file says before it checks it
        said = " ".join(str(error).split()) or type(error).__name__
        raise RecordingError(f"it is a damaged TDMS file: {said}; copy it again") from error


def _all_series(file: nptdms.TdmsFile) -> list[Series]:
    if file.file_status.incomplete_final_segment:
        raise RecordingError("it is cut short: its last segment is not whole; copy it again")
    channels = [channel for group in file.groups() for channel in group.channels()]
    size = sum(len(channel) for channel in channels) * _MAX_VALUE_BYTES
    if size > MAX_RECORDING_BYTES:
        raise RecordingError(
            f"its channels take {size / 2**20:.0f} MiB, expected at most {MAX_RECORDING_BYTES / 2**20:.0f}; "
            "cut it into several files"
        )
    uses = Counter(channel.name for channel in channels)
    series = []
    for channel in channels:
        values = np.asarray(channel[:])
        if values.ndim == 1 and values.dtype.kind in "fiu" and len(values):
            name = channel.name if uses[channel.name] == 1 else f"{channel.group_name}/{channel.name}"
            series.append(Series(name, values, _unit(channel.properties), _rate_hz(channel.properties)))
    return series


def _unit(properties: dict[str, Any]) -> str:
    return next((str(properties[key]) for key in _UNIT_PROPERTIES if properties.get(key)), "")


def _rate_hz(properties: dict[str, Any]) -> float | None:
    """Return the scans per second; None if nothing states it. Programs write 0 or 1 where they know none."""
    increment = properties.get("wf_increment")
    if not isinstance(increment, int | float) or not 0 < increment < 1:
        return None
    return 1 / float(increment)
