"""Which importer reads which file."""

from functools import partial
from pathlib import Path

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from calibration.recordings.part import Part
from calibration.recordings.wav_files import read_wav
from edge_agent.acquire.recordings import RecordingError, read_recording

LAB_SUFFIX = ".mat"
"""Files that hold many recordings, and say of each how many bars are broken."""

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".dat", ".asc")
"""Files of text, whatever separates their columns."""


def parts_of(path: Path, description: Description) -> list[Part]:
    """List the recordings that a file holds; raises RecordingError if it can hold none.

    The description is for text and WAV; recordings (.npz) and laboratory files describe themselves.
    """
    if not path.is_file():
        raise RecordingError(f"{path}: there is no such file")
    match path.suffix.lower():
        case ".mat":
            from calibration.recordings.lab_files import lab_parts  # needs h5py, which nothing else here does

            return lab_parts(path)
        case ".npz":
            return [Part(path.stem, partial(read_recording, path))]
        case suffix if suffix in TEXT_SUFFIXES:
            return [Part(path.stem, partial(read_csv, path, description))]
        case ".wav":
            return [Part(path.stem, partial(read_wav, path, description))]
    known = ", ".join((LAB_SUFFIX, ".npz", ".wav", *TEXT_SUFFIXES))
    raise RecordingError(f"{path}: not known by its suffix, expected one of {known}")
