"""Which importer reads which file."""

from functools import partial
from pathlib import Path

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from calibration.recordings.matlab_files import is_hdf5, read_matlab
from calibration.recordings.part import Part
from calibration.recordings.site_files import site_parts
from calibration.recordings.wav_files import read_wav
from edge_agent.acquire.recordings import RecordingError, read_recording

TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".asc", ".dat", ".lvm")
"""Files of text, whatever separates their columns."""

SUFFIXES = (".mat", ".npz", ".wav", ".tdms", ".cfg", ".cff", *TEXT_SUFFIXES)
"""All files that can be imported. Some readers need an extra: they are imported when a file asks for them."""


def parts_of(path: Path, description: Description) -> list[Part]:
    """List the recordings that a file holds; raises RecordingError if it can hold none.

    Recordings (.npz) and files of the public laboratory data describe themselves. A folder is that of a site:
    captures of its agents.
    """
    if path.is_dir():
        return site_parts(path)
    if not path.is_file():
        raise RecordingError(f"{path}: there is no such file")
    match path.suffix.lower():
        case ".npz":
            return [Part(path.stem, partial(read_recording, path))]
        case ".mat":
            return _matlab_parts(path, description)
        case ".wav":
            return [Part(path.stem, partial(read_wav, path, description))]
        case ".tdms":
            from calibration.recordings.tdms_files import read_tdms

            return [Part(path.stem, partial(read_tdms, path, description))]
        case ".cfg" | ".cff":
            from calibration.recordings.comtrade_files import read_comtrade

            return [Part(path.stem, partial(read_comtrade, path, description))]
        case ".dat" if path.with_suffix(".cfg").is_file():
            raise RecordingError(f"{path}: it holds the samples of a COMTRADE recording; import its .cfg")
        case suffix if suffix in TEXT_SUFFIXES:
            return [Part(path.stem, partial(read_csv, path, description))]
    raise RecordingError(f"{path}: not known by its suffix, expected one of {', '.join(SUFFIXES)}")


def _matlab_parts(path: Path, description: Description) -> list[Part]:
    """List the recordings of the public laboratory data, or the one of any other MATLAB file."""
    if is_hdf5(path):
        from calibration.recordings.lab_files import is_lab_file, lab_parts

        if is_lab_file(path):
            return lab_parts(path)
    return [Part(path.stem, partial(read_matlab, path, description))]
