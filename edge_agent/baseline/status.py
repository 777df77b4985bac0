"""What is told of the baseline."""

from dataclasses import dataclass, field
from enum import StrEnum

from edge_agent.baseline.recognition import Change


class BaselineState(StrEnum):
    """How far the baseline is."""

    OFF = "off"
    LEARNING = "learning"
    LEARNED = "learned"
    REFUSED = "refused"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class BaselineStatus:
    """The baseline of a motor, and what was seen against it."""

    state: BaselineState
    """Off by the configuration; learning, learned, refused; or stale: it is not that of this motor."""
    change: Change = Change.NONE
    """What has changed since it was learned."""
    progress: float = 0.0
    """How much of the learning is done, 0 to 1."""
    hours: float = 0.0
    """Running hours that it was learned from so far."""
    looks: dict[str, int] = field(default_factory=dict)
    """Looks that it was learned from, by load bin."""
    reference_bars: dict[str, float] = field(default_factory=dict)
    """Equivalent bars that are normal, by load bin; empty before it is learned."""
    growth_bars: float | None = None
    """Median of the newest looks above the baseline; None before it is learned, or without looks."""
    growth: float = 0.0
    """Sum of what looks lie above the baseline, less what is no growth; growth from `growth_limit` on."""
    growth_limit: float | None = None
    """Sum from which bars grow; None before it is learned."""
    looks_since_learned: int = 0
    """Looks that test it."""
    false_alarms_per_year_proven: float | None = None
    """Upper 95 % bound of the rate that the motor's own looks allow; None while they are too few."""
    false_alarms_per_year_allowed: float = 0.0
    """The budget of the configuration."""
    reason: str = ""
    """What this means, in one sentence."""
