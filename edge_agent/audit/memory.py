"""What is kept of the audit in the state folder: what was counted, and of which configuration."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from pydantic import TypeAdapter

from edge_agent.acquire.samples import Stream
from edge_agent.audit.ledger import Ledger
from edge_agent.motor import Nameplate
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


def fingerprint(nameplate: Nameplate, stream: Stream | None) -> str:
    """Return what plate, scales and rate are, in few characters."""
    channels = [asdict(channel) for channel in stream.channels] if stream is not None else []
    rate_hz = f"{stream.rate_hz:.3g}" if stream is not None else ""
    text = json.dumps([nameplate.model_dump(mode="json"), rate_hz, channels], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
