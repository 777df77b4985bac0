"""Importer of WAV: PCM of 16, 24 or 32 bits, whose samples are counts, or floating point."""

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from calibration.recordings.columns import Column, Description, described, recording_of
from edge_agent.acquire.recordings import Recording, RecordingError

_SAMPLES = ("int16", "int32", "float32", "float64")


def read_wav(path: Path, description: Description) -> Recording:
    """Read a WAV file, its channels described in order; raises RecordingError when it cannot be used."""
    try:
        rate_hz, samples = _read(path)
        if samples.dtype.name not in _SAMPLES:
            raise RecordingError(f"its samples are {samples.dtype}, expected {', '.join(_SAMPLES)}")
        if samples.size == 0:
            raise RecordingError("it holds no samples")
        values = samples.reshape(len(samples), -1)
        if samples.dtype == np.int32 and _bits(path) == 24:
            values = values >> 8  # scipy puts 24 bits into the upper ones of 32
        if len(description.channels) != values.shape[1]:
            raise RecordingError(
                f"it has {values.shape[1]} channels without names, {len(description.channels)} are described"
                "; describe each, in order, in the channels of a configuration (-c)"
            )
        columns = [Column(number, f"channel {number}") for number in range(values.shape[1])]
        meta = {**description.meta, "source": path.name}
        told = described(columns, description.channels)
        return recording_of(path.stem, values, told, float(rate_hz), meta)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (RecordingError, ValueError, struct.error) as error:
        raise RecordingError(f"{path}: {error}") from error


def _read(path: Path) -> tuple[int, NDArray[Any]]:
    """Give rate and samples; raises RecordingError where the header is damaged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks of text are of no interest
        try:
            rate_hz, samples = wavfile.read(path)
        except (TypeError, ArithmeticError, LookupError, NameError, MemoryError) as error:
            # scipy computes with what a damaged header says before it checks it
            raise RecordingError(f"it is no whole WAV file: {error}") from error
    if rate_hz == 0:
        raise RecordingError("its header says 0 Hz")
    return rate_hz, samples


def _bits(path: Path) -> int:
    """Read the bits of a sample from the chunk `fmt ` of a RIFF file that was read as one before."""
    with path.open("rb") as file:
        file.seek(12)
        while True:
            name, size = struct.unpack("<4sI", file.read(8))
            if name == b"fmt ":
                return int(struct.unpack("<14xH", file.read(16))[0])
            file.seek(size + size % 2, 1)
