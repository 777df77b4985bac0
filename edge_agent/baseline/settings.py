"""How long a baseline is learned, and how many false alarms a year are allowed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """What the baseline must know."""

    hours: float = 24.0
    """Running hours that it learns from."""
    enabled: bool = True
    """False: nothing is learned, and nothing is held against a baseline."""
    false_alarms_per_year: float = 0.1
    """How often growth may be called falsely; the limit of growth follows from it."""
