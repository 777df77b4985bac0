"""What is wrong with a channel, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What can be wrong with sensors, with readings, with the clock of the DAQ and with the plate."""

    SILENT = "silent"
    CLIPPED = "clipped"
    REVERSED = "reversed"
    SAME_CONDUCTOR = "same_conductor"
    SWAPPED = "swapped"
    DECADE = "decade"
    SCALE = "scale"
    UNEVEN = "uneven"
    READING = "reading"
    LINE_FREQUENCY = "line_frequency"
    RATE = "rate"
    PLATE = "plate"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    problem: Problem
    """Of which kind."""
    channels: tuple[str, ...]
    """Names of the channels that are wrong; none if it concerns all, or if it cannot be known which."""
    says: str
    """What was found, and what was expected."""
    advice: str
    """What to do."""

    @property
    def text(self) -> str:
        """Everything in one line."""
        where = f"{', '.join(self.channels)}: " if self.channels else ""
        return f"{where}{self.says}; {self.advice}"
