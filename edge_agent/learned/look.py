"""What one look shows of the motor itself: its current, what tells its slip, and lines of unknown origin."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Slip = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, slots=True)
class Look:
    """One window that shares no sample with the look before it."""

    current_a: _Positive
    """Rms of the current's positive sequence, A."""
    lowest: _Slip
    """Smallest slip that the plate's circuit allows at this current."""
    highest: _Slip
    """Largest one."""
    slip: _Slip | None = None
    """The slip; None if nothing tells it."""
    by_shaft: bool = False
    """True if the shaft itself told it: in the vibration, by its air gap, or by a speed channel."""
    uncertainty: _Slip = 0.0
    """How far the true slip may lie from it."""
    orders: tuple[_Positive, ...] = ()
    """Lines off the supply's harmonics, over the supply's frequency, the strongest first."""
    levels_db: tuple[_Positive, ...] = ()
    """Levels of these lines over the floor, dB."""
    by_pair: bool = False
    """True if a pair of sidebands at a slip that the plate allows told it, and nothing else."""
