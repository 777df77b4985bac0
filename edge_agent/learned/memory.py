"""What is kept of the lessons in the state folder, and of which installation."""

from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter

from edge_agent.learned.lessons import Lessons
from edge_agent.state_file import StateFile

FILE_VERSION = 1
"""Version of the file's content."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that must be known after a restart."""

    about: str = ""
    """Plate, channels and rates that it is about: of others it says nothing."""
    lessons: Lessons = field(default_factory=Lessons)
    """The looks, and what they teach."""


_ADAPTER = TypeAdapter(Memory)


def read_memory(file: StateFile) -> Memory:
    """Return what was kept; an empty memory if nothing was. What cannot be used is put aside."""
    return file.read_as(_memory_of) or Memory()


def write_memory(file: StateFile, memory: Memory) -> bool:
    """Keep this; True if it is on the medium."""
    return file.write(asdict(memory))


def _memory_of(content: dict[str, object]) -> Memory:
    """Return what a file holds; raises ValueError if it cannot be lessons."""
    memory = _ADAPTER.validate_python(content)
    if any(len(look.orders) != len(look.levels_db) for look in memory.lessons.all_looks()):
        raise ValueError("lines and levels differ in number")
    return memory
