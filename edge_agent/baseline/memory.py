"""What is kept of a baseline in the state folder: whole, or not at all."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from edge_agent.baseline.look import Look
from edge_agent.baseline.proof import Tally
from edge_agent.baseline.recognition import Change
from edge_agent.baseline.reference import Reference
from edge_agent.kept import Kept

FILE_VERSION = 1
"""Version of the file's content."""

_Amount = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Memory(Kept):
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

    def check(self) -> None:
        """Raise ValueError if this cannot be a baseline."""
        if self.reference is not None and not self.reference.cells:
            raise ValueError("a baseline without any load bin")
        currents = [cell.current_a for cell in self.reference.cells.values()] if self.reference else []
        currents += [look.current_a for looks in self.looks.values() for look in looks]
        if any(current_a <= 0 for current_a in currents):
            raise ValueError("a current that is not above zero")
