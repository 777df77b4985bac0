"""Files that only their owner may read, replaced as a whole."""

import os
from pathlib import Path


def write_file(path: Path, content: str | bytes, *, public: bool = False) -> None:
    """Write a file, and its folders; a power cut leaves the old one or the new one. Raises OSError.

    Only its owner may read it, or everybody where it is `public`.
    """
    make_folder(path.parent)
    beside = path.with_name(f"{path.name}.part")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.chmod(0o644 if public else 0o600)
    beside.replace(path)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, and those above it. Raises OSError."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700)
