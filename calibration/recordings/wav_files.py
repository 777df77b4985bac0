"""Importer of WAV: PCM of 16, 24 or 32 bits, whose samples are counts, or floating point."""

import struct
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from calibration.recordings.assembling import Clock, recording_of
from calibration.recordings.columns import (
    Column,
    Description,
    Told,
    check_scales,
    described,
    left_out_of,
    renamed,
)
from calibration.recordings.wav_header import WavHeader, read_header
from edge_agent.acquire.recordings import Recording, RecordingError


def read_wav(path: Path, description: Description) -> Recording:
    """Read a WAV file, its channels described in order; raises RecordingError if it cannot be used."""
    try:
        header = read_header(path)
        columns = _columns(header, description)
        told = described(columns, description)
        _check_described(header, told, len(description.channels))
        check_scales(told, description.scales)
        meta = {**description.meta, "source": path.name}
        used = [number for number, each in enumerate(told) if each.channel is not None]
        values = _samples(path, header)[:, used]
        kept = tuple(told[number] for number in used)
        clock = Clock(values, kept, float(header.rate_hz), "as the file states")
        return replace(recording_of(path.stem, (clock,), meta), left_out=left_out_of(told))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from error
    except (RecordingError, ValueError, struct.error) as error:
        raise RecordingError(f"{path}: {error}") from error


def _columns(header: WavHeader, description: Description) -> list[Column]:
    """Return the channels by number, with the names that the user gives them."""
    names = description.columns or tuple(f"channel {number}" for number in range(header.channels))
    if len(names) != header.channels:
        raise RecordingError(
            f"--columns names {len(names)} channels, it has {header.channels}; name each, with _ for one "
            "that is to be left out"
        )
    columns = [Column(number, name, counts=True) for number, name in enumerate(names)]
    return renamed(columns, description.names)


def _check_described(header: WavHeader, told: Sequence[Told], configured: int) -> None:
    known = sum(each.channel is not None for each in told)
    if known == 0:
        raise RecordingError(
            f"it has {header.channels} channels without names, {configured} are described; name them with "
            "--columns ia,ib,_ and say what 1 of the numbers is worth with --scale ia=S, or describe each, "
            "in order, in the channels of a configuration (-c)"
        )


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
