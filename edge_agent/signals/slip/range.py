"""A range of slips, and what it comes from."""

from dataclasses import dataclass
from typing import Literal

from edge_agent.motor import Nameplate

SourceName = Literal["measured", "configured", "slots", "vibration", "current"]
"""What a slip comes from, as it is published: a speed channel, `motor.speed_rpm`, the rotor's slot harmonics,
the shaft's lines in the vibration, or the rms current with a pair of sidebands."""
MAX_SLIP = 0.4
"""Largest slip that is looked for: at a half the lower sideband (1 - 2s)f is direct current (physics)."""
_MAX_OVER_RATED = 2.8
"""Largest slip over the rated one: the breakdown slip of standard motors lies at 2.5 to 4 times the rated
one."""


@dataclass(frozen=True, slots=True)
class SlipRange:
    """Bounds of the slip, per unit, and their source."""

    lowest: float
    highest: float
    source: SourceName

    @property
    def middle(self) -> float:
        """Middle of the range."""
        return (self.lowest + self.highest) / 2

    @property
    def stated(self) -> bool:
        """True if the speed was stated, by a channel or the configuration, rather than estimated."""
        return self.source in ("measured", "configured")

    def overlaps(self, other: "SlipRange") -> bool:
        """True if both can be right."""
        return self.lowest <= other.highest and other.lowest <= self.highest


def possible_slips(nameplate: Nameplate) -> SlipRange:
    """Return all slips that a motor can run at; the current, which every motor has, bounds them no closer."""
    return SlipRange(0.0, min(_MAX_OVER_RATED * nameplate.rated_slip, MAX_SLIP), "current")
