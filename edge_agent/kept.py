"""What a part of the agent keeps in the state folder: a dataclass, whole or not at all."""

import json
from dataclasses import asdict, dataclass
from typing import TypeVar

from pydantic import TypeAdapter

from edge_agent.state_file import StateFile


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept: derive a dataclass from it whose fields are plain values, each with a default."""

    def check(self) -> None:
        """Raise ValueError if the values fit their types, and still cannot be right."""


Memory = TypeVar("Memory", bound=Kept)
"""A class of what is kept."""


def read_memory(file: StateFile, kind: type[Memory]) -> Memory:
    """Return what was kept; an empty memory if nothing was. What cannot be used is put aside."""

    def make(content: dict[str, object]) -> Memory:
        memory = TypeAdapter(kind).validate_python(content)
        json.dumps(asdict(memory), allow_nan=False)
        memory.check()
        return memory

    return file.read_as(make) or kind()


def write_memory(file: StateFile, memory: Kept) -> bool:
    """Keep this; True if it is on the medium."""
    return file.write(asdict(memory))
