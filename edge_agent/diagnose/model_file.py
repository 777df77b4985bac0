"""The bytes of a model file: bounded in size, and checked against the digest beside it."""

import hashlib
import stat
from importlib import resources
from pathlib import Path

from edge_agent.plain import one_line

BUILTIN = "builtin"
"""Name that stands for the model shipped with the agent."""
MAX_BYTES = 64 * 2**20
"""Largest model file that is read.

Judgement: forty times the shipped one, and a small part of the memory of the smallest Raspberry Pi for it.
"""
_MAX_DIGEST_BYTES = 4096
"""Most that is read of a digest file: a SHA-256 has 64 characters, and a path at most 4096 (PATH_MAX)."""
_MAX_MESSAGE = 600
"""Maximum number of characters of a message; judgement: a damaged file may hold thousands of wrong keys."""
_BUILTIN_FILE = "broken_bars.onnx"


class ModelError(Exception):
    """The model file cannot be used; the message, one line, says why and what to do."""

    def __init__(self, message: str) -> None:
        """Take a message that may hold text of the file or of a library."""
        text = one_line(message)
        super().__init__(text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]} ...")


def builtin_path() -> Path:
    """Return the path of the model that is shipped with the agent."""
    return Path(str(resources.files("edge_agent.models") / _BUILTIN_FILE))


def digest_path(path: Path) -> Path:
    """Return the path of the file beside a model that holds its SHA-256, as `sha256sum` writes it."""
    return path.with_name(path.name + ".sha256")


def read_model_file(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a model file and their SHA-256 in hexadecimal; raises ModelError."""
    data = _read(path)
    sha256 = hashlib.sha256(data).hexdigest()
    _check_digest(path, sha256)
    return data, sha256


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device read for ever
            raise ModelError(f"{path}: not a file; model.file names an ONNX file or {BUILTIN}")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; model.file names an ONNX file or {BUILTIN}") from error
    if len(data) > MAX_BYTES:
        raise ModelError(
            f"{path}: larger than {MAX_BYTES // 2**20} MiB, so it is not a model of this agent; make one "
            f"with edge-calibrate quantize, or set model.file to {BUILTIN}"
        )
    return data


def _check_digest(path: Path, sha256: str) -> None:
    """Check the digest: golden inputs prove the runtime, and only the digest every byte of the file.

    A model of one's own may come without a digest, the shipped one may not.
    """
    beside = digest_path(path)
    if not beside.exists() and path != builtin_path():
        return
    try:
        with beside.open("rb") as file:
            expected, *_ = file.read(_MAX_DIGEST_BYTES).decode("ascii").split() or [""]
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{beside}: cannot be read: {error}; install the agent again") from error
    if expected != sha256:
        raise ModelError(
            f"{path}: its SHA-256 is {sha256}, {beside.name} says {expected}; the file is damaged or was "
            "changed: install it again"
        )
