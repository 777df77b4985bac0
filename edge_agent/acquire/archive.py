"""The arrays of an .npz file, read so that no file can run code or take more memory than it may."""

import math
import zipfile
from pathlib import Path
from typing import IO, Any

from numpy.lib import format as npy
from numpy.typing import NDArray

MAX_RECORDING_BYTES = 2**30
"""Maximum bytes of all arrays of a recording: judgement, a day of three currents at 2 kHz on a Pi of 4 GB."""

_MAX_ARRAYS = 256
"""Maximum number of arrays of a recording: judgement, some ten times what one has."""


class RecordingError(Exception):
    """A recording cannot be used; the message names the file and what is wrong with it."""


def load_arrays(path: Path, needed: frozenset[str]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Return the arrays of a file by name, and the names of those that are left out.

    What a file says of its sizes is checked before anything of that size is allocated. An array that is
    not of plain numbers or text is left out, or refused with RecordingError where it is among `needed`.
    """
    if path.exists() and not path.is_file():  # a pipe without a writer would never end
        raise RecordingError("it is not a file, expected an .npz archive (numpy.savez)")
    with path.open("rb") as file:
        start = file.read(6)
        if start == npy.MAGIC_PREFIX:
            raise RecordingError("it is a single array, expected an .npz with x, scale, fs and channels")
        if start[:2] != b"PK":
            raise RecordingError(
                "it is not an .npz archive (numpy.savez); `edge-calibrate import` makes one of CSV and WAV"
            )
        with _opened(file) as archive:
            members = archive.infolist()
            _check_sizes(members)
            arrays: dict[str, NDArray[Any]] = {}
            left_out = []
            for member in members:
                key = member.filename.removesuffix(".npy")
                problem = _problem(archive, member)
                if problem is None:
                    with archive.open(member) as content:
                        arrays[key] = npy.read_array(content, allow_pickle=False)
                elif key in needed:
                    raise RecordingError(f"{key} {problem}")
                else:
                    left_out.append(key)
    return arrays, left_out


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise RecordingError(
            f"it is an .npz archive that is cut short or damaged ({error}); copy it again"
        ) from error


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MAX_ARRAYS:
        raise RecordingError(f"it holds {len(members)} arrays, expected at most {_MAX_ARRAYS}")
    total_bytes = sum(member.file_size for member in members)
    if total_bytes > MAX_RECORDING_BYTES:
        raise RecordingError(
            f"its arrays take {total_bytes / 2**20:.0f} MiB of memory, expected at most "
            f"{MAX_RECORDING_BYTES / 2**20:.0f}; cut it into shorter recordings"
        )


def _problem(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str | None:
    """Return why a member cannot be read as an array; None if it can.

    The archive says how many bytes it holds and never gives out more, so an array that claims another
    size is damaged, or made to take memory.
    """
    if not member.filename.endswith(".npy"):
        return "is no array"
    with archive.open(member) as content:
        version = npy.read_magic(content)
        if version == (1, 0):
            shape, _, dtype = npy.read_array_header_1_0(content)
        elif version == (2, 0):
            shape, _, dtype = npy.read_array_header_2_0(content)
        else:
            return f"is of version {version[0]} of the format of arrays, expected 1 or 2"
        held_bytes = member.file_size - content.tell()
    if dtype.hasobject:
        return "holds Python objects, which are never loaded; save it as an array of plain numbers or text"
    claimed_bytes = math.prod(shape) * dtype.itemsize
    if claimed_bytes != held_bytes:
        return f"claims {claimed_bytes} bytes and has {held_bytes}; it is damaged, copy it again"
    return None
