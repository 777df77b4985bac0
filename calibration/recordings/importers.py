"""Which importer reads which file."""

from functools import partial
from pathlib import Path

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from calibration.recordings.lab_files import lab_parts
from calibration.recordings.part import Part
from calibration.recordings.wav_files import read_wav
from edge_agent.acquire.recordings import RecordingError, read_recording

LAB_SUFFIX = ".mat"
"""Files that hold many recordings, and say of each how many bars are broken."""


def parts_of(path: Path, description: Description) -> list[Part]:
    """List the recordings that a file holds; raises RecordingError when it can hold none.

    The description is for CSV and WAV; recordings (.npz) and laboratory files describe themselves.
    """
    if not path.is_file():
        raise RecordingError(f"{path}: there is no such file")
    match path.suffix.lower():
        case ".mat":
            return lab_parts(path)
        case ".npz":
            return [Part(path.stem, partial(read_recording, path))]
        case ".csv":
            return [Part(path.stem, partial(read_csv, path, description))]
        case ".wav":
            return [Part(path.stem, partial(read_wav, path, description))]
    raise RecordingError(f"{path}: not known by its suffix, expected .mat, .npz, .csv or .wav")
