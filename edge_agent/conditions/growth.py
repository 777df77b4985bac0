"""How much a quantity has grown over the motor's own normal."""

import math
from dataclasses import dataclass

from edge_agent.conditions.normal import Normal, Quantities
from edge_agent.conditions.seen import Seen
from edge_agent.limits import SHAFT
from edge_agent.verdict import Measured


@dataclass(frozen=True, slots=True)
class Growth:
    """A quantity beside its own normal."""

    value: float
    """What it is now."""
    median: float
    """What it was while the motor was sound."""
    spread: float
    """How much it strayed then."""
    hours: float
    """Hours behind that."""

    @property
    def times(self) -> float:
        """Times the normal."""
        return self.value / max(self.median, 1e-9)

    @property
    def limit(self) -> float:
        """From where on it has grown: a multiple of the normal, and beyond its spread."""
        return max(SHAFT.growth * self.median, self.median + SHAFT.spreads * self.spread)

    @property
    def added(self) -> float:
        """What came on top of the normal, if both add up as powers do."""
        return math.sqrt(max(self.value**2 - self.median**2, 0.0))

    @property
    def counts(self) -> bool:
        """True if it has grown."""
        return self.value >= self.limit

    def told(self, quantity: str, unit: str, witness: str | None = None) -> Measured:
        """Return it as the number behind a finding."""
        origin = f"baseline of this motor times {self.limit / max(self.median, 1e-9):.3g}"
        return Measured(quantity, self.value, unit, self.limit, origin, self.hours, witness)


def grown(quantities: Quantities, name: str, seen: Seen, normal: Normal | None) -> Growth | None:
    """Return how much a quantity has grown; None without a normal at this load, or if it was not measured."""
    value, own = quantities.get(name), None if normal is None else normal.near(name, seen.load)
    if value is None or own is None:
        return None
    return Growth(value.real, own.value, own.spread, own.hours)
