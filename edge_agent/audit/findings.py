"""What can be wrong with plate, scales and rate, and a finding with the line of YAML to write."""

from dataclasses import dataclass
from enum import StrEnum


class Suspect(StrEnum):
    """What is held against the signals."""

    LINE_FREQUENCY = "line_frequency"
    """The plate's frequency, or the rate of the samples."""
    DIRECTION = "direction"
    """The way round of a current sensor."""
    CHANNEL_SCALE = "channel_scale"
    """The scale of one current against the others."""
    SCALE = "scale"
    """The scale of all currents, or the plate's current."""
    SPEED = "speed"
    """The plate's speed, or its current (star or delta): the slip does not fit the current."""
    RATED_SPEED = "rated_speed"
    """The plate's speed: at the plate's current the motor turns at another one."""
    POLES = "poles"
    """The number of poles."""
    BARS = "rotor_bars"
    """The number of rotor bars."""
    PHASE_ORDER = "phase_order"
    """The order of the phases: two are exchanged, or the motor turns the other way."""


class Sureness(StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    """Nothing else can make such signals."""
    LIKELY = "likely"
    """Another cause is possible, and less common."""


@dataclass(frozen=True, slots=True)
class PlateFinding:
    """An entry that the signals contradict."""

    suspect: Suspect
    """What is wrong."""
    entry: str
    """The entry of the configuration, e.g. `motor.poles`."""
    measured: str
    """What was measured."""
    stated: str
    """What the configuration says."""
    sure: Sureness
    """How sure it is."""
    looks: int
    """Windows that share no sample and show it, of the newest ones."""
    yaml: str
    """The line to write."""

    @property
    def text(self) -> str:
        """Everything in one line."""
        return f"{self.entry}: {self.measured}; {self.stated} ({self.sure}, {self.looks} looks)"
