"""What is kept of the normal of conditions in the state folder: whole, or not at all."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from edge_agent.conditions.normal import Normal, NormalValue
from edge_agent.kept import Kept

FILE_VERSION = 1
"""Version of the file's content."""

_Pair = tuple[float, float]
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class _Value:
    """A normal value as JSON holds it."""

    real: float
    imaginary: float
    spread: _Amount
    looks: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Memory(Kept):
    """All that must be known of the conditions after a restart."""

    hours: _Amount = 0.0
    """Running hours of the learning period so far."""
    kept: dict[str, dict[str, list[_Pair]]] = field(default_factory=dict)
    """Values of the learning period by quantity and load bin, real and imaginary; empty once learned."""
    learned: dict[str, dict[str, _Value]] | None = None
    """What was learned; None before."""

    @property
    def normal(self) -> Normal | None:
        """What was learned; None before."""
        if self.learned is None:
            return None
        values = {
            name: {
                load: NormalValue(complex(v.real, v.imaginary), v.spread, v.looks, self.hours)
                for load, v in bins.items()
            }
            for name, bins in self.learned.items()
        }
        return Normal(values, self.hours)


def memory_of(hours: float, kept: dict[str, dict[str, list[complex]]], normal: Normal | None) -> Memory:
    """Return what is to be kept of a learning period, or of the normal that came of it."""
    if normal is None:
        pairs = {
            name: {load: [(v.real, v.imag) for v in own] for load, own in bins.items()}
            for name, bins in kept.items()
        }
        return Memory(hours, pairs)
    learned = {
        name: {load: _Value(v.median.real, v.median.imag, v.spread, v.looks) for load, v in bins.items()}
        for name, bins in normal.values.items()
    }
    return Memory(normal.hours, {}, learned)
