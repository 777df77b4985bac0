"""What is kept of a baseline in the state folder: whole, or not at all."""

import json
from dataclasses import asdict, dataclass, field
from typing import Annotated

from pydantic import Field, TypeAdapter

from edge_agent.baseline.look import Look
from edge_agent.baseline.proof import Tally
from edge_agent.baseline.recognition import Change
from edge_agent.baseline.reference import Reference
from edge_agent.state_file import StateFile

FILE_VERSION = 1
"""Version of the file's content."""

_Amount = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a baseline must know after a restart."""

    hours: _Amount = 0.0
    """Running hours of the learning period so far."""
    sound: bool = False
    """True if a person has examined the rotor before it was learned."""
    refused: str | None = None
    """Why nothing is learned; None if it is not refused."""
    looks: dict[str, list[Look]] = field(default_factory=dict)
    """Looks of the learning period, by load bin; empty once it is learned."""
    counts: dict[str, Annotated[int, Field(ge=0)]] = field(default_factory=dict)
    """How many came, by load bin."""
    reference: Reference | None = None
    """What was learned; None before."""
    growth: _Amount = 0.0
    """Sum of the growth, equivalent bars."""
    growing: bool = False
    """True if that was called growth."""
    change: Change = Change.NONE
    """What has changed since."""
    tally: Tally = field(default_factory=Tally)
    """Looks since."""


_ADAPTER = TypeAdapter(Memory)


def read_memory(file: StateFile) -> Memory:
    """Return what was kept; an empty memory if nothing was. What cannot be used is put aside."""
    return file.read_as(_memory_of) or Memory()


def write_memory(file: StateFile, memory: Memory) -> bool:
    """Keep this; True if it is on the medium."""
    return file.write(asdict(memory))


def _memory_of(content: dict[str, object]) -> Memory:
    """Return what a file holds; raises ValueError if it cannot be a baseline, even if it fits the types."""
    memory = _ADAPTER.validate_python(content)
    json.dumps(asdict(memory), allow_nan=False)
    if memory.reference is not None and not memory.reference.cells:
        raise ValueError("a baseline without any load bin")
    currents = [cell.current_a for cell in memory.reference.cells.values()] if memory.reference else []
    currents += [look.current_a for looks in memory.looks.values() for look in looks]
    if any(current_a <= 0 for current_a in currents):
        raise ValueError("a current that is not above zero")
    return memory
