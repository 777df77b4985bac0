"""What is known of a motor beyond its plate: what many windows have taught, and where that tells the slip."""

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from edge_agent.limits import LEARNED

_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class CurrentLine:
    """The line between current and slip of this motor, through its no-load point: I² = I_0² + b s².

    In the T circuit the current of the rotor is proportional to the slip up to about the rated one, and
    stands nearly at right angles on that of the magnetisation. Voltage and temperature move I_0 and b by a
    quarter, and that is what is learned.
    """

    no_load_a: _Positive
    """I_0, the current of the idling motor, A rms."""
    a_per_slip: _Positive
    """Root of b: current of the rotor per slip, A rms."""
    error: _Positive
    """Relative scatter of the current about the line, at least that by the supply's voltage."""
    lowest_a: _Positive
    """Smallest current that it was learned from, A rms."""
    highest_a: _Positive
    """Largest one."""

    def slip(self, current_a: float) -> float | None:
        """Return the slip at a current; None below that of the idling motor."""
        squared = current_a**2 - self.no_load_a**2
        return math.sqrt(squared) / self.a_per_slip if squared > 0 else None

    def slips(self, current_a: float) -> tuple[float, float] | None:
        """Return the range of slips at a current; None where the current hardly tells it, or was not seen."""
        beyond = LEARNED.beyond_seen
        if not self.lowest_a / beyond <= current_a <= self.highest_a * beyond:
            return None
        margin = LEARNED.sigmas * self.error
        lowest, highest = self.slip(current_a * (1 - margin)), self.slip(current_a * (1 + margin))
        if lowest is None or highest is None or highest > LEARNED.max_ratio * lowest:
            return None
        return lowest, highest


@dataclass(frozen=True, slots=True)
class SlotBars:
    """A number of rotor bars with which the slot lines of this motor tell its slip."""

    bars: int
    """The number with which they are read: the true one, or the smaller one of two that one line allows."""
    signs: tuple[int, ...]
    """Which lines show: 1 for the one above the order of the slots, -1 for the one below, or both."""
    is_true: bool
    """True if no other number is possible: then it holds for counting as well."""

    def slips(self, order: float, pole_pairs: int) -> list[float]:
        """Return the slips that a line at an order of the supply's frequency may mean, read with `bars`."""
        return [1.0 - (order - sign) * pole_pairs / self.bars for sign in self.signs]

    def least_share(self, pole_pairs: int) -> float:
        """Return the least share of a slip, read with `bars`, that the true slip may be."""
        return 1.0 if self.is_true else self.bars / (self.bars + 2 * pole_pairs)


@dataclass(frozen=True, slots=True)
class KnownMotor:
    """All that was learned and is sure by now."""

    slots: SlotBars | None = None
    """How to read its slot lines; None if that is not known."""
    line: CurrentLine | None = None
    """The line between current and slip; None if it is not known."""
