"""The text of a configuration is replaced as a whole, and what was there is kept beside it."""

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from edge_agent.state_file import sync_folder


def replace_text(file: Path, text: str) -> Path:
    """Replace the text of a file, and keep the old file beside it; return where.

    The new file has the owner and the rights of the old one. A power cut leaves one of both whole. What an
    earlier call has kept stays, too. Raises OSError.
    """
    file = file.resolve()
    beside = file.with_name(f"{file.name}.part")
    kept = next(path for path in _names(file) if not path.exists() or _is_same(path, file))
    shutil.copy2(file, kept)
    beside.unlink(missing_ok=True)
    beside.touch(0o600, exist_ok=False)  # nobody else may read it before it has the rights of the old one
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    shutil.copymode(file, beside)
    owner = file.stat()
    if os.geteuid() == 0:
        os.chown(beside, owner.st_uid, owner.st_gid)
        os.chown(kept, owner.st_uid, owner.st_gid)
    beside.replace(file)
    sync_folder(file.parent)
    return kept


def _names(file: Path) -> Iterator[Path]:
    """Yield names for what is kept: `agent.yaml.before`, `agent.yaml.before-2` and so on."""
    yield file.with_name(f"{file.name}.before")
    yield from (file.with_name(f"{file.name}.before-{number}") for number in count(2))


def _is_same(kept: Path, file: Path) -> bool:
    return kept.read_bytes() == file.read_bytes()
