"""What is kept of the audit in the state folder: what was counted, and of which configuration."""

from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter

from edge_agent.audit.ledger import Ledger
from edge_agent.state_file import StateFile

FILE_VERSION = 1
"""Version of the file's content."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that an audit must know after a restart."""

    about: str = ""
    """Plate, channels and rates that it is about: of others, what was counted says nothing."""
    ledger: Ledger = field(default_factory=dict)
    """What was counted."""


_ADAPTER = TypeAdapter(Memory)


def read_memory(file: StateFile) -> Memory:
    """Return what was kept; an empty memory if nothing was. What cannot be used is put aside."""
    return file.read_as(_memory_of) or Memory()


def write_memory(file: StateFile, memory: Memory) -> bool:
    """Keep this; True if it is on the medium."""
    return file.write(asdict(memory))


def _memory_of(content: dict[str, object]) -> Memory:
    """Return what a file holds; raises ValueError if it cannot be an audit."""
    memory = _ADAPTER.validate_python(content)
    if any(len(count.values) != len(count.channels) for count in memory.ledger.values()):
        raise ValueError("values and channels differ in number")
    return memory
