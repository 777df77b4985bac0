"""Importer of MATLAB files with any variable names: v5 and older (scipy), and v7.3, which is HDF5 (h5py).

Each vector is a series of its name, `s.ia` within a struct; a matrix is one for each column: `Data.1`,
`Data.2`. A number called fs, or the like, is the rate. Text, cells and objects are left out.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat, whosmat

from calibration.recordings.columns import LEFT_OUT, Description
from calibration.recordings.series import Series, recording_of_series
from edge_agent.acquire.archive import MAX_RECORDING_BYTES
from edge_agent.acquire.recordings import Recording, RecordingError

_RATE_NAMES = frozenset(
    {"fs", "samplerate", "samplingrate", "samplefrequency", "samplingfrequency", "ratehz", "fshz", "fsample"}
)
_STEP_NAMES = frozenset({"dt", "ts", "deltat", "tsample", "sampletime", "sampleinterval"})
_MAX_COLUMNS = 64
"""Columns of a matrix of series: as many as a device may have channels; a picture has more."""
_MAX_VALUE_BYTES = 8
"""Bytes of a double, the widest number of MATLAB."""
_HDF5 = b"\x89HDF\r\n\x1a\n"
_V73 = b"MATLAB 7.3"
_USER_BLOCK_BYTES = 512
"""Length of the text before HDF5 in a file of MATLAB v7.3."""


def is_hdf5(path: Path) -> bool:
    """True if a file is, or says that it is, of MATLAB v7.3; raises RecordingError if it cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(_USER_BLOCK_BYTES + len(_HDF5))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    return start.startswith((_HDF5, _V73)) or start[_USER_BLOCK_BYTES:] == _HDF5


def read_matlab(path: Path, description: Description) -> Recording:
    """Read a MATLAB file; raises RecordingError if it cannot be used."""
    try:
        if path.stat().st_size > MAX_RECORDING_BYTES:
            raise RecordingError(f"it is larger than {MAX_RECORDING_BYTES / 2**20:.0f} MiB; cut it")
        variables = list(_variables_7_3(path) if is_hdf5(path) else _variables_5(path))
        scalars = {name: float(values.flat[0]) for name, values in variables if values.size == 1}
        names = description.names
        rate_hz, notes = _stated_rate({n: v for n, v in scalars.items() if names.get(n) != LEFT_OUT})
        of_series = {name: ours for name, ours in names.items() if name not in scalars}
        series = [each for name, values in variables for each in _series(name, values, rate_hz)]
        meta = {**description.meta, "source": path.name}
        return recording_of_series(path.stem, series, replace(description, names=of_series), meta, notes)
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error


def _stated_rate(scalars: Mapping[str, float]) -> tuple[float | None, list[str]]:
    """Return the rate that a number of the file says by its name, and the sentence on it."""
    for name, value in scalars.items():
        word = re.sub(r"[ _-]", "", name.rpartition(".")[2]).lower()
        if word in _RATE_NAMES and math.isfinite(value) and value > 0:
            return value, [f"{name} = {value:g} taken as the rate in Hz (--map _={name} if it is not)"]
        if word in _STEP_NAMES and math.isfinite(value) and 0 < value < 1:
            return 1 / value, [f"{name} = {value:g} taken as the seconds of a scan (--map _={name} if not)"]
    return None, []


def _series(name: str, values: NDArray[Any], rate_hz: float | None) -> Iterator[Series]:
    """Yield the columns of a variable, or the rows of a matrix that has fewer rows than columns."""
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.ndim == 1 and values.size > 1:
        yield Series(name, values, rate_hz=rate_hz)
    elif values.ndim == 2 and min(values.shape) <= _MAX_COLUMNS:
        columns = values if values.shape[0] <= values.shape[1] else values.T
        for number, column in enumerate(columns, 1):
            yield Series(f"{name}.{number}", column, rate_hz=rate_hz)


def _variables_5(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the numeric variables of a file of v5 or older, those within structs by `struct.field`."""
    if path.stat().st_size == 0:
        raise RecordingError("it is empty; copy it again")
    try:
        claimed = sum(math.prod(shape) for _, shape, _ in whosmat(path))
        if claimed * _MAX_VALUE_BYTES > MAX_RECORDING_BYTES:
            raise RecordingError(f"its variables hold {claimed} values, more than fit; cut it")
        content = loadmat(path, squeeze_me=False, struct_as_record=True)
    except RecordingError:
        raise
    except Exception as error:  # scipy computes with what a damaged file says before it checks it
        said = " ".join(str(error).split()) or type(error).__name__
        raise RecordingError(
            f"it is no MATLAB file, or a damaged one: {said}; copy it again, or save it with -v7"
        ) from error
    for name, value in content.items():
        if not name.startswith("__"):
            yield from _numeric(name, value)


def _numeric(name: str, value: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield an array, or those of the fields of a struct of one element."""
    if not isinstance(value, np.ndarray) or value.size == 0:
        return
    if value.dtype.names and value.size == 1:
        for field in value.dtype.names:
            yield from _numeric(f"{name}.{field}", value[field].flat[0])
    elif value.dtype.kind in "fiu":
        yield name, value


def _variables_7_3(path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the numeric variables of a file of v7.3; h5py reads it."""
    import h5py  # only files of v7.3 need it

    try:
        with h5py.File(path) as file:
            yield from _in_group(file, "")
    except RecordingError:
        raise
    except Exception as error:  # h5py raises all kinds of errors for damaged files
        said = " ".join(str(error).split()) or type(error).__name__
        raise RecordingError(f"it is a damaged HDF5 file (MATLAB v7.3): {said}; copy it again") from error


def _in_group(group: Any, prefix: str) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the arrays of a group and of the structs within it; MATLAB stores them transposed."""
    for name, item in group.items():
        if name.startswith("#"):
            continue  # where MATLAB keeps what cells and objects refer to
        if not hasattr(item, "shape"):
            yield from _in_group(item, f"{prefix}{name}.")
        elif item.dtype.kind in "fiu" and item.size and not _is_text(item):
            if item.size * _MAX_VALUE_BYTES > MAX_RECORDING_BYTES:
                raise RecordingError(f"{prefix}{name} claims {item.size} values, more than fit; cut it")
            yield prefix + name, np.asarray(item[()]).T


def _is_text(item: Any) -> bool:
    return item.attrs.get("MATLAB_class", b"") in (b"char", b"logical") or "MATLAB_empty" in item.attrs
