"""Values that several sections take: paths from the folder of the YAML file, and text for people."""

import os
import sys
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from edge_agent.plain import quoted


def from_folder(path: Path, info: ValidationInfo) -> Path:
    """Take a path from the folder of the YAML file."""
    folder: Path = (info.context or {}).get("folder", Path())
    try:
        if b"\0" in os.fsencode(path):
            raise ValueError(f"{quoted(str(path))} holds a character that no path may hold (code 0)")
        return folder / path.expanduser()
    except UnicodeEncodeError:
        raise ValueError(
            f"{quoted(str(path))} cannot be a path here, where file names are {sys.getfilesystemencoding()}; "
            "set LC_ALL=C.UTF-8"
        ) from None
    except RuntimeError:  # of expanduser
        raise ValueError(f"{quoted(str(path))}: there is no such home folder; write the whole path") from None


def existing(path: Path, info: ValidationInfo) -> Path:
    """Take a path from the folder of the YAML file, and check that the file exists."""
    path = from_folder(path, info)
    try:
        found = path.is_file()
    except OSError as error:
        raise ValueError(f"{quoted(str(path))} cannot be looked at: {error.strerror}") from error
    if not found:
        raise ValueError(f"there is no file {path}; a relative path counts from the folder of this YAML file")
    return path


def _printable(text: str) -> str:
    """Take text that a terminal shows as it is."""
    if not text.isprintable():
        raise ValueError(f"{quoted(text)} holds a character that cannot be printed; remove it")
    return text


Printable = Annotated[str, Field(max_length=256), AfterValidator(_printable)]
"""Text for people and brokers. MQTT allows 65,535 bytes; a terminal shows what is here on one line."""

ExistingFile = Annotated[Path, AfterValidator(existing)]


def as_tuple(given: object) -> object:
    """Take the list of the YAML as the tuple that is wanted: validators before it hand on a plain list."""
    return tuple(given) if isinstance(given, list) else given
