"""What a stator can suffer from: shorted turns, a phase of more resistance, an open phase."""

from dataclasses import dataclass

PHASES = "abc"
"""Names of the phases, in the order of their axes."""


@dataclass(frozen=True, slots=True)
class TurnShort:
    """Turns of one phase that touch each other."""

    turns: float
    """Share of the phase's turns that are short-circuited, above 0 and below 1."""
    phase: str = "a"
    """The phase."""
    contact: float = 0.0
    """Resistance of the contact over that of the shorted turns; 0 is a bolted short."""

    def __post_init__(self) -> None:
        _check_phase(self.phase)
        if not 0.0 < self.turns < 1.0:
            raise ValueError(f"turn_short.turns: {self.turns} is not between 0 and 1, a share of the turns")


@dataclass(frozen=True, slots=True)
class OpenPhase:
    """A phase that is interrupted: a blown fuse, a broken lead."""

    phase: str = "a"
    """The phase."""
    from_s: float = -1e9
    """When it opens, in the recording, rounded up to a block of 0.2 s; long before it by default."""

    def __post_init__(self) -> None:
        _check_phase(self.phase)


@dataclass(frozen=True, slots=True)
class StatorCondition:
    """How the stator departs from an even one."""

    turn_short: TurnShort | None = None
    """Shorted turns."""
    added_resistance: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Resistance in series with each phase over R_s: a bad joint, or uneven windings."""
    open_phase: OpenPhase | None = None
    """A phase without current."""

    def __post_init__(self) -> None:
        series = self.open_phase is not None or any(self.added_resistance)
        if self.turn_short is not None and series:
            raise ValueError("stator: shorted turns are modelled on a stator that is even otherwise")


def _check_phase(phase: str) -> None:
    """Raise ValueError unless `phase` is one of three."""
    if phase not in tuple(PHASES):
        raise ValueError(f"phase: {phase!r} is not one of a, b and c")
