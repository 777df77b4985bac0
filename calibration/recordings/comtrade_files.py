"""Importer of COMTRADE (IEEE C37.111, IEC 60255-24), the format of relays and disturbance recorders.

A `.cfg` describes what the `.dat` beside it holds; a `.cff` holds both. An analogue channel says its unit,
and the ratio of its transformer: values of the secondary side are converted to the primary one, which is the
current of the motor.
"""

import re
from pathlib import Path

import comtrade
import numpy as np

from calibration.recordings.columns import Description
from calibration.recordings.series import Series, recording_of_series
from edge_agent.acquire.archive import MAX_RECORDING_BYTES
from edge_agent.acquire.recordings import Recording, RecordingError

_SECONDARY = "S"
"""Mark of a channel whose values are those of the secondary side of its transformer."""
_PART = b"--- file type:"
"""Begin of the line before each part of a .cff."""
_MAX_CHANNELS = 10_000
"""Channels of a recording at most: judgement, some ten times what the largest recorders have."""
_MIN_VALUE_BYTES, _VALUES_BESIDE = 2, 2
"""Least bytes of a value, a digit and a comma or 16 bits; a scan has its number and its time besides."""


def read_comtrade(path: Path, description: Description) -> Recording:
    """Read a .cfg with its .dat, or a .cff; raises RecordingError if it cannot be used."""
    try:
        record = _loaded(path)
        series, notes = _all_series(record)
        meta = {**description.meta, "source": path.name}
        return recording_of_series(path.stem, series, description, meta, notes)
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error


def _loaded(path: Path) -> comtrade.Comtrade:
    data = _data_beside(path)
    size = data.stat().st_size
    if size > MAX_RECORDING_BYTES:
        raise RecordingError(f"{data.name} is larger than {MAX_RECORDING_BYTES / 2**20:.0f} MiB; cut it")
    header = _header_text(path)
    _check_sizes(header, size)
    record = comtrade.Comtrade(ignore_warnings=True, use_numpy_arrays=True, use_double_precision=True)
    try:
        if data == path:
            record.load(str(path))
        else:
            record.read(header, data.read_bytes())
    except Exception as error:  # the library takes the files for what the standard says, and fails anyhow
        raise _damaged(error) from error
    return record


def _header_text(path: Path) -> str:
    """Return the description of the samples, a part of a .cff; old programs write letters of Windows."""
    content = path.read_bytes()
    if path.suffix.lower() == ".cff":
        parts = content.split(_PART)
        content = parts[1].partition(b"\n")[2] if len(parts) > 1 else b""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _check_sizes(header: str, data_bytes: int) -> None:
    """Refuse a description of more samples than the data can hold, before memory is taken for them."""
    channels = [int(number) for number in re.findall(r"\d+", "".join(header.splitlines()[1:2]))]
    if not channels or max(channels) > _MAX_CHANNELS:
        raise RecordingError("line 2 of its header does not state how many channels there are; copy it again")
    configuration = comtrade.Cfg(ignore_warnings=True)
    try:
        configuration.read(header)
        scans = max(last for _, last in configuration.sample_rates)
    except Exception as error:  # as above
        raise _damaged(error) from error
    if scans * _MIN_VALUE_BYTES * (_VALUES_BESIDE + configuration.analog_count) > data_bytes:
        raise RecordingError(
            f"it ends early: its header states {scans} scans, and {data_bytes} bytes cannot hold them; copy "
            "both files again"
        )


def _damaged(error: Exception) -> RecordingError:
    said = " ".join(str(error).split()) or type(error).__name__
    return RecordingError(f"it is a damaged COMTRADE recording: {said}; copy it again")


def _data_beside(path: Path) -> Path:
    """Return the file of the samples."""
    if path.suffix.lower() == ".cff":
        return path
    found = [path.with_suffix(suffix) for suffix in (".dat", ".DAT") if path.with_suffix(suffix).is_file()]
    if not found:
        raise RecordingError(f"{path.stem}.dat with its samples is not beside it; copy both files")
    return found[0]


def _all_series(record: comtrade.Comtrade) -> tuple[list[Series], list[str]]:
    """Return the analogue channels, and what was concluded of their transformers."""
    rate_hz = _rate_hz(record)
    _check_whole(record)
    series, notes = [], []
    if rate_hz is None:
        series.append(Series("time_s", np.asarray(record.time, np.float64)))
    for channel, values in zip(record.cfg.analog_channels, record.analog, strict=True):
        in_primary = np.asarray(values, np.float64)
        if channel.pors.strip().upper() == _SECONDARY and 0 < channel.secondary != channel.primary > 0:
            in_primary = in_primary * (channel.primary / channel.secondary)
            notes.append(
                f"{channel.name} x {channel.primary:g}/{channel.secondary:g}, from secondary to primary"
            )
        series.append(Series(channel.name.strip(), in_primary, channel.uu.strip(), rate_hz))
    return series, notes


def _rate_hz(record: comtrade.Comtrade) -> float | None:
    """Return the rate; None if only the stamps of the samples tell it."""
    rates = [(rate, last) for rate, last in record.cfg.sample_rates if rate > 0]
    if len(rates) > 1:
        shown = ", ".join(f"{rate:g} Hz to scan {last}" for rate, last in rates)
        raise RecordingError(f"its rate changes ({shown}), expected one; export the part of one rate")
    return float(rates[0][0]) if rates else None


def _check_whole(record: comtrade.Comtrade) -> None:
    """Refuse samples that end early: the library leaves zeros in their place."""
    times = np.asarray(record.time)
    there = int(np.flatnonzero(times)[-1]) + 1 if times.any() else 0
    if there < len(times):
        raise RecordingError(
            f"it ends early: its header states {len(times)} scans, {there} are there; copy both files again"
        )
