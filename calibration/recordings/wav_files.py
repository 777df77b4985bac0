"""Importer of WAV: PCM of 16, 24 or 32 bits, whose samples are counts, or floating point."""

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from calibration.recordings.columns import Column, Description, described, recording_of
from calibration.recordings.wav_header import WavHeader, read_header
from edge_agent.acquire.recordings import Recording, RecordingError


def read_wav(path: Path, description: Description) -> Recording:
    """Read a WAV file, its channels described in order; raises RecordingError if it cannot be used."""
    try:
        header = read_header(path)
        if len(description.channels) != header.channels:
            raise RecordingError(
                f"it has {header.channels} channels without names, {len(description.channels)} are described"
                "; describe each, in order, in the channels of a configuration (-c)"
            )
        columns = [Column(number, f"channel {number}") for number in range(header.channels)]
        told = described(columns, description.channels)
        meta = {**description.meta, "source": path.name}
        return recording_of(path.stem, _samples(path, header), told, float(header.rate_hz), meta)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (RecordingError, ValueError, struct.error) as error:
        raise RecordingError(f"{path}: {error}") from error


def _samples(path: Path, header: WavHeader) -> NDArray[Any]:
    """Return the samples (scans, channels) as the counts or numbers that they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks of text are of no interest
        try:
            _, samples = wavfile.read(path)
        except (TypeError, ArithmeticError, LookupError, NameError, MemoryError) as error:
            # scipy computes with what a damaged header says before it checks it
            raise RecordingError(f"it is not a whole WAV file: {error}") from error
    values = np.asarray(samples).reshape(len(samples), -1)
    # scipy puts 24 bits into the upper ones of 32
    return values >> 8 if header.bits == 24 else values
