"""What comes of reading a damaged file: a recording all the same, or one line that names it."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

from edge_agent.acquire.recordings import Recording, RecordingError


def damage(path: Path, data: st.DataObject, head: int) -> None:
    """Cut a file anywhere, and change up to three bytes of its first `head`."""
    whole = path.read_bytes()
    content = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for place in data.draw(st.lists(st.integers(0, head - 1), max_size=3)):
        if place < len(content):
            content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)


def one_line_or_samples(path: Path, read: Callable[[Path], Recording]) -> bool:
    """True if the file still gives samples, or one line on what is wrong with it."""
    try:
        return bool(read(path).counts)
    except RecordingError as error:
        return str(error).startswith(f"{path}: ") and "\n" not in str(error)
